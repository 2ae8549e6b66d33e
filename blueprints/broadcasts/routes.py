"""Broadcasts one by one and as a list."""

from typing import Any

from flask import Blueprint, Response, url_for

from portal.broadcasts.queries import LISTING
from portal.web.auth import needs
from portal.web.htmx import go
from portal.web.listing import list_page

bp = Blueprint("broadcasts", __name__)


@bp.get("/broadcasts")
@needs("broadcasts.view")
def list_broadcasts() -> Response:
    return list_page(
        "broadcasts/list_broadcasts.html",
        LISTING,
        title="Broadcasts",
        row_url=lambda one: url_for(".show_broadcast", record_id=one.id),
    )


@bp.get("/broadcasts/<int:record_id>")
@needs("broadcasts.view")
def show_broadcast(record_id: int) -> Any:
    return go(url_for(".show_report", record_id=record_id))
