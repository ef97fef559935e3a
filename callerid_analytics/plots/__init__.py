"""Pictures of caller IDs, of findings and of changes: each draws on the Axes it is given, or on new ones.

One rule of looks holds for all: bars start at zero, what does not fit is summed up as "other" and not left out,
what is missing is "unknown", and colours differ in brightness as well as in hue, so that they survive
colour-blindness and a grey print. Accounts go by their names where the frame has the column ``account_name``, else
by their SIDs. Give Axes of your own a figure with ``layout="constrained"``, so that long names have room.
"""

from callerid_analytics.plots.changes import plot_changes
from callerid_analytics.plots.dates import plot_created, plot_updated
from callerid_analytics.plots.duplicates import plot_duplicates
from callerid_analytics.plots.figures import Draw, as_svg, overview, save_overview, with_account_names
from callerid_analytics.plots.findings import plot_findings, plot_findings_by_account
from callerid_analytics.plots.names import plot_name_quality
from callerid_analytics.plots.numbers import plot_number_types, plot_regions

__all__ = [
    "Draw",
    "as_svg",
    "overview",
    "plot_changes",
    "plot_created",
    "plot_duplicates",
    "plot_findings",
    "plot_findings_by_account",
    "plot_name_quality",
    "plot_number_types",
    "plot_regions",
    "plot_updated",
    "save_overview",
    "with_account_names",
]
