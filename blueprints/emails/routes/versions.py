"""Versions: made, looked at, compared, and brought back."""

import difflib
from typing import Any

from flask import flash, g, request, url_for

from portal.emails import queries, services
from portal.kernel.db import transact
from portal.kernel.errors import Refused
from portal.web.auth import needs
from portal.web.forms import ActForm, act
from portal.web.htmx import go

from ..pages import email_page
from . import bp


@bp.get("/emails/<int:record_id>/versions")
@needs("emails.view")
def list_versions(record_id: int, status: int = 200) -> Any:
    draft, compared = queries.email(g.actor, record_id), []
    found = queries.versions(g.actor, record_id)
    left, right = request.args.get("left", type=int), request.args.get("right", type=int)
    if left and right:
        compared = _compare(record_id, left, right)
    return email_page(
        "emails/versions.html",
        draft,
        "Versions",
        status=status,
        versions=found,
        compared=compared,
        left=left,
        right=right,
    )


@bp.post("/emails/<int:record_id>/versions")
@needs("emails.edit")
def publish_email(record_id: int) -> Any:
    """A mail that may not be sent to lists can still be a version: the check stands before every sending."""
    return act(
        lambda: services.publish(g.actor, record_id).id,
        "Published. Mailings that start from now on send this version.",
        then=lambda: go(url_for(".list_versions", record_id=record_id)),
        again=lambda status: list_versions(record_id, status),
        form=ActForm(),
    )


@bp.post("/emails/<int:record_id>/versions/<int:number>/restoration")
@needs("emails.edit")
def restore_version(record_id: int, number: int) -> Any:
    try:
        transact(lambda: services.restore(g.actor, record_id, number).id)
        flash(f"The draft says what version {number} said. Undo brings back what it said before.", "success")
    except Refused as refusal:
        flash(refusal.message, "bad")
    return go(url_for(".show_email", record_id=record_id))


def _compare(record_id: int, left: int, right: int) -> list[tuple[str, str]]:
    """(sign, line): what stands in one of the two only, with some lines around it."""
    old, new = (queries.version(g.actor, record_id, number) for number in (left, right))
    before, after = (f"{one.subject}\n{one.preheader}\n\n{one.text}".splitlines() for one in (old, new))
    lines = difflib.unified_diff(before, after, n=2, lineterm="")
    return [(line[0], line[1:]) for line in lines if not line.startswith(("---", "+++"))]
