"""Twilio's Python SDK 5.7, of which the older reference page speaks, in an environment of its own.

Its import fails since Python 3.8, which dropped ``cgi.parse_qs``; four lines bring it back. Its generators end
by ``raise StopIteration``, which has been an error inside a generator since Python 3.7 (PEP 479).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from callerid_analytics.sandbox import Sandbox
from tests.sandbox import documented

pytestmark = pytest.mark.slow

SHIM = """
import sys, types, urllib.parse
urlparse = types.ModuleType("urlparse")
urlparse.parse_qs = urllib.parse.parse_qs
sys.modules["urlparse"] = urlparse
"""

REDIRECTION = """
import functools, os, twilio.rest
twilio.rest.TwilioRestClient = functools.partial(twilio.rest.TwilioRestClient, base=os.environ["SANDBOX"])
"""

PRELUDE = """
import json
from twilio.rest import TwilioRestClient
client = TwilioRestClient("ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", "your_auth_token")
"""

Run = Callable[[str], Any]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python that has the old SDK."""
    folder = tmp_path_factory.mktemp("old-sdk")
    venv.create(folder)
    python = folder / "bin" / "python"
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", python, "twilio==5.7.0"]
    subprocess.run(install, check=True)
    return python


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    with documented.sandbox_with(tmp_path, documented.ACCOUNT, documented.FIRST, documented.SECOND) as sandbox:
        yield sandbox


