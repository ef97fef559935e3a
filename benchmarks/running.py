"""A script in a process of its own, which is ended if it takes too long or too much memory."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
LOOK_EVERY = 0.5
"""Seconds."""

MEMORY = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
"""Bytes that this machine has."""


class Run(NamedTuple):
    """A script, and what it is told."""

    script: str
    options: str = ""

    @property
    def command(self) -> str:
        """How it is run, without the interpreter."""
        return f"{self.script}.py {self.options}".rstrip()


class Limits(NamedTuple):
    """What a script may take, together with all processes that it starts: seconds and bytes."""

    seconds: float = 30 * 60
    memory: float = min(24 * 2**30, 0.9 * MEMORY)


class Failed(Exception):
    """A script ended with an error."""


class Stopped(Exception):
    """A script was ended since it took too long or too much."""


def run_script(run: Run, folder: Path, results: Path, limits: Limits) -> None:
    """Run a script of a folder, which adds its claims to a file as it makes them.

    Raises
    ------
    Failed, Stopped
        It did not come to its end.
    """
    # A Python that keeps no compiled modules measures the compiler, most of all at the start.
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    script = [sys.executable, str(folder / f"{run.script}.py"), *run.options.split()]
    process = subprocess.Popen([*script, "--results", str(results)], env=environ, start_new_session=True)
    try:
        _wait(process, limits)
    finally:
        _end(process)


def _wait(process: subprocess.Popen[bytes], limits: Limits) -> None:
    until = time.monotonic() + limits.seconds
    while process.poll() is None:
        if time.monotonic() > until:
            raise Stopped(f"stopped after {limits.seconds / 60:.3g} minutes")
        if _memory_of(process) > limits.memory:
            raise Stopped(f"stopped at {limits.memory / 2**30:.3g} GiB of memory")
        try:
            process.wait(LOOK_EVERY)
        except subprocess.TimeoutExpired:
            continue
    if process.returncode:
        raise Failed(f"failed with exit code {process.returncode}")


def _memory_of(process: subprocess.Popen[bytes]) -> int:
    """Return the bytes in memory of a process and of those that it started, where there is ``/proc``."""
    pages = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()  # from the third field on, see proc(5)
        except OSError:  # it has ended meanwhile
            continue
        session, resident = int(fields[3]), int(fields[21])
        pages += resident if session == process.pid else 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process, unless it has ended, and those that it has left behind."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(5)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
