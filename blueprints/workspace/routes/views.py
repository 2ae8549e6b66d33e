"""Saved views of lists."""

from typing import Any
from urllib.parse import parse_qsl

from flask import flash, g, request

from portal.kernel.db import transact
from portal.kernel.errors import Refused
from portal.web.auth import needs
from portal.web.htmx import go
from portal.web.http import safe_next
from portal.workspace import services

from . import bp


def back() -> Any:
    """To the page the form stands on."""
    return go(safe_next(request.form.get("next")))


@bp.post("/views")
@needs("workspace.use")
def save_view() -> Any:
    query, name = request.form.get("query", "")[:2000], request.form.get("name", "")
    args = dict(parse_qsl(query))
    try:
        transact(
            lambda: services.save_view(
                g.actor, request.form.get("listing", ""), name, args, query, "shared" in request.form
            )
        )
        flash(f"View “{name.strip()}” saved", "success")
    except Refused as refusal:
        flash(refusal.message, "bad")
    return back()


@bp.post("/views/<int:view_id>/name")
@needs("workspace.use")
def rename_view(view_id: int) -> Any:
    try:
        transact(lambda: services.rename_view(g.actor, view_id, request.form.get("name", "")))
        flash("View renamed", "success")
    except Refused as refusal:
        flash(refusal.message, "bad")
    return back()


@bp.post("/views/<int:view_id>/sharing")
@needs("views.share")
def share_view(view_id: int) -> Any:
    shared = bool(request.form.get("shared"))
    transact(lambda: services.share_view(g.actor, view_id, shared))
    flash("Everybody sees this view now" if shared else "Only you see this view now", "success")
    return back()


@bp.post("/views/<int:view_id>/removal")
@needs("workspace.use")
def remove_view(view_id: int) -> Any:
    transact(lambda: services.remove_view(g.actor, view_id))
    flash("View deleted", "success")
    return back()
