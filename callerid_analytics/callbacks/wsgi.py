"""A web application that takes status callbacks, for any server that speaks WSGI."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlsplit

from callerid_analytics.callbacks.events import CallbackEvent, Listener
from callerid_analytics.callbacks.signatures import is_signed

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

LARGEST_BODY = 65_536
"""Bytes; Twilio sends about one thousand."""

_REMEMBERED = 10_000
_PLAIN = "/%:@!$&'()*+,;=~"
_LOG = logging.getLogger(__name__)


def application(
    tokens: Mapping[str, str], *, on_event: Listener, public_url: str | None = None
) -> WSGIApplication:
    """Return a WSGI application that takes status callbacks, to be mounted wherever you like.

    It answers 204 at once; 403 to what is not signed, or is a copy of an earlier callback; 400, 405 or 413 to what
    is no callback. A callback that Twilio repeats (same ``I-Twilio-Idempotency-Token``) is answered and not handed
    on again.

    Parameters
    ----------
    tokens : mapping of str to str
        The auth token of each account, by its SID. Sub-accounts sign with their own, presumably.
    on_event : callable
        Called with each `CallbackEvent`, in the thread of the request: it should return soon.
    public_url : str, optional
        The address that Twilio calls, where a proxy stands between: scheme, host, port and path are taken from
        here, the query from the request.
    """
    return _Application(tokens, on_event, public_url)


class _Refused(Exception):
    """A request that is answered with this status."""

    def __init__(self, status: HTTPStatus) -> None:
        super().__init__(status)
        self.status = status


class _Application:
    def __init__(self, tokens: Mapping[str, str], on_event: Listener, public_url: str | None) -> None:
        self._tokens = dict(tokens)
        self._on_event = on_event
        self._public_url = public_url
        self._lock = threading.Lock()
        self._known: OrderedDict[str, str | None] = OrderedDict()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            event = self._believed(environ)
        except _Refused as refused:
            status = refused.status
        except Exception:  # whatever it was that somebody made up: no reason to fail
            _LOG.exception("A status callback could not be read.")
            status = HTTPStatus.BAD_REQUEST
        else:
            status = HTTPStatus.NO_CONTENT
            self._hand_on(event)
        headers = [("Content-Type", "text/plain"), ("Content-Length", "0")]
        start_response(f"{status.value} {status.phrase}", [] if status is HTTPStatus.NO_CONTENT else headers)
        return []

    def _hand_on(self, event: CallbackEvent | None) -> None:
        try:
            if event:
                self._on_event(event)
        except Exception:  # the listener's fault, not the caller's
            _LOG.exception("A listener failed on the status callback of call %s.", event and event.call_sid)

    def _believed(self, environ: WSGIEnvironment) -> CallbackEvent | None:
        """Return what a request says if Twilio sent it; None if that was said before."""
        method, query = environ["REQUEST_METHOD"], environ.get("QUERY_STRING", "")
        if method not in ("GET", "POST"):
            raise _Refused(HTTPStatus.METHOD_NOT_ALLOWED)
        body = _form(_body(environ)) if method == "POST" else []
        told = dict(body if method == "POST" else _form(query))
        given = environ.get("HTTP_X_TWILIO_SIGNATURE", "")
        token = self._tokens.get(told.get("AccountSid", ""))
        if not token or not is_signed(token, self._url(environ, query), body, given):
            raise _Refused(HTTPStatus.FORBIDDEN)
        if not told.get("CallSid") or "VerificationStatus" not in told:
            raise _Refused(HTTPStatus.BAD_REQUEST)
        return (
            CallbackEvent.of(told) if self._is_new(given, environ.get("HTTP_I_TWILIO_IDEMPOTENCY_TOKEN")) else None
        )

    def _is_new(self, given: str, idempotency_token: str | None) -> bool:
        """Remember a callback; a copy that is not Twilio's own repetition is refused."""
        with self._lock:
            if given not in self._known:
                self._known[given] = idempotency_token
                if len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
                return True
            if idempotency_token is None or self._known[given] != idempotency_token:
                raise _Refused(HTTPStatus.FORBIDDEN)
            return False

    def _url(self, environ: WSGIEnvironment, query: str) -> str:
        """Return the address as Twilio called it."""
        suffix = f"?{query}" if query else ""
        if self._public_url:
            public = urlsplit(self._public_url)
            return f"{public.scheme}://{public.netloc}{public.path or '/'}{suffix}"
        host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
        return f"{environ['wsgi.url_scheme']}://{host}{_path(environ)}{suffix}"


def _path(environ: WSGIEnvironment) -> str:
    """Return the path as it was sent: many servers keep it, though WSGI asks only for the decoded one."""
    sent = environ.get("REQUEST_URI") or environ.get("RAW_URI") or ""
    if sent.startswith("/"):
        return str(sent).partition("?")[0]
    decoded = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
    return quote(decoded, safe=_PLAIN, encoding="latin-1") or "/"


def _body(environ: WSGIEnvironment) -> str:
    length = environ.get("CONTENT_LENGTH") or "0"
    if not length.isascii() or not length.isdigit():
        raise _Refused(HTTPStatus.BAD_REQUEST)
    if len(length) > len(str(LARGEST_BODY)) or int(length) > LARGEST_BODY:
        raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return str(environ["wsgi.input"].read(int(length)), "latin-1")


def _form(text: str) -> list[tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True, errors="replace")
