"""From pages to one frame: every row once, every account accounted for, nothing left running."""

from __future__ import annotations

import json
import threading
import warnings
from collections.abc import Iterator

import pandas as pd
import pytest

from callerid_analytics import frames, loading
from callerid_analytics.client import Client
from callerid_analytics.columns import Columns
from callerid_analytics.errors import (
    AuthenticationFailed,
    InvalidParameter,
    PartialLoadError,
    UnexpectedResponse,
)
from callerid_analytics.loading import Fetched, PartialLoadWarning, load
from callerid_analytics.records import CallerIdPage
from callerid_analytics.sandbox import Sandbox
from tests.scripted_server import Reply, ScriptedServer, page, refusal

ACCOUNT, OTHER = "AC" + 32 * "0", "AC" + 32 * "1"


def row(number: int, **changes: object) -> dict[str, object]:
    record = {
        "sid": f"PN{number:032x}",
        "account_sid": ACCOUNT,
        "phone_number": f"+1415555{number:04}",
        "friendly_name": f"Desk {number}",
        "date_created": "Fri, 21 Aug 2009 00:11:24 +0000",
        "date_updated": "Fri, 21 Aug 2009 00:11:24 +0000",
        "uri": f"/2010-04-01/Accounts/{ACCOUNT}/OutgoingCallerIds/PN{number:032x}.json",
    }
    return record | changes


ABOUT = Reply(body={"sid": ACCOUNT, "friendly_name": "Main", "status": "active", "auth_token": "very-secret"})


@pytest.fixture
def scripted(server: ScriptedServer) -> Client:
    return Client(ACCOUNT, "token", base_url=server.url, pause=lambda *_: None)


def as_rows(frame: pd.DataFrame) -> set[tuple[str, ...]]:
    return set(
        frame[["sid", "account_sid", "phone_number", "friendly_name", "uri"]].itertuples(index=False, name=None)
    )


def truth_of(sandbox: Sandbox) -> set[tuple[str, ...]]:
    return {
        (row["sid"], row["account_sid"], row["phone_number"], row["friendly_name"], row["uri"])
        for row in sandbox.caller_ids()
    }


