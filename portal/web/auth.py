"""Who is asking: permission per route, the actor of the request, sign-in through Flask-Security."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask_security import current_user
from werkzeug.wrappers import Response

from portal.identity.rules import PERMISSIONS
from portal.kernel import clock
from portal.kernel.actor import Actor, become
from portal.organization.queries import actor_for

View = TypeVar("View", bound=Callable[..., Any])

VISITOR = Actor("Visitor")
PUBLIC = "public"
OPEN_BLUEPRINTS = {"security"}  # Flask-Security's own pages guard themselves
OPEN_ENDPOINTS = {"static"}


def needs(permission: str) -> Callable[[View], View]:
    """Declare what a route takes. Without a declaration the app does not start."""
    if permission != PUBLIC and permission not in PERMISSIONS:
        raise LookupError(f"unknown permission {permission}")

    def mark(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
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
    if request.endpoint not in OPEN_ENDPOINTS and current_user.is_authenticated:
        g.locale, g.timezone = current_user.locale, current_user.timezone
        g.actor = actor_for(current_user, clock.today(current_user.timezone))
    become(g.actor)


def _guard() -> Response | None:
    if request.endpoint is None:
        return None  # 404 or 405 follows
    permission = permission_of(current_app, request.endpoint)
    if permission == PUBLIC or g.actor.may(permission or ""):
        return None
    if g.actor is VISITOR:
        return redirect(url_for("security.login", next=request.full_path if request.method == "GET" else "/"))
    abort(403)