@pytest.fixture
def run_as_written(python: Path, sandbox: Sandbox) -> Run:
    """Run a program as it is, but against the sandbox; give what it prints."""

    def run(program: str) -> str:
        done = subprocess.run(
            [python, "-W", "ignore", "-c", SHIM + REDIRECTION + program],
            env={**os.environ, "SANDBOX": sandbox.url},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def evaluate(run_as_written: Run) -> Run:
    """Run statements that have a client and leave a result; give the result."""
    return lambda program: json.loads(run_as_written(f"{PRELUDE}{program}\nprint(json.dumps(result))"))


def fill(sandbox: Sandbox, count: int) -> list[str]:
    for number in range(count):
        sandbox.add_caller_id(f"+1415555{number:04}", f"Line {number % 3}")
    return [row["sid"] for row in sandbox.caller_ids()]


# The reference page's own samples, as printed there

EVERY_SAMPLE_BEGINS = """
# Download the Python helper library from twilio.com/docs/python/install
from twilio.rest import TwilioRestClient

# Your Account Sid and Auth Token from twilio.com/user/account
account_sid = "ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"
auth_token  = "your_auth_token"
client = TwilioRestClient(account_sid, auth_token)
"""


def test_the_sample_that_fetches(run_as_written: Run) -> None:
    printed = run_as_written(
        EVERY_SAMPLE_BEGINS
        + """
caller_id = client.caller_ids.get("PNe905d7e6b410746a0fb08c57e5a186f3")
print(caller_id.phone_number)
"""
    )
    assert printed == "+15105555555\n"


def test_the_sample_that_updates(run_as_written: Run, sandbox: Sandbox) -> None:
    printed = run_as_written(
        EVERY_SAMPLE_BEGINS
        + """
caller_id = client.caller_ids.update("PNe536d32a3c49700934481addd5ce1659", friendly_name="My Second Line")
print(caller_id.phone_number)
"""
    )
    assert printed == f"{documented.SECOND.phone_number}\n"
    assert sandbox.caller_ids()[0]["friendly_name"] == "My Second Line"


def test_the_sample_that_deletes(run_as_written: Run, sandbox: Sandbox) -> None:
    run_as_written(
        EVERY_SAMPLE_BEGINS
        + """
client.caller_ids.delete("PNe536d32a3c49700934481addd5ce1659")
"""
    )
    assert [row["sid"] for row in sandbox.caller_ids()] == [documented.FIRST.sid]


def test_the_sample_that_lists(run_as_written: Run) -> None:
    printed = run_as_written(
        EVERY_SAMPLE_BEGINS + """
# A list of caller_id objects with the properties described above
caller_ids = client.caller_ids.list()
"""
        "print([caller_id.sid for caller_id in caller_ids])"
    )
    assert printed == f"{[documented.SECOND.sid, documented.FIRST.sid]}\n"


def test_the_sample_that_lists_one_number(run_as_written: Run, sandbox: Sandbox) -> None:
    made = sandbox.add_caller_id("+14158675309")
    printed = run_as_written(
        EVERY_SAMPLE_BEGINS + """
# A list of caller_id objects with the properties described above
caller_ids = client.caller_ids.list(phone_number="+14158675309")
"""
        "print([caller_id.sid for caller_id in caller_ids])"
    )
    assert printed == f"{[made['sid']]}\n"


def test_the_sample_that_validates(run_as_written: Run) -> None:
    """Its last line is the one that the page gets wrong: a validation has no ``sid``."""
    printed = run_as_written(
        EVERY_SAMPLE_BEGINS + """
caller_id = client.caller_ids.validate("+14158675309", friendly_name="My Home Phone Number")
"""
        "print(caller_id['call_sid'], 'sid' in caller_id)"
    )
    assert printed.startswith("CA")
    assert printed.endswith(" False\n")


# Every operation


def test_it_asks_without_credentials_first(evaluate: Run) -> None:
    result = evaluate(
        """
import httplib2
asked, request = [], httplib2.Http._conn_request
def record(self, connection, uri, method, body, headers):
    response, content = request(self, connection, uri, method, body, headers)
    asked.append(["authorization" in headers, response.status])
    return response, content
httplib2.Http._conn_request = record
client.caller_ids.list()
result = asked
"""
    )
    assert result == [[False, 401], [True, 200]]


def test_list_gives_one_page(evaluate: Run, sandbox: Sandbox) -> None:
    sids = fill(sandbox, 60)
    assert evaluate("result = [c.sid for c in client.caller_ids.list()]") == sids[:50]
    assert evaluate("result = [c.sid for c in client.caller_ids.list(page_size=7)]") == sids[:7]


def test_list_gives_any_page_without_a_token(evaluate: Run, sandbox: Sandbox) -> None:
    sids = fill(sandbox, 60)
    assert evaluate("result = [c.sid for c in client.caller_ids.list(page=1)]") == sids[50:]
    assert evaluate("result = [c.sid for c in client.caller_ids.list(page=3, page_size=7)]") == sids[21:28]
    assert evaluate("result = [c.sid for c in client.caller_ids.list(page=9)]") == []


def test_iter_follows_every_page(evaluate: Run, sandbox: Sandbox) -> None:
    sids = fill(sandbox, 60)
    result = evaluate(
        """
result = []
try:
    for caller_id in client.caller_ids.iter(page_size=25):
        result.append(caller_id.sid)
except RuntimeError as error:
    assert str(error) == "generator raised StopIteration"
"""
    )
    assert result == sids


def test_filters(evaluate: Run, sandbox: Sandbox) -> None:
    fill(sandbox, 9)
    made = sandbox.add_caller_id("+442079460123", "Zoë & Söhne")
    assert evaluate('result = [c.sid for c in client.caller_ids.list(phone_number="+442079460123")]') == [
        made["sid"]
    ]
    assert evaluate('result = [c.sid for c in client.caller_ids.list(friendly_name="Zoë & Söhne")]') == [
        made["sid"]
    ]
    assert evaluate('result = len(client.caller_ids.list(friendly_name="Line 1"))') == 3
    assert evaluate('result = client.caller_ids.list(friendly_name="line 1")') == []


def test_get_has_every_property(evaluate: Run) -> None:
    result = evaluate(
        """
caller_id = client.caller_ids.get("PNe905d7e6b410746a0fb08c57e5a186f3")
result = [caller_id.sid, caller_id.account_sid, caller_id.phone_number, caller_id.friendly_name]
result += [str(caller_id.date_created), str(caller_id.date_updated)]
"""
    )
    first = documented.FIRST
    assert result[:4] == [first.sid, first.account_sid, first.phone_number, first.friendly_name]
    assert result[4:] == ["2010-07-27 20:21:11"] * 2


def test_update_of_a_caller_id_that_was_fetched(evaluate: Run, sandbox: Sandbox) -> None:
    result = evaluate(
        """
caller_id = client.caller_ids.get("PNe905d7e6b410746a0fb08c57e5a186f3")
caller_id.update(friendly_name="Zoë's line")
result = caller_id.friendly_name
"""
    )
    assert result == sandbox.caller_ids()[1]["friendly_name"] == "Zoë's line"


def test_delete_of_a_caller_id_that_was_fetched(evaluate: Run, sandbox: Sandbox) -> None:
    assert evaluate('result = client.caller_ids.get("PNe905d7e6b410746a0fb08c57e5a186f3").delete()') is None
    assert [row["sid"] for row in sandbox.caller_ids()] == [documented.SECOND.sid]


def test_validate_with_everything(evaluate: Run, sandbox: Sandbox) -> None:
    request = evaluate(
        """
result = client.caller_ids.validate(
    "(415) 867-5309",
    friendly_name="Home",
    call_delay=0,
    extension="12",
    status_callback="http://127.0.0.1:9/callback",
    status_callback_method="GET",
)
"""
    )
    assert (request["phone_number"], request["friendly_name"]) == ("+14158675309", "Home")
    assert request.keys() == {"account_sid", "phone_number", "friendly_name", "validation_code", "call_sid"}
    assert evaluate(f'result = client.calls.get("{request["call_sid"]}").to') == "+14158675309"


@pytest.mark.parametrize(
    ("statement", "status", "code"),
    [
        ('client.caller_ids.get("PN00000000000000000000000000000000")', 404, 20404),
        ('client.caller_ids.validate("+15105555555")', 400, 21450),
        ('client.caller_ids.update("PNe905d7e6b410746a0fb08c57e5a186f3", friendly_name="x" * 65)', 400, 20002),
        ('TwilioRestClient("ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX", "wrong").caller_ids.list()', 401, 20003),
    ],
)
def test_refusals(evaluate: Run, statement: str, status: int, code: int) -> None:
    result = evaluate(
        f"""
from twilio import TwilioRestException
try:
    {statement}
except TwilioRestException as error:
    result = [error.status, error.code, error.method]
"""
    )
    assert result[:2] == [status, code]


def test_accounts(evaluate: Run) -> None:
    result = evaluate(
        """
(account,) = client.accounts.list()
fetched = client.accounts.get(account.sid)
result = [fetched.sid, fetched.friendly_name, fetched.status, fetched.type, fetched.auth_token]
inside = TwilioRestClient(account.sid, account.auth_token, request_account=fetched.sid)
result += [[caller_id.sid for caller_id in inside.caller_ids.list()]]
"""
    )
    account = documented.ACCOUNT
    assert result[:5] == [account.sid, account.friendly_name, "active", "Full", "your_auth_token"]
    assert result[5] == [documented.SECOND.sid, documented.FIRST.sid]
