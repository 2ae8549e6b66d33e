"""The pixel and the links of mails, answered before the application: a campaign is opened by thousands at once.

A GET changes nothing: what happened is appended to a log, which a job reads and judges. Nobody is sent to an address
that we did not write into a mail ourselves.
"""

import json
import time
from base64 import b64decode
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from flask import Flask
from werkzeug.urls import iri_to_uri

from portal.kernel.spool import Spool
from portal.messages.queries.visits import link_urls
from portal.messages.rules.tracking import HONEYPOT, is_genuine, read_token
from portal.messages.states import EventKind

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
COMMON = [
    ("Cache-Control", "no-store, private"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Robots-Tag", "noindex, nofollow"),
]
PICTURE = [("Content-Type", "image/gif"), ("Content-Length", str(len(GIF))), *COMMON]
PREFETCH = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")


def register(app: Flask, spool: Spool) -> None:
    app.extensions["tracking"] = spool
    app.wsgi_app = Front(app, spool, app.wsgi_app)  # type: ignore[method-assign]


class Front:
    """Answers what it knows and hands on everything else, also forged links."""

    def __init__(self, app: Flask, spool: Spool, inner: "WSGIApplication") -> None:
        self._app, self._spool, self._inner = app, spool, inner
        self._urls = lru_cache(1_000)(self._read_urls)

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith("/e/") and environ["REQUEST_METHOD"] in ("GET", "HEAD"):
            answer = None
            if path.startswith("/e/o/") and path.endswith(".gif"):
                answer = self._opened(environ, path[5:-4])
            elif path.startswith("/e/c/"):
                answer = self._clicked(environ, *path[5:].partition("/")[::2])
            if answer:
                status, headers, body = answer
                start_response(status, headers)
                return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
        return self._inner(environ, start_response)

    def _opened(self, environ: "WSGIEnvironment", token: str) -> Any:
        read = read_token(token)
        if read is None:
            return None
        if not _declined(environ):
            self._note(environ, EventKind.OPENED, read, None)
        return "200 OK", PICTURE, GIF

    def _clicked(self, environ: "WSGIEnvironment", token: str, place: str) -> Any:
        read = read_token(token)
        if read is None or not place.removeprefix("-").isdecimal() or len(place) > 5:
            return None
        position = int(place)
        if position == HONEYPOT:
            self._note(environ, EventKind.CLICKED, read, position)
            return "204 No Content", COMMON, b""
        url = self._target(environ, token, read[1], position)
        if url is None:
            return None
        self._note(environ, EventKind.CLICKED, (0, read[1]) if _declined(environ) else read, position)
        return "302 Found", [("Location", iri_to_uri(url)), ("Content-Length", "0"), *COMMON], b""

    def _target(self, environ: "WSGIEnvironment", token: str, content_id: int, position: int) -> str | None:
        """The address behind the link; one of the recipient's own comes along, with its seal."""
        given = parse_qs(str(environ.get("QUERY_STRING", "")))
        url, seal = given.get("u", [""])[0], given.get("s", [""])[0]
        if not url or not is_genuine(token, position, url, seal):
            url = self._urls(content_id).get(position, "")
        return url if url.startswith(("https://", "http://")) else None

    def _read_urls(self, content_id: int) -> dict[int, str]:
        with self._app.app_context():
            return link_urls(content_id)

    def _note(self, environ: "WSGIEnvironment", kind: str, read: tuple[int, int], position: int | None) -> None:
        method = "PREFETCH" if any("prefetch" in environ.get(name, "") for name in PREFETCH) else None
        told = [
            kind, *read, position, round(time.time(), 3), _network(environ.get("REMOTE_ADDR", "")),
            method or environ["REQUEST_METHOD"], environ.get("HTTP_USER_AGENT", "")[:200],
        ]  # fmt: skip
        self._spool.append(json.dumps(told).encode())


def _declined(environ: "WSGIEnvironment") -> bool:
    """Do Not Track, or Global Privacy Control."""
    return environ.get("HTTP_DNT") == "1" or environ.get("HTTP_SEC_GPC") == "1"


@lru_cache(10_000)
def _network(ip: str) -> str:
    """The neighbourhood, which no person can be told from."""
    try:
        return str(ip_network((ip, 48 if ":" in ip else 24), strict=False))
    except ValueError:
        return ""
