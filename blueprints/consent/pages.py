"""What several pages of consent share."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, current_app, g, url_for

from portal.consent.states import Channel
from portal.web.exports import bundle

PARTS = (
    ("Ledger", "consent.show_ledger", "consent.view"),
    ("Can we send?", "consent.show_check", "consent.view"),
    ("Requests", "consent.list_requests", "consent.erase"),
    ("Topics", "consent.list_topics", "topics.view"),
    ("Policies", "consent.show_policies", "consent.view"),
)


def parts() -> list[tuple[str, str, None]]:
    """The tabs above the pages, those the person may open."""
    return [
        (text, url_for(endpoint), None)
        for text, endpoint, permission in PARTS
        if endpoint in current_app.view_functions and g.actor.may(permission)
    ]


def send_bundle(name: str, parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> Response:
    """A ZIP to keep."""
    headers = {"Content-Disposition": f"attachment; filename={name}.zip", "Cache-Control": "no-store"}
    return Response(bundle(name, parts), mimetype="application/zip", headers=headers)


def asked_channel(text: str | None) -> Channel:
    return Channel.SMS if text == Channel.SMS else Channel.EMAIL
