from __future__ import annotations

import itertools
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
import requests

from callerid_analytics.sandbox import Sandbox
from callerid_analytics.sandbox.problems import RestError
from tests.sandbox.conftest import Api, address

SERVE = """
import json, sys
from callerid_analytics.sandbox import Clock, Sandbox
db = sys.argv[1] if len(sys.argv) > 1 else None
sandbox = Sandbox(numbers=20, db=db, clock=Clock(speed=100), answer={"*1": "correct"})
sandbox.serve(lambda: print(json.dumps(sandbox.environ), flush=True))
print("ended", flush=True)
"""


def was_cut_off(client: socket.socket) -> bool:
    client.settimeout(5)
    with client:
        try:
            return client.recv(1) == b""
        except ConnectionResetError:
            return True


def test_the_environment_points_at_it(sandbox: Sandbox) -> None:
    assert sandbox.url.startswith("http://127.0.0.1:")
    assert sandbox.environ == {
        "TWILIO_ACCOUNT_SID": sandbox.account_sid,
        "TWILIO_AUTH_TOKEN": sandbox.auth_token,
        "CALLERIDS_BASE_URL": sandbox.url,
    }


def test_its_accounts(sandbox: Sandbox) -> None:
    main, *_ = sandbox.accounts
    assert main == {"sid": sandbox.account_sid, "friendly_name": main["friendly_name"], "status": "active"}
    assert len(sandbox.accounts) == 3


def test_no_secret_in_its_repr(sandbox: Sandbox) -> None:
    assert sandbox.url in repr(sandbox)
    for secret in (sandbox.auth_token, sandbox.api_secret):
        assert secret not in repr(sandbox)


def test_it_is_gone_after_the_with_statement() -> None:
    threads = threading.active_count()
    with Sandbox(numbers=5) as sandbox:
        where = address(sandbox)
        api = Api(sandbox)
        api.get(api.caller_ids).raise_for_status()
        silent = socket.create_connection(where)
        halfway = socket.create_connection(where)
        halfway.sendall(api.half_a_request())
        api.get(api.caller_ids).raise_for_status()
    assert threading.active_count() == threads
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(where)
    for client in (silent, halfway):
        assert was_cut_off(client)
    api.session.close()
    assert repr(sandbox) == "<Sandbox not running>"


def test_stopping_twice_is_harmless() -> None:
    sandbox = Sandbox(numbers=0).start()
    sandbox.stop()
    sandbox.stop()


def test_starting_twice_is_a_mistake(sandbox: Sandbox) -> None:
    with pytest.raises(RuntimeError, match="already running"):
        sandbox.start()


def test_it_must_run_before_it_is_asked() -> None:
    with pytest.raises(RuntimeError, match="start it"):
        _ = Sandbox().url


@pytest.mark.parametrize(("numbers", "accounts"), [(-1, 1), (1, 0)])
def test_senseless_sizes_are_refused(numbers: int, accounts: int) -> None:
    with pytest.raises(ValueError, match="at least"):
        Sandbox(numbers, accounts)


def test_a_taken_port_is_one_clear_error(sandbox: Sandbox) -> None:
    _, port = address(sandbox)
    threads = threading.active_count()
    with pytest.raises(OSError, match=rf"cannot listen on 127\.0\.0\.1:{port}"):
        Sandbox(numbers=0, port=port).start()
    assert threading.active_count() == threads


def test_a_port_can_be_chosen_and_used_again_at_once() -> None:
    with Sandbox(numbers=0) as first:
        _, port = address(first)
    with Sandbox(numbers=0, port=port) as second:
        assert address(second) == ("127.0.0.1", port)


def test_two_sandboxes_of_one_seed_are_equal() -> None:
    with Sandbox(numbers=40) as one, Sandbox(numbers=40) as other:
        assert one.caller_ids() == other.caller_ids()
        assert (one.account_sid, one.auth_token) == (other.account_sid, other.auth_token)
        assert (one.api_key, one.api_secret) == (other.api_key, other.api_secret)
        assert one.url != other.url


def test_a_file_keeps_everything(tmp_path: Path) -> None:
    db = tmp_path / "twilio.db"
    with Sandbox(numbers=10, db=db) as first:
        api = Api(first)
        pending = api.post(api.caller_ids, PhoneNumber="+14155550123").json()
        added = first.add_caller_id("+14155550124", "kept")
        api.send("DELETE", api.caller_id(added["sid"]))
        added = first.add_caller_id("+14155550125", "kept as well")
        api.session.close()
        before, accounts, environ = first.caller_ids(), first.accounts, first.environ
    assert [path.name for path in tmp_path.iterdir()] == ["twilio.db"], "complete by itself"
    with Sandbox(numbers=99, accounts=1, seed=8, db=db) as second:
        assert second.caller_ids() == before
        assert second.accounts == accounts
        assert {**second.environ, "CALLERIDS_BASE_URL": ""} == {**environ, "CALLERIDS_BASE_URL": ""}
        assert second.answer(pending["call_sid"], pending["validation_code"]) is not None


def test_somebody_elses_file_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE mine (x)")
    connection.close()
    text = tmp_path / "letter.txt"
    text.write_text("Dear Twilio, " * 1000)
    for path in (other, text):
        before = path.read_bytes()
        with pytest.raises(ValueError, match=path.name):
            Sandbox(numbers=1, db=path).start()
        assert path.read_bytes() == before


