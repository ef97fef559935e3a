"""Processes that a test may kill, interrupt or limit, forked from one that has imported everything already."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Self

PARENT = """
import json, os, sys, traceback
import pandas, pyarrow.parquet, tqdm.auto
import callerid_analytics.loading, callerid_analytics.renames

for line in sys.stdin:
    code, arguments, output = json.loads(line)
    if not (pid := os.fork()):
        file = os.open(output, os.O_WRONLY)
        os.dup2(file, 1)
        os.dup2(file, 2)
        status = 1
        try:
            exec(code, {"arguments": arguments})
            status = 0
        except BaseException:
            traceback.print_exc()
        sys.stdout.flush()
        os._exit(status)
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""


class Forking:
    """Runs code in processes of its own, one after the other.

    Attributes
    ----------
    pid : int or None
        Of the process that runs.
    output : str
        What the last one that has ended had to say.
    """

    def __init__(self) -> None:
        self.pid: int | None = None
        self.output = ""
        self._file = Path(tempfile.mkstemp()[1])
        self._parent = subprocess.Popen(
            [sys.executable, "-c", PARENT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[1],
        )

    def start(self, code: str, *arguments: object) -> None:
        """Begin; the code finds its arguments, as text, in the list `arguments`."""
        assert self._parent.stdin is not None
        self._file.write_bytes(b"")
        told = [code, [str(argument) for argument in arguments], str(self._file)]
        print(json.dumps(told), file=self._parent.stdin, flush=True)
        self.pid = self._heard()

    def wait(self) -> int:
        """Wait for the end; return the exit code, or minus the signal that ended it."""
        code = self._heard()
        self.pid = None
        self.output = self._file.read_text(encoding="utf-8")
        return code

    def run(self, code: str, *arguments: object) -> str:
        """Run code that must not fail; return its output."""
        self.start(code, *arguments)
        assert self.wait() == 0, self.output
        return self.output

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process that runs, if one does."""
        if self.pid is not None:
            os.kill(self.pid, number)

    def _heard(self) -> int:
        assert self._parent.stdout is not None
        return int(self._parent.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        with self._parent as parent:
            parent.communicate()
        self._file.unlink()