@pytest.mark.parametrize("numbers", [0, 1, 1000, 1001])
def test_every_row_arrives_exactly_once(numbers: int) -> None:
    with Sandbox(numbers=numbers, accounts=1, seed=5) as sandbox:
        frame = load(Client.from_env(sandbox.environ))
        assert as_rows(frame) == truth_of(sandbox)
    assert len(frame) == numbers
    assert frame["sid"].is_unique
    frames.check(frame)
    report = frame.attrs["load_report"]
    assert report["complete"]
    assert report["rows"] == numbers
    assert report["pages"] == max(1, -(-numbers // 1000))


@pytest.mark.parametrize("numbers", [15, 16, 17, 32])
def test_every_row_of_many_small_pages_arrives(numbers: int) -> None:
    with Sandbox(numbers=numbers, accounts=1, seed=5) as sandbox:
        frame = load(Client.from_env(sandbox.environ), page_size=1)
        assert as_rows(frame) == truth_of(sandbox)
    assert len(frame) == frame.attrs["load_report"]["pages"] == numbers
    frames.check(frame)


@pytest.mark.slow
def test_100_000_rows_arrive_exactly_once() -> None:
    with Sandbox(numbers=100_000, accounts=3, seed=5) as sandbox:
        frame = load(Client.from_env(sandbox.environ), accounts="all")
        assert as_rows(frame) == truth_of(sandbox)
    assert len(frame) == 100_000
    frames.check(frame)


def test_all_accounts_are_read_and_named(shared_sandbox: Sandbox) -> None:
    frame = load(Client.from_env(shared_sandbox.environ), accounts="all", page_size=200)
    assert as_rows(frame) == truth_of(shared_sandbox)
    names = {account["sid"]: account["friendly_name"] for account in shared_sandbox.accounts}
    assert (frame["account_name"].astype(object) == frame["account_sid"].astype(object).map(names)).all()
    report = frame.attrs["load_report"]
    assert set(report["accounts"]) == set(names)
    assert sum(account["rows"] for account in report["accounts"].values()) == len(frame) == 2500
    assert report["pages"] == sum(account["pages"] for account in report["accounts"].values())


def test_dates_are_parsed_and_numbers_described(shared_sandbox: Sandbox) -> None:
    frame = load(Client.from_env(shared_sandbox.environ))
    truth = pd.DataFrame(shared_sandbox.caller_ids()).set_index("sid").loc[frame["sid"]]
    wanted = pd.to_datetime(truth["date_created"], format="%a, %d %b %Y %H:%M:%S %z")
    assert (frame["date_created"].to_numpy() == wanted.to_numpy()).all()
    american = frame[frame["phone_number"].str.match(r"\+1[2-9]\d{9}$")]
    assert len(american) > 100
    assert set(american["country_code"]) == {1}
    assert {"US", "CA"} <= set(american["region"])
    assert 0.9 < frame["is_valid"].mean() < 1


def test_some_accounts_by_sid_each_once(sandbox: Sandbox, client: Client) -> None:
    subs = [account["sid"] for account in sandbox.accounts[1:]]
    frame = load(client, accounts=[*subs, subs[0]])
    assert as_rows(frame) == {row for row in truth_of(sandbox) if row[1] in subs}
    assert list(frame.attrs["load_report"]["accounts"]) == subs


def test_filters_are_the_servers(sandbox: Sandbox, client: Client) -> None:
    sandbox.add_caller_id("+14155550123", "Only me")
    assert load(client, phone_number="+14155550123")["friendly_name"].tolist() == ["Only me"]
    assert load(client, friendly_name="Only me")["phone_number"].tolist() == ["+14155550123"]
    nothing = load(client, friendly_name="Nobody")
    frames.check(nothing)
    assert nothing.empty
    assert nothing.attrs["load_report"]["filters"] == {"friendly_name": "Nobody"}


def test_accounts_that_are_not_active_are_reported_and_no_failure(sandbox: Sandbox, client: Client) -> None:
    suspended, closed = (account["sid"] for account in sandbox.accounts[1:])
    sandbox.set_account_status(suspended, "suspended")
    sandbox.set_account_status(closed, "closed")
    frame = load(client, accounts="all")
    report = frame.attrs["load_report"]
    assert set(frame["account_sid"]) == {sandbox.account_sid}
    assert report["complete"]
    assert [report["accounts"][sid]["status"] for sid in (suspended, closed)] == ["not active", "not active"]
    assert report["accounts"][suspended]["error"] is None


def test_an_account_that_cannot_be_read_is_an_error_with_the_rest(sandbox: Sandbox, client: Client) -> None:
    suspended = sandbox.accounts[2]["sid"]
    sandbox.set_account_status(suspended, "suspended")
    with pytest.raises(PartialLoadError, match="1 of 3 accounts could not be read") as caught:
        load(client, accounts=[account["sid"] for account in sandbox.accounts])
    assert as_rows(caught.value.frame) == {row for row in truth_of(sandbox) if row[1] != suspended}
    report = caught.value.report
    assert not report["complete"]
    assert report["accounts"][suspended]["status"] == "failed"
    assert report["accounts"][suspended]["error"]
    assert caught.value.frame.attrs["load_report"] == report


def test_not_strict_warns_instead(sandbox: Sandbox, client: Client) -> None:
    sandbox.set_account_status(sandbox.accounts[2]["sid"], "suspended")
    with pytest.warns(PartialLoadWarning, match="1 of 3"):
        frame = load(client, accounts=[account["sid"] for account in sandbox.accounts], strict=False)
    assert not frame.attrs["load_report"]["complete"]


def test_a_wrong_token_says_so(sandbox: Sandbox) -> None:
    client = Client(sandbox.account_sid, "wrong", base_url=sandbox.url)
    with pytest.raises(PartialLoadError) as caught:
        load(client)
    assert isinstance(caught.value.__cause__, AuthenticationFailed)
    with pytest.raises(AuthenticationFailed):
        load(client, accounts="all")


def test_the_report_is_json_and_survives_concat_and_parquet(client: Client, tmp_path: object) -> None:
    frame = load(client)
    assert json.loads(json.dumps(frame.attrs["load_report"])) == frame.attrs["load_report"]
    doubled = pd.concat([frame, frame], ignore_index=True)
    assert len(doubled) == 2 * len(frame)
    frame.to_parquet(f"{tmp_path}/frame.parquet")
    assert pd.read_parquet(f"{tmp_path}/frame.parquet").attrs == frame.attrs


def test_a_row_that_comes_twice_is_kept_once_as_it_was_last(scripted: Client, server: ScriptedServer) -> None:
    renamed = row(2, friendly_name="Renamed meanwhile")
    server.say(ABOUT, page(row(1), row(2), next_page_uri="/p2"), page(renamed, row(3)))
    frame = load(scripted)
    assert frame["sid"].tolist() == [row(n)["sid"] for n in (1, 2, 3)]
    assert frame["friendly_name"].tolist() == ["Desk 1", "Renamed meanwhile", "Desk 3"]
    assert frame.attrs["load_report"]["repeats"] == 1


def test_rows_without_a_sid_are_all_kept(scripted: Client, server: ScriptedServer) -> None:
    server.say(ABOUT, page({}, {"sid": None}, row(1)))
    frame = load(scripted)
    frames.check(frame)
    assert frame["sid"].isna().sum() == 2
    assert frame["is_valid"].isna().sum() == 2
    assert frame.attrs["load_report"]["repeats"] == 0


def test_dates_that_cannot_be_read_are_missing_and_counted(scripted: Client, server: ScriptedServer) -> None:
    server.say(ABOUT, page(row(1, date_created="yesterday"), row(2, date_updated=None), row(3)))
    frame = load(scripted)
    assert frame["date_created"].isna().tolist() == [True, False, False]
    assert frame.attrs["load_report"]["accounts"][ACCOUNT]["unreadable_dates"] == 1


def test_retries_are_counted(scripted: Client, server: ScriptedServer) -> None:
    busy = refusal(429, 20429)
    server.say(ABOUT, busy, page(row(1), next_page_uri="/p2"), busy, busy, page(row(2)))
    assert load(scripted).attrs["load_report"]["accounts"][ACCOUNT]["retries"] == 3


def test_a_page_that_breaks_half_way_keeps_what_came_before(scripted: Client, server: ScriptedServer) -> None:
    server.say(ABOUT, page(row(1), next_page_uri="/p2"), Reply(200, b'{"outgoing_caller_ids": [{"sid": 7}]}'))
    with pytest.raises(PartialLoadError) as caught:
        load(scripted)
    assert isinstance(caught.value.__cause__, UnexpectedResponse)
    assert caught.value.frame["friendly_name"].tolist() == ["Desk 1"]
    account = caught.value.report["accounts"][ACCOUNT]
    assert (account["status"], account["rows"], account["pages"]) == ("failed", 1, 1)


def test_a_page_that_breaks_does_not_hide_the_rows_behind_it(scripted: Client, server: ScriptedServer) -> None:
    broken = Reply(body={"outgoing_caller_ids": [{"sid": 7}], "next_page_uri": "/p3"})
    server.say(ABOUT, page(row(1), next_page_uri="/p2"), broken, page(row(3)))
    with pytest.raises(PartialLoadError) as caught:
        load(scripted)
    assert caught.value.frame["friendly_name"].tolist() == ["Desk 1", "Desk 3"]
    assert caught.value.report["accounts"][ACCOUNT]["status"] == "failed"


def test_an_account_whose_name_is_refused_is_read_without_it(scripted: Client, server: ScriptedServer) -> None:
    server.say(refusal(401, 20003), page(row(1)))
    frame = load(scripted)
    assert len(frame) == 1
    assert frame["account_name"].isna().all()


def test_no_token_is_in_the_frame_or_its_report(scripted: Client, server: ScriptedServer) -> None:
    listing = Reply(body={"accounts": [{"sid": ACCOUNT, "status": "active", "auth_token": "very-secret"}]})
    server.say(listing, page(row(1)))
    frame = load(scripted, accounts="all")
    assert "very-secret" not in json.dumps(frame.attrs) + frame.to_csv()


@pytest.mark.parametrize("accounts", ["everything", ACCOUNT, [], (), ["AC1"], [ACCOUNT, "PN" + 32 * "0"]])
def test_accounts_that_are_none(scripted: Client, accounts: list[str]) -> None:
    with pytest.raises(InvalidParameter):
        load(scripted, accounts=accounts)


@pytest.mark.parametrize("page_size", [0, 5000])
def test_a_page_size_that_is_none(scripted: Client, page_size: int) -> None:
    with pytest.raises(InvalidParameter, match="page_size"):
        load(scripted, page_size=page_size)


def test_an_interrupt_leaves_no_thread(client: Client, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(threading.enumerate())

    def interrupt(*_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(loading._Reading, "add", interrupt)
    with pytest.raises(KeyboardInterrupt):
        load(client, accounts="all", page_size=1)
    assert set(threading.enumerate()) <= before


@pytest.mark.parametrize("first", [[ABOUT], []], ids=["at a page", "at the account's name"])
def test_an_interrupt_does_not_wait_for_a_server_that_hangs(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch, first: list[Reply]
) -> None:
    asked, never = threading.Event(), threading.Event()
    client = Client(ACCOUNT, "token", base_url=server.url, timeout=(5.0, 300.0))
    server.say(*first, Reply(until=never))

    def interrupt_once_asked(*_: object, **__: object) -> object:
        while len(server.requests) < len(first) + 1:
            asked.wait(0.01)
        raise KeyboardInterrupt

    before = set(threading.enumerate())
    monkeypatch.setattr(loading._Asking, "answers", interrupt_once_asked)
    with pytest.raises(KeyboardInterrupt):
        load(client)
    left = {thread.name for thread in set(threading.enumerate()) - before}
    never.set()
    assert not [name for name in left if name.startswith("callerids-load")]


def test_accounts_are_read_side_by_side_and_pages_ahead(
    scripted: Client, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one page is turned into columns, the next is already asked for."""
    asked = threading.Event()
    real = Client.iter_pages

    def iter_pages(self: Client, **options: object) -> Iterator[Fetched]:
        for number, fetched in enumerate(real(self, **options)):  # type: ignore[arg-type] # passed through
            if number == 1:
                asked.set()
            yield fetched

    def add(self: Columns, fetched: CallerIdPage, account: int) -> int:
        was_asked.append(asked.wait(5))
        return real_add(self, fetched, account)

    real_add, was_asked = Columns.add, []
    monkeypatch.setattr(Client, "iter_pages", iter_pages)
    monkeypatch.setattr(Columns, "add", add)
    server.say(ABOUT, page(row(1), next_page_uri="/p2"), page(row(2)))
    assert len(load(scripted)) == 2
    assert was_asked[0]


def test_a_progress_bar_is_drawn_only_where_somebody_looks(
    client: Client, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    load(client)
    assert capfd.readouterr().err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tqdm's words on how it draws here
        load(client)
        assert "caller IDs" in capfd.readouterr().err
        load(client, progress=False)
    assert capfd.readouterr().err == ""
