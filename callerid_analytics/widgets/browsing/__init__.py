"""The form to look through caller IDs.

`search`, `facets` and `narrowing` say, as plain Python, which rows are left; `facet_list`, `details` and `picture`
draw them; `browser` is the form.
"""

from callerid_analytics.widgets.browsing.browser import Browser

__all__ = ["Browser"]
