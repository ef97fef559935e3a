"""A server that costs nothing, for estates that no sandbox can be filled with in good time.

It is a Starlette route that repeats the pages of a practice account, with other SIDs in every one, as those of so
many accounts, each of which has as many pages as the others. It can take its time for each request.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any

from sandbox import fetch, process
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from callerid_analytics import Sandbox
from callerid_analytics.sandbox.listener import Listener

TEMPLATES = 20
LISTED_AT_ONCE = 1000
ACCOUNTS = "/2010-04-01/Accounts"
NUMBER = "n" * 16
"""Where the number of the page goes in each SID of a caller ID."""

OWNER = "AC" + "o" * 32
"""Where the account's SID goes."""

NEXT = '"the next page"'
"""Where the path of the next page goes."""


def bare(
    *, accounts: int = 1, pages: int, page_size: int = 1000, latency: float = 0.0
) -> AbstractContextManager[dict[str, Any]]:
    """Serve from a process of its own, which says where and for whom as the sandbox does."""
    return process(__file__, str(accounts), str(pages), str(page_size), str(latency))


def serve(accounts: int, pages: int, page_size: int, latency: float) -> None:
    """Say where, and serve."""
    account, texts = templates(page_size)
    sids = [f"AC{place:032x}" for place in range(accounts)]

    async def caller_ids(request: Request) -> Response:
        await asyncio.sleep(latency)
        sid, page = request.path_params["sid"], int(request.query_params.get("Page", "0"))
        following = f"{ACCOUNTS}/{sid}/OutgoingCallerIds.json?Page={page + 1}" if page + 1 < pages else None
        number = int(sid[2:], 16) * pages + page
        text = texts[number % TEMPLATES].replace(OWNER, sid).replace(NUMBER, f"{number:016x}")
        return Response(text.replace(NEXT, json.dumps(following)), media_type="application/json")

    async def one_account(request: Request) -> Response:
        await asyncio.sleep(latency)
        return Response(json.dumps({**account, "sid": request.path_params["sid"]}), media_type="application/json")

    async def all_accounts(request: Request) -> Response:
        await asyncio.sleep(latency)
        start = int(request.query_params.get("Page", "0")) * LISTED_AT_ONCE
        rows = [{**account, "sid": sid} for sid in sids[start : start + LISTED_AT_ONCE]]
        more = start + LISTED_AT_ONCE < accounts
        following = f"{ACCOUNTS}.json?Page={start // LISTED_AT_ONCE + 1}" if more else None
        return Response(json.dumps({"accounts": rows, "next_page_uri": following}), media_type="application/json")

    routes = [
        Route(f"{ACCOUNTS}/{{sid}}/OutgoingCallerIds.json", caller_ids),
        Route(f"{ACCOUNTS}/{{sid}}.json", one_account),
        Route(f"{ACCOUNTS}.json", all_accounts),
    ]
    listener = Listener(Starlette(routes=routes), port=0)
    told = {"account_sid": sids[0], "auth_token": "0" * 32, "url": listener.url}
    listener.serve_until_signal(lambda: print(json.dumps(told), flush=True))
    listener.end()


def templates(page_size: int) -> tuple[dict[str, Any], list[str]]:
    """Return an account and pages, with gaps for what is different each time that they are sent."""
    with Sandbox(numbers=page_size * TEMPLATES, accounts=1) as sandbox:
        known = {"account_sid": sandbox.account_sid, "auth_token": sandbox.auth_token, "url": sandbox.url}
        path = f"{ACCOUNTS}/{sandbox.account_sid}"
        account = json.loads(fetch(known, f"{path}.json"))
        first = f"{path}/OutgoingCallerIds.json?PageSize={page_size}"
        return account, list(pages_of(known, first))


def pages_of(known: dict[str, Any], path: str | None) -> Iterator[str]:
    while path:
        page = json.loads(fetch(known, path))
        path, page["next_page_uri"] = page["next_page_uri"], json.loads(NEXT)
        for place, row in enumerate(page["outgoing_caller_ids"]):
            sid = f"PN{place:016x}{NUMBER}"
            row.update(sid=sid, account_sid=OWNER, uri=f"{ACCOUNTS}/{OWNER}/OutgoingCallerIds/{sid}.json")
        yield json.dumps(page)


if __name__ == "__main__":
    accounts, pages, page_size, latency = sys.argv[1:]
    serve(int(accounts), int(pages), int(page_size), float(latency))
