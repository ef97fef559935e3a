"""A line of a form that saves something to a file, and perhaps loads it from there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ipywidgets import Checkbox, HBox, Text

from callerid_analytics.errors import InvalidParameter
from callerid_analytics.widgets.controls import WIDE, Press, button


class FileBar(HBox):  # type: ignore[misc]  # ipywidgets has no types
    """The path of a file, and buttons; a file that is there is replaced only if somebody has ticked that.

    Parameters
    ----------
    label : str
        What is in the file.
    name : str
        A name for it, to begin with.
    press : callable
        A form's guard for handlers.
    save : callable
        Given the path.
    load : callable, optional
        Given the path.
    """

    def __init__(
        self,
        label: str,
        name: str,
        *,
        press: Press,
        save: Callable[[Path], object],
        load: Callable[[Path], object] | None = None,
    ) -> None:
        self._save_to = save
        self._path = Text(
            name, description=label, style={"description_width": "auto"}, layout={"flex": "1 1 20rem"}
        )
        self._replace = Checkbox(
            description="Replace", indent=False, layout=WIDE, tooltip="Write over a file that is there"
        )
        self._save = button("Save", self._write, press=press, tooltip=f"Save: {label}")
        self._load = button(
            "Load", lambda: load(self.path) if load else None, press=press, tooltip=f"Load: {label}"
        )
        super().__init__()
        self.children = [self._path, *([self._load] if load else []), self._save, self._replace]
        self.layout = {"flex_flow": "row wrap", "align_items": "center"}

    @property
    def path(self) -> Path:
        """The path that stands there.

        Raises
        ------
        InvalidParameter
            None does.
        """
        if not self._path.value.strip():
            raise InvalidParameter(f"Type the path of a file at “{self._path.description}” first.")
        return Path(self._path.value.strip()).expanduser()

    def _write(self) -> None:
        path = self.path
        if path.exists() and not self._replace.value:
            raise InvalidParameter(f"{path} is there already: tick “Replace”, or name another file.")
        self._save_to(path)
        self._replace.value = False
