"""What a phone number's digits say: calling code, region, type and validity, for whole columns.

Google's libphonenumber decides, in its Python port `phonenumbers`. It knows which of the regions that share a
calling code a number belongs to (+1 is the United States, Canada, Jamaica and twenty more), which codes belong to
no region (+800, +883), and which digits no operator has been given. Nothing here is guessed: what it cannot tell
is missing, and an impossible number is described as such instead of being dropped.

It takes one number at a time. For whole columns, the patterns of its metadata are compiled into a table that reads
the digits of all rows together, with the same answers some hundred times faster:

===================  =================================================================================
`patterns`           reads the patterns, and refuses what it does not know
`automaton`          makes one table of many patterns, and leads a column of digits through it
`calling_codes`      which patterns there are for a calling code, and what follows from those that match
`reading`            calling codes, national prefixes and verdicts of a column
`layouts`            where each digit goes in the national format
`compiling`          when the tables are made, and that they are kept
`one_by_one`         `phonenumbers` itself: for a few numbers, and for those that digits do not decide
`describing`         the public functions that say something about numbers
`writing`            the public functions that write them in another way
===================  =================================================================================

Source: https://github.com/google/libphonenumber and its port https://github.com/daviddrysdale/python-phonenumbers
"""

from callerid_analytics.numbering.compiling import SlowNumberingWarning, prepare
from callerid_analytics.numbering.describing import describe, possibility
from callerid_analytics.numbering.writing import as_typed, national_format, normalize

__all__ = [
    "SlowNumberingWarning",
    "as_typed",
    "describe",
    "national_format",
    "normalize",
    "possibility",
    "prepare",
]
