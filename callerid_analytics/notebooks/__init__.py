"""The notebooks that the package carries, to be laid into a folder of one's own."""

from __future__ import annotations

from pathlib import Path

from callerid_analytics.files import StrPath


def carried() -> list[Path]:
    """Return the notebooks, in the order in which they are to be read."""
    beside_this = Path(__file__).parent
    in_a_checkout = beside_this.parents[1] / "notebooks"
    return sorted(beside_this.glob("*.ipynb")) or sorted(in_a_checkout.glob("*.ipynb"))


def lay_out(directory: StrPath) -> list[Path]:
    """Copy the notebooks to a folder, which is made if it is not there; what is there is never overwritten.

    Returns
    -------
    list of pathlib.Path
        Those that are new there.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in lay_out(folder)][:1], lay_out(folder)
    (['01_explore.ipynb'], [])
    """
    directory = Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    new = []
    for notebook in carried():
        copy = directory / notebook.name
        try:
            with copy.open("xb") as file:  # fails where there is one
                file.write(notebook.read_bytes())
        except FileExistsError:
            continue
        new.append(copy)
    return new
