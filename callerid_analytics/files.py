"""Files that are there whole or not at all, and errors that say in one sentence what is wrong with a path."""

from __future__ import annotations

import ctypes
import errno
import os
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Literal

from callerid_analytics.errors import CallerIdError, ExportError

StrPath = str | os.PathLike[str]


@contextmanager
def replacing(path: StrPath) -> Iterator[BinaryIO]:
    """Give a file to write to that takes the place of `path` at the end, all at once.

    It is written beside `path` under another name, flushed to the disk, and renamed. After an exception, an
    interrupt included, it is removed, and what was at `path` is as it was. An existing file keeps its mode, a
    symbolic link stays one, and a device or pipe is written to directly.

    Parameters
    ----------
    path : str or path
        Of a file, existing or not, in an existing folder.

    Yields
    ------
    binary file
        Open for writing.

    Raises
    ------
    ExportError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "caller_ids.txt")
    ...     with replacing(path) as file:
    ...         written = file.write(b"+14155550100")
    ...     path.read_text()
    '+14155550100'
    """
    path = Path(path)
    with _explained(path, "written"):
        if path.is_dir():
            raise IsADirectoryError
        if path.exists() and not path.is_file():
            with path.open("wb") as file:
                yield file
        else:
            yield from _replacing_regular(Path(os.path.realpath(path)))


@contextmanager
def replacing_folder(path: StrPath) -> Iterator[Path]:
    """Give a folder to fill that takes the place of `path` at the end, all at once.

    It is made beside `path` under another name, its files are flushed to the disk, and the two change places.
    After an exception, an interrupt included, it is removed, and what was at `path` is as it was.

    Parameters
    ----------
    path : str or path
        Of a folder, existing or not, in an existing folder. Everything that an existing one holds is lost.

    Yields
    ------
    pathlib.Path
        An empty folder.

    Raises
    ------
    ExportError
        The folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as parent:
    ...     with replacing_folder(Path(parent, "audit")) as folder:
    ...         written = (folder / "summary.json").write_text("{}")
    ...     sorted(entry.name for entry in Path(parent, "audit").iterdir())
    ['summary.json']
    """
    path = Path(os.path.realpath(path))
    with _explained(path, "written"):
        if path.exists() and not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "it is a file, not a folder")
        if path.exists() and not os.access(path, os.W_OK):
            raise PermissionError
        temporary = path.with_name(f".callerids-{secrets.token_hex(8)}.tmp")
        temporary.mkdir()
        try:
            yield temporary
            for file in temporary.iterdir():
                _flush(file)
            _take_the_place_of(path, temporary)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def reading(path: StrPath) -> Iterator[BinaryIO]:
    """Open a file for reading.

    Raises
    ------
    ExportError
        The file cannot be read.
    """
    with _explained(Path(path), "read"), Path(path).open("rb") as file:
        yield file


def _replacing_regular(path: Path) -> Iterator[BinaryIO]:
    temporary = path.with_name(f".callerids-{secrets.token_hex(8)}.tmp")
    try:
        with temporary.open("xb") as file:
            if path.exists():
                if not os.access(path, os.W_OK):
                    raise PermissionError
                temporary.chmod(stat.S_IMODE(path.stat().st_mode))
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _take_the_place_of(path: Path, temporary: Path) -> None:
    """Put a folder in the place of another, which is then where the first was, or gone."""
    if not path.exists():
        temporary.replace(path)
    elif not _exchange(path, temporary):
        aside = path.with_name(f"{temporary.name}.old")
        path.replace(aside)
        try:
            temporary.replace(path)
        except BaseException:
            aside.replace(path)
            raise
        aside.replace(temporary)


def _exchange(first: Path, second: Path) -> bool:
    """Let two folders change places in one step where the system can do that: renameat2(2) of Linux."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    at, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of linux/fcntl.h and linux/fs.h
    return rename is not None and rename(at, os.fsencode(first), at, os.fsencode(second), exchange) == 0


def _flush(file: Path) -> None:
    with file.open("rb+") as opened:
        os.fsync(opened.fileno())


@contextmanager
def _explained(path: Path, done: Literal["written", "read"]) -> Iterator[None]:
    try:
        yield
    except CallerIdError:  # some of which are an OSError too, and say more already
        raise
    except FileNotFoundError as error:
        lacking = f"there is no folder {path.parent}" if done == "written" else "there is no such file"
        raise ExportError(f"{path} cannot be {done}: {lacking}. Check the path.") from error
    except IsADirectoryError as error:
        raise ExportError(f"{path} cannot be {done}: it is a folder. Name a file in it.") from error
    except PermissionError as error:
        raise ExportError(f"{path} cannot be {done}: you lack the permission. Choose another place.") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ExportError(f"{path} cannot be {done}: {reason}. Mend that, or choose another place.") from error
