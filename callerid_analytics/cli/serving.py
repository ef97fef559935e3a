"""``callerids app`` and ``callerids notebook``: the same forms as a web page, and in JupyterLab."""

from __future__ import annotations

import secrets
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path

import click

from callerid_analytics.cli.exit_codes import DONE, FAILED
from callerid_analytics.cli.options import port_option
from callerid_analytics.cli.terminal import say
from callerid_analytics.errors import ConfigurationError
from callerid_analytics.settings import Settings, environment_for_child, environment_holds_credentials
from callerid_analytics.wording import counted

_HOST = "127.0.0.1"
_LAST_WORDS = 2000
"""Letters of a server's log that are shown when it failed."""

browser_option = click.option("--no-browser", is_flag=True, help="Only print the address, do not open it.")


@click.command()
@port_option
@browser_option
@click.option(
    "--account",
    "account_sids",
    multiple=True,
    metavar="SID",
    help="Only this account, instead of yours and all its active sub-accounts; repeat it for several.",
)
@click.option("--theme", default="light", show_default=True, type=click.Choice(["light", "dark"]))
def app(*, port: int, no_browser: bool, account_sids: tuple[str, ...], theme: str) -> int:
    """Browse, audit, rename and verify on a web page.

    It is served on this machine only, to whoever has the address with its token, until you press Ctrl-C. Without
    credentials it shows a practice account in a sandbox, whose phone rings on a page of its own.

    \b
      callerids app
      callerids app --account AC… --theme dark
    """  # noqa: D301 - click wants the real \b
    from callerid_analytics import serving

    _require("voila", "Voilà")
    with ExitStack() as stack:
        environ = stack.enter_context(_account())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="callerids-")))
        port, token = port or _free_port(), secrets.token_urlsafe(24)
        settings = {"port": port, "token": token, "opens_browser": not no_browser, "theme": theme}
        serving.write_app(folder, list(account_sids) or "all", **settings)  # type: ignore[arg-type] # each is right
        _announce("The app", f"http://{_HOST}:{port}/?token={token}")
        environ = environment_for_child(environ, jupyter_path=serving.JUPYTER_PATH)
        return _run(["voila", serving.PAGE], "Voilà", cwd=folder, environ=environ)


@click.command()
@click.argument("directory", metavar="[DIR]", default="notebooks", type=click.Path(path_type=Path))
@port_option
@browser_option
def notebook(*, directory: Path, port: int, no_browser: bool) -> int:
    """Open the notebooks in JupyterLab.

    They are copied to DIR first, "notebooks" by default; a notebook that is there is left as it is. Without
    credentials they work on practice accounts.
    """
    from callerid_analytics import notebooks

    _require("jupyterlab", "JupyterLab")
    new = notebooks.lay_out(directory)
    say(f"{counted(len(new), 'new notebook')} in {directory}; what was there is as it was.")
    port, token = port or _free_port(), secrets.token_urlsafe(24)
    options = {
        "ServerApp.ip": _HOST,
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.answer_yes": True,  # Ctrl-C is meant
        "ServerApp.open_browser": not no_browser,
        "ServerApp.allow_root": True,  # as in a container; it listens on this machine only
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    _announce("JupyterLab", f"http://{_HOST}:{port}/lab?token={token}")
    command = ["jupyterlab", str(directory), *(f"--{name}={value}" for name, value in options.items())]
    environ = environment_for_child({"JUPYTER_TOKEN": token})
    return _run(command, "JupyterLab", cwd=Path.cwd(), environ=environ)


def _require(module: str, name: str) -> None:
    if find_spec(module) is None:
        raise ConfigurationError(f"{name} is not installed: pip install 'callerid-analytics[notebook]'")


@contextmanager
def _account() -> Iterator[Mapping[str, str]]:
    """Yield the variables that the environment lacks to name an account: a sandbox's, the same for every visit."""
    if environment_holds_credentials():
        Settings.from_env()  # half a pair is refused here, where it is read
        yield {}
        return
    from callerid_analytics.sandbox import Sandbox  # late: a real account needs none

    with Sandbox(numbers=2500, accounts=3, seed=7) as sandbox:
        say(
            "No Twilio credentials are set, so this is a practice account: nothing here is real.\n"
            f"Its phone rings at {sandbox.url}/sandbox/"
        )
        yield sandbox.environ


def _announce(what: str, url: str) -> None:
    say(f"{what} is starting. Until you press Ctrl-C it is at\n\n  {url}\n")


def _free_port() -> int:
    with socket.create_server((_HOST, 0)) as server:
        port: int = server.getsockname()[1]
    return port


def _run(module: Sequence[str], name: str, *, cwd: Path, environ: Mapping[str, str]) -> int:
    """Run one of Jupyter's servers until it ends, or until Ctrl-C or SIGTERM, which it does not outlive."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    with tempfile.TemporaryFile() as log:
        try:
            code = _ended([sys.executable, "-m", *module], cwd=cwd, env=environ, stdout=log, stderr=log)
        finally:
            signal.signal(signal.SIGTERM, before)
        if code:
            log.seek(0)
            say(log.read().decode(errors="replace")[-_LAST_WORDS:])
            say(f"{name} ended with exit code {code}; what it says above tells why.")
    return FAILED if code else DONE


def _ended(command: Sequence[str], **options: object) -> int:
    """Return the exit code of a process, 0 if it was ended from here."""
    with subprocess.Popen(command, **options) as process:  # type: ignore[call-overload] # noqa: S603
        try:
            return int(process.wait())
        except KeyboardInterrupt:
            return 0
        finally:
            process.terminate()
