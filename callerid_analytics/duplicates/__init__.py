"""The same number twice, the same name twice, almost the same name.

Each function takes a frame and returns the rows that collide, with all their columns, sorted by group; nothing is
dropped from a group. Four columns are added:

- ``group`` (Int32): 1, 2, 3, … in the order in which the groups begin in the frame;
- ``reason`` (text): why the row is in its group;
- ``score`` (Float64): how sure that is, from 0 to 1;
- ``keep`` (boolean): true for one row of each group, the suggested survivor. A row whose number can exist and is
  written as E.164 goes before others; then one whose name a person gave, that is, has a letter in it; then the one
  created first; then the one that comes first in the frame. What the frame does not tell is passed over.

A missing number or name, and one of nothing but spaces, is a duplicate of nothing.
"""

from callerid_analytics.duplicates.fingerprints import find_key_collisions, fingerprint
from callerid_analytics.duplicates.same_name import find_same_name
from callerid_analytics.duplicates.same_number import find_same_number
from callerid_analytics.duplicates.similar_names import find_similar_names

__all__ = ["find_key_collisions", "find_same_name", "find_same_number", "find_similar_names", "fingerprint"]
