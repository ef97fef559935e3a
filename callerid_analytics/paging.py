"""How a list goes on from page to page: by ``next_page_uri`` and by nothing else (Twilio's documentation)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Generic, NamedTuple, Protocol, TypeVar

from callerid_analytics.errors import UnexpectedResponse
from callerid_analytics.records import decode
from callerid_analytics.transport import Answer, Transport


class Page(Protocol):
    """One page of a list."""

    @property
    def next_page_uri(self) -> str | None:
        """Where the list goes on; None on the last page."""


T = TypeVar("T")
P = TypeVar("P", bound=Page)


class FetchedPage(NamedTuple, Generic[P]):
    """A page, and how many retries it took."""

    page: P
    retries: int


def follow(
    transport: Transport, path: str, query: Mapping[str, str | None], kind: type[P]
) -> Iterator[FetchedPage[P]]:
    """Yield every page of a list, the next one being asked for when it is wanted.

    Parameters
    ----------
    transport : Transport
        Sends the requests.
    path, query : str, mapping of str to str
        Where the list begins.
    kind : type
        Record that a page is decoded to.

    Raises
    ------
    RequestError
        A page could not be had, or leads back to one that was already read.
    """
    seen = set()
    uri: str | None = path
    params: Mapping[str, str | None] | None = query
    while uri:
        answer = transport.request("GET", uri, query=params)
        page = read(answer, kind)
        yield FetchedPage(page, answer.retries)
        seen.add(uri)
        uri, params = page.next_page_uri, None
        if uri in seen:
            raise UnexpectedResponse(f"The server's list leads back to a page already read, {uri}")


def read(answer: Answer, kind: type[T]) -> T:
    """Decode an answer's body, saying which request it answers when it cannot be read.

    Raises
    ------
    UnexpectedResponse
        The body is not what was expected.
    """
    try:
        return decode(answer.body, kind)
    except UnexpectedResponse as error:
        raise UnexpectedResponse(
            f"{answer.where}: {error}. Check the base URL.",
            status=answer.status,
            request_id=answer.request_id,
        ) from error
