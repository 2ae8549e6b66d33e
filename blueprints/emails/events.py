"""An event of ours in a block."""

from typing import Any

from flask import g
from wtforms.fields.choices import SelectChoice

from portal.events.queries import public_event, published
from portal.events.rules import when
from portal.kernel.errors import NotFound, Refused
from portal.kernel.public import absolute
from portal.web.choices import pairs


def event_choices() -> list[SelectChoice]:
    """Those one can still be invited to, the next one first."""
    return pairs([("", "None: written by hand"), *((one.slug, one.name) for one in published(g.actor))])


def with_event(props: dict[str, Any], before: dict[str, Any], language: str) -> dict[str, Any]:
    """What it is, when, where, and the link that knows the recipient, when another event was chosen. Raises Refused."""
    wanted = props.get("event")
    if not wanted or wanted == before.get("event"):
        return props
    try:
        event = public_event(wanted)
    except NotFound as error:
        raise Refused("emails.no_event", "This event is not announced.", "p_event") from error
    return props | {
        "title": event.name, "starts": when(event.starts_at, event.ends_at, event.timezone, language),
        "place": event.venue.replace("\n", ", ") or "Online", "text": event.summary,
        "href": absolute(f"/event/{event.slug}?m={{{{ links.invitee }}}}"),
    }  # fmt: skip
