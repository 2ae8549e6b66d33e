"""Which page a refusal becomes. Anything unknown is a bug: logged with its request id, answered with 500."""

import logging
from typing import Any

from flask import Flask, Response, g, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from portal.kernel.db import db
from portal.kernel.errors import DomainError, Forbidden, NotFound, Refused, Stale

log = logging.getLogger(__name__)

STATUS: tuple[tuple[type[DomainError], int], ...] = ((Stale, 409), (NotFound, 404), (Forbidden, 403), (Refused, 422))
PAGES = {400, 403, 404, 409, 413, 422, 429, 500, 503}


def register(app: Flask) -> None:
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(Exception, _bug)


def _page(status: int, message: str = "") -> Response:
    template = f"errors/{status if status in PAGES else 400 if status < 500 else 500}.html"
    if request.path.startswith("/api/"):
        return make_response({"error": message, "request": g.get("request_id", "")}, status)
    return make_response(render_template(template, message=message), status)


def _domain_error(error: DomainError) -> Response:
    db.session.rollback()
    status = next(status for kind, status in STATUS if isinstance(error, kind))
    return _page(status, error.message)


def _http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    response = _page(error.code)
    if retry := getattr(error, "retry_after", None):
        response.headers["Retry-After"] = str(retry)
    return response


def _database_away(error: OperationalError) -> Response:
    db.session.rollback()
    log.error("database did not answer", exc_info=error)
    response = _page(503)
    response.headers["Retry-After"] = "5"
    return response


def _bug(error: Exception) -> Response:
    db.session.rollback()
    log.error("unexpected error", exc_info=error)
    return _page(500)
