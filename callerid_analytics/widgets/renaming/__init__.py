"""The form that cleans names.

As plain Python: `recipe_editor` and `rule_fields` (the recipe that is being made), `planning` (its plan, worked
out beside the kernel), `plan_summary`, `name_clusters`, `differences` and `past_runs`. As widgets: a panel for
each tab and for the tables below, the question before anything is sent (`confirmation`), and what carries out
runs (`running`). `rename` is the form.
"""

from callerid_analytics.widgets.renaming.rename import RenameForm

__all__ = ["RenameForm"]
