"""The write-ahead journal: what is about to be changed on the server, on disk before it is sent.

A process can end at any moment: killed, or with the machine. Then a journal tells which rows of a run were never
sent, which are done, and for which nobody knows: those whose intent is on disk and whose outcome is not. It holds
the whole plan from the run's first moment on, so that nothing else is needed to finish the run or to take it back.

It is a SQLite file in WAL mode with ``synchronous=FULL``: what is committed survives a power cut
(https://www.sqlite.org/pragma.html#pragma_synchronous), and it can be read while it is written. It holds names
and numbers, so only its owner may read it; it holds no secret.
"""

from callerid_analytics.journal.entries import STATUSES, Entry, Kind, Outcome, Row, Run
from callerid_analytics.journal.reading import Journal
from callerid_analytics.journal.writing import JournalWriter

__all__ = ["STATUSES", "Entry", "Journal", "JournalWriter", "Kind", "Outcome", "Row", "Run"]