def test_the_same_number_twice_in_an_account_is_refused(sandbox: Sandbox) -> None:
    sandbox.add_caller_id("+14155550123")
    before = sandbox.caller_ids()
    with pytest.raises(RestError) as refusal:
        sandbox.add_caller_id("+14155550123")
    assert refusal.value.content["code"] == 21450
    assert sandbox.caller_ids() == before


def test_unknown_accounts_and_statuses_are_refused(sandbox: Sandbox) -> None:
    with pytest.raises(LookupError, match="AC0"):
        sandbox.add_caller_id("+14155550123", account_sid="AC0")
    with pytest.raises(LookupError, match="AC0"):
        sandbox.set_account_status("AC0", "closed")
    with pytest.raises(ValueError, match="asleep"):
        sandbox.set_account_status(sandbox.account_sid, "asleep")


def test_python_and_http_work_at_the_same_time(sandbox: Sandbox, api: Api) -> None:
    def add(block: int) -> None:
        for number in range(50):
            sandbox.add_caller_id(f"+1415555{block}{number:03}")

    threads = [threading.Thread(target=add, args=(block,)) for block in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        assert api.get(api.caller_ids, PageSize=20).status_code == 200
    for thread in threads:
        thread.join()
    assert len(sandbox.caller_ids()) == 230
    listed = [row for page in api.pages(api.caller_ids, PageSize=50) for row in page["outgoing_caller_ids"]]
    assert listed == [row for row in sandbox.caller_ids() if row["account_sid"] == sandbox.account_sid]


class Caller:
    """One client of a sandbox in another process."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.url = environ["CALLERIDS_BASE_URL"]
        self.session = requests.Session()
        self.session.auth = (environ["TWILIO_ACCOUNT_SID"], environ["TWILIO_AUTH_TOKEN"])
        self.caller_ids = f"/2010-04-01/Accounts/{environ['TWILIO_ACCOUNT_SID']}/OutgoingCallerIds.json"

    def post(self, path: str, **form: str) -> requests.Response:
        return self.session.post(self.url + path, form, timeout=10)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_serving_process_ends_on_a_signal_whatever_is_under_way(number: signal.Signals) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process,
    ):
        assert process.stdout
        silent.settimeout(10)
        caller = Caller(json.loads(process.stdout.readline()))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        caller.post(caller.caller_ids, PhoneNumber="+14155550121", StatusCallback=url).raise_for_status()
        connection, _ = silent.accept()  # a callback is on its way, and stays so
        for delay in range(10):
            form = {"PhoneNumber": f"+1415555012{delay}", "CallDelay": str(delay)}
            assert caller.post(caller.caller_ids, **form).status_code == (400 if delay == 1 else 200)
        process.send_signal(number)
        out, err = process.communicate(timeout=5)
        caller.session.close()
        connection.close()
    assert (out, err, process.returncode) == (b"ended\n", b"", 0)


def rename_until_cut_off(caller: Caller, path: str, names: list[str], enough: threading.Semaphore) -> None:
    """Give a row one name after the other; the last one noted was sent, the one before it acknowledged."""
    with suppress(requests.ConnectionError), caller.session:
        for count in itertools.count():
            names.append(f"name {count}")
            caller.post(path, FriendlyName=names[-1]).raise_for_status()
            enough.release()


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    db = tmp_path / "twilio.db"
    enough = threading.Semaphore(0)
    with subprocess.Popen([sys.executable, "-c", SERVE, str(db)], stdout=subprocess.PIPE) as process:
        assert process.stdout
        environ = json.loads(process.stdout.readline())
        with Caller(environ).session as session:
            rows = session.get(environ["CALLERIDS_BASE_URL"] + Caller(environ).caller_ids, timeout=10).json()
        sent: dict[str, list[str]] = {row["uri"]: [] for row in rows["outgoing_caller_ids"][:4]}
        clients = [
            threading.Thread(target=rename_until_cut_off, args=(Caller(environ), uri, names, enough))
            for uri, names in sent.items()
        ]
        for client in clients:
            client.start()
        for _ in range(100):
            assert enough.acquire(timeout=10)
        os.kill(process.pid, signal.SIGKILL)
        for client in clients:
            client.join()
    with Sandbox(db=db) as again:
        kept = {row["uri"]: row["friendly_name"] for row in again.caller_ids()}
    for uri, names in sent.items():
        assert kept[uri] in names[-2:]


@pytest.mark.slow
def test_100_000_rows_page_through() -> None:
    with Sandbox(numbers=100_000) as sandbox:
        api = Api(sandbox)
        seen: list[str] = []
        for account in sandbox.accounts:
            path = f"/2010-04-01/Accounts/{account['sid']}/OutgoingCallerIds.json"
            for page in api.pages(path, PageSize=1000):
                seen += [row["sid"] for row in page["outgoing_caller_ids"]]
        api.session.close()
        assert len(seen) == len(set(seen)) == 100_000
        assert set(seen) == {row["sid"] for row in sandbox.caller_ids()}


def test_a_thread_that_is_late_hears_that_the_sandbox_has_stopped() -> None:
    with Sandbox(numbers=3) as sandbox:
        store = sandbox._world.store
    with pytest.raises(RuntimeError, match="not running"):
        store.newest_calls(1)
