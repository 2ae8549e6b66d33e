"""What goes around every answer: request id, security headers, locale and theme, body limits."""

import logging
import secrets
import time
from typing import Any

from flask import Flask, Response, abort, g, has_request_context, request

CSP = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
log = logging.getLogger(__name__)

UNLOGGED = {"static", "insights.healthz", "insights.metrics"}
THEMES = ("light", "dark")
LANGUAGES = ("en", "de")


def register(app: Flask) -> None:
    app.before_request(_begin)
    app.before_request(_refuse_from_elsewhere)
    app.before_request(_refuse_nul)
    app.after_request(_headers)
    app.after_request(_log_request)
    for handler in logging.root.handlers:
        handler.addFilter(_with_request_id)


def _with_request_id(record: logging.LogRecord) -> bool:
    """What is logged while a request is answered carries its id."""
    if has_request_context():
        record.request_id = g.get("request_id")
    return True


def _log_request(response: Response) -> Response:
    """One line per answer, without query strings: they hold what people searched for."""
    if request.endpoint not in UNLOGGED:
        ms = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000, 1)  # refused before it began
        facts = {"status": response.status_code, "ms": ms, "user": g.actor.user_id if "actor" in g else None}
        log.info("%s %s", request.method, request.path, extra={"facts": facts})
    return response


def _begin() -> None:
    g.request_id = secrets.token_hex(8)
    g.started = time.perf_counter()
    g.locale = request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0])
    g.timezone = "UTC"
    g.theme = request.cookies.get("theme") if request.cookies.get("theme") in THEMES else None  # None: as the system is


def _refuse_nul() -> None:
    """No address of ours has one, and PostgreSQL cannot even look for it."""
    if "\0" in request.path:
        abort(404)


def _refuse_from_elsewhere() -> None:
    """A page of another site cannot post here, token or not; browsers say where a request comes from."""
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site":
        abort(403)


def locale() -> str:
    """The viewer's language: the person's setting, a document's, or the best the browser asks for."""
    return str(g.get("locale", LANGUAGES[0]))


def timezone() -> str:
    return str(g.get("timezone", "UTC"))


def _headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["X-Request-Id"] = g.get("request_id", "")
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if g.get("actor") is not None and g.actor.user_id is not None and request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def client_ip() -> str:
    """As ProxyFix sees it, when the operator says how many proxies there are."""
    return request.remote_addr or ""


def user_agent(limit: int = 200) -> str:
    return (request.user_agent.string or "")[:limit]


def safe_next(target: Any) -> str:
    """A path of this site to go on to; anything else becomes the front page."""
    text = str(target or "")
    plain = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable()
    return text if plain else "/"
