"""What the friendly names are like: chosen or not, and what is odd about those that were chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from callerid_analytics import filters, frames
from callerid_analytics.parameters import LONGEST_NAME
from callerid_analytics.plots import bars, canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PAINTS: dict[str, bars.Paint] = {"chosen": bars.PLAIN, "chosen, but odd": bars.STRIKING, "not chosen": bars.FAINT}
QUALITIES = {
    "nothing odd": "chosen",
    f"over {LONGEST_NAME} characters": "chosen, but odd",
    "control characters": "chosen, but odd",
    "stray white space": "chosen, but odd",
    "a different number": "chosen, but odd",
    "ALL CAPS": "chosen, but odd",
    "all lower case": "chosen, but odd",
    "still the number": "not chosen",
    "no name": "not chosen",
}
_FEWEST_DIGITS = 7  # fewer are an extension or a room, not a phone number
_SPACE = r"[\t-\r\x{85}\p{Z}]"
_NOT_PLAIN = r"[\t-\r\x{85}\x{A0}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}]"
_STRAY = rf"^{_SPACE}|{_SPACE}{{2}}|{_SPACE}$|{_NOT_PLAIN}"
# Not the joiners U+200C and U+200D, which Persian and emoji are spelled with.
_CONTROL = (
    r"[\x{00}-\x{08}\x{0E}-\x{1F}\x{7F}-\x{84}\x{86}-\x{9F}\x{AD}\x{200B}\x{200E}\x{200F}"
    r"\x{202A}-\x{202E}\x{2060}-\x{206F}\x{FEFF}]"
)


def plot_name_quality(frame: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many names somebody chose, how many nobody did, and what is odd about the chosen ones.

    Each caller ID is counted once, under the first of these that is true of it:

    - ``no name``: missing, empty, or white space only;
    - ``still the number``: Twilio's default, the number itself, however written;
    - ``over 64 characters``: more than Twilio's documentation allows
      (https://www.twilio.com/docs/voice/api/outgoing-caller-ids);
    - ``control characters``: or others that nobody sees, such as a zero-width space or a change of direction;
    - ``stray white space``: at an end, doubled, or another kind than a plain space, such as a tab;
    - ``a different number``: a phone number, of 7 digits or more, that is not the row's own;
    - ``ALL CAPS`` and ``all lower case``: all letters that have a case;
    - ``nothing odd``: every other name.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the columns ``phone_number`` and ``friendly_name``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ContractError
        A column is missing, or holds something that is no text.
    """
    canvas.require(frame, "plot_name_quality", "phone_number", "friendly_name")
    ax = canvas.axes(ax)
    title = "Quality of the names"
    if frame.empty:
        return canvas.say(ax, title, "No caller IDs to show")
    counts = count_qualities(frame)
    table = pd.DataFrame({paint: counts.where(pd.Series(QUALITIES) == paint, 0) for paint in _PAINTS})
    return bars.draw(ax, table, _PAINTS, title=title)


def count_qualities(frame: pd.DataFrame) -> pd.Series:
    """Return how many rows each quality has."""
    names, numbers = pc.fill_null(_arrow(frame["friendly_name"]), ""), _arrow(frame["phone_number"])
    trimmed = pc.utf8_trim_whitespace(names)
    tests = {
        "no name": _mask(pc.equal(trimmed, "")),
        "still the number": filters.is_never_renamed(frame),
        f"over {LONGEST_NAME} characters": _mask(pc.greater(pc.utf8_length(names), LONGEST_NAME)),
        "control characters": _mask(pc.match_substring_regex(names, _CONTROL)),
        "stray white space": _mask(pc.match_substring_regex(names, _STRAY)),
        "a different number": _are_phone_numbers(names) & _mask(pc.is_valid(numbers)),
        "ALL CAPS": _mask(pc.utf8_is_upper(names)),
        "all lower case": _mask(pc.utf8_is_lower(names)),
    }
    first_true = np.select(list(tests.values()), list(range(len(tests))), len(tests))
    counts = np.bincount(first_true, minlength=len(tests) + 1)
    return pd.Series(counts, index=[*tests, "nothing odd"]).reindex(list(QUALITIES))


def _are_phone_numbers(names: Any) -> Any:
    """Return which names are a phone number, be it the row's own or another."""
    found = _mask(pc.match_substring_regex(names, filters.NUMBER_LIKE))
    digits = pc.replace_substring_regex(names.filter(found), r"\D", "")
    found[found] = _mask(pc.greater_equal(pc.utf8_length(digits), _FEWEST_DIGITS))
    return found


def _arrow(column: pd.Series) -> Any:
    return pa.array(frames.convert(column, frames.TEXT).array)


def _mask(booleans: Any) -> Any:
    return pc.fill_null(booleans, False).to_numpy(zero_copy_only=False).copy()
