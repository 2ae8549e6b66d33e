"""Who is asking: permission per route, the actor of the request, and what comes before anything else."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from flask import Flask, Response, abort, current_app, g, make_response, redirect, request, session, url_for
from flask_security import current_user
from flask_security.utils import check_and_update_authn_fresh
from sqlalchemy.exc import OperationalError

from portal.identity import services
from portal.identity.rules import PERMISSIONS
from portal.kernel import clock
from portal.kernel.actor import Actor, become
from portal.kernel.db import transact
from portal.organization.queries import actor_for, company

from .htmx import by_htmx
from .http import safe_next
from .signin import FRESH, load_user

View = TypeVar("View", bound=Callable[..., Any])
log = logging.getLogger(__name__)

VISITOR = Actor("Visitor")
PUBLIC = "public"
OPEN_BLUEPRINTS = {"security"}  # Flask-Security's own pages guard themselves
OPEN_ENDPOINTS = {"static"}
SEEN_EVERY = timedelta(minutes=5)
SET_UP = {"identity.set_up", "identity.save_setup"}
BEFORE_PASSWORD = {"static", "security.change_password", "security.logout", "identity.set_theme"}
BEFORE_SETUP = {*SET_UP, *BEFORE_PASSWORD, "security.login"}
MAIL_SERVER = {f"messages.{name}_mail_server" for name in ("show", "new", "create", "try")}


def needs(permission: str, *, fresh: bool = False) -> Callable[[View], View]:
    """Declare what a route takes; `fresh`: also a recent proof of who is there. Undeclared, the app does not start."""
    if permission != PUBLIC and permission not in PERMISSIONS:
        raise LookupError(f"unknown permission {permission}")

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        view.fresh = fresh  # type: ignore[attr-defined]
        return view

    return mark


public = needs(PUBLIC)


def permission_of(app: Flask, endpoint: str) -> str | None:
    """The declared permission, "public", or None where there is none."""
    if endpoint in OPEN_ENDPOINTS or endpoint.partition(".")[0] in OPEN_BLUEPRINTS:
        return PUBLIC
    return getattr(app.view_functions[endpoint], "permission", None)


def check_declared(app: Flask) -> None:
    """Raises LookupError naming every route without a permission."""
    missing = sorted({r.endpoint for r in app.url_map.iter_rules() if permission_of(app, r.endpoint) is None})
    if missing:
        raise LookupError(f"routes without a declared permission: {', '.join(missing)}")


def register(app: Flask) -> None:
    app.before_request(_identify)
    app.before_request(_guard)


def _identify() -> None:
    """`g.actor` for everything that follows. Static files and signed links need no user."""
    g.actor = VISITOR
    if request.endpoint not in OPEN_ENDPOINTS and session and current_user.is_authenticated:
        if g.sign_in.seen_at < clock.now() - SEEN_EVERY:
            _note_seen(g.sign_in.id)
        g.locale, g.timezone = current_user.locale, current_user.timezone
        g.actor = actor_for(current_user, clock.today(current_user.timezone))
    become(g.actor)


def _note_seen(sign_in_id: int) -> None:
    """Nobody's page fails because this could not be written."""
    try:
        transact(lambda: services.note_seen(sign_in_id))
    except OperationalError as error:
        log.warning("device not noted as seen: %s", error.orig)
    g._login_user = load_user(session["_user_id"])  # the unit of work let go of what was read before it


def _guard() -> Response | None:
    endpoint = request.endpoint
    if endpoint is None:
        return None  # 404 or 405 follows
    there = current_app.extensions.get("has_company") or _has_company()
    if there and endpoint in SET_UP:
        abort(404)
    if not there and endpoint not in BEFORE_SETUP - SET_UP:
        if g.actor is VISITOR:
            return _ask_to_sign_in()
        if endpoint not in SET_UP:
            return _send_to(url_for("identity.set_up"))
    permission = permission_of(current_app, endpoint)
    if endpoint.startswith("security.") and (target := request.values.get("next")) and _leads_away(target):
        abort(400)
    if g.actor is not VISITOR and current_user.must_change_password and endpoint not in BEFORE_PASSWORD:
        return _send_to(url_for("security.change_password"))
    if g.actor is not VISITOR and g.lacks_factor and not _before_factor(endpoint):
        return _send_to(url_for("security.two_factor_setup"))
    if permission != PUBLIC and not g.actor.may(permission or ""):
        if g.actor is VISITOR:
            return _ask_to_sign_in()
        abort(403)
    if getattr(current_app.view_functions[endpoint], "fresh", False) and not _is_fresh():
        return _send_to(url_for("security.verify", next=_page_of_request()))
    return None


def _before_factor(endpoint: str) -> bool:
    """What is open to somebody who has yet to set up a second factor: the pages on which that is done, and set-up, with
    its mail server. Whoever got this far could set a factor up, so this gives nothing away."""
    return endpoint.partition(".")[0] in OPEN_BLUEPRINTS or endpoint in BEFORE_SETUP or endpoint in MAIL_SERVER


def _leads_away(target: str) -> bool:
    """Flask-Security carries on whole addresses of this site, people may bring paths; both must stay here."""
    home = request.host_url
    path = target.removeprefix(home[:-1]) if target.startswith(home) else target
    return safe_next(path) != path


def _has_company() -> bool:
    """Asked of the database until there is one, then never again."""
    found = company() is not None
    current_app.extensions["has_company"] = found
    return found


def _is_fresh() -> bool:
    """In the demo nobody has a password to repeat."""
    if current_app.config["DEMO"]:
        return True
    return bool(check_and_update_authn_fresh(FRESH, timedelta(minutes=15), "session"))


def _ask_to_sign_in() -> Response:
    if request.path.startswith("/api/"):
        abort(401)
    return _send_to(url_for("security.login", next=_page_of_request()))


def _page_of_request() -> str:
    """Where to go on afterwards: this page, or the start page after a POST that was not carried out."""
    if request.method != "GET" or by_htmx():
        return "/"
    return request.full_path.rstrip("?")


def _send_to(url: str) -> Response:
    """A whole new page; a fragment asked for by htmx must not become the sign-in page."""
    if by_htmx():
        return make_response("", 204, {"HX-Redirect": url})
    answer = redirect(url, 303 if request.method == "POST" else 302)
    assert isinstance(answer, Response)
    return answer
