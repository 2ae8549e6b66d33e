"""The page of a broadcast: what it says while it is a draft, how far it is afterwards."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from math import ceil
from typing import Any

from flask import Response, g, request, url_for

from portal.broadcasts import queries
from portal.broadcasts.models import Broadcast
from portal.broadcasts.queries import REASONS
from portal.broadcasts.rules import segments_of
from portal.broadcasts.states import BroadcastState
from portal.consent.states import Channel
from portal.emails.rules.findings import Finding
from portal.messages.rules import CHANNEL_NAMES
from portal.strategy.rules import axis
from portal.web.filters import format_number, format_time, local
from portal.web.forms import ActForm
from portal.web.htmx import page
from portal.web.records import tabs_of

from .forms import PauseBroadcast

S = BroadcastState
BADGES: Mapping[BroadcastState, str] = {
    S.DRAFT: "none", S.SCHEDULED: "now", S.FREEZING: "now", S.SENDING: "now", S.PAUSED: "warn", S.SENT: "good",
    S.CANCELLED: "none",
}  # fmt: skip
MOVING = (S.FREEZING, S.SENDING)


def broadcast_page(record_id: int, status: int = 200) -> Response:
    found = queries.broadcast(g.actor, record_id)
    who = request.args.get("who", "").strip()[:100]
    drafted = found.state in (S.DRAFT, S.SCHEDULED)
    progress = None if drafted else queries.progress(found)
    return page(
        "broadcasts/broadcast.html",
        "progress",
        status=status,
        title=found.name,
        crumbs=[("Broadcasts", url_for("broadcasts.list_broadcasts"))],
        broadcast=found,
        facts=queries.facts(found),
        progress=progress,
        axis=axis(Decimal(max(minute.sent for minute in progress.minutes))) if progress else (1, 1),
        minutes=[(format_time(local(minute.at)), minute.sent) for minute in progress.minutes] if progress else [],
        say=format_number,
        work=queries.freezing(found),
        moving=found.state in MOVING,
        drafted=drafted,
        badges=BADGES,
        channels=CHANNEL_NAMES,
        emails=queries.emails_of(found),
        segments_of=segments_of,
        who=who,
        people=queries.why_not(g.actor, found, who) if who else [],
        reasons=REASONS,
        form=ActForm(formdata=None),
        pause_form=PauseBroadcast(formdata=None),
        **tabs(found),
    )


def tabs(broadcast: Broadcast, shown: str = "") -> dict[str, Any]:
    """What the templates of its pages read: all its tabs, those of the report among them. `shown`: which page this is."""
    told = tabs_of(broadcast, parts=broadcast.variants, without="files")
    first, *others = told["tab_items"]
    gone = broadcast.state not in (S.DRAFT, S.SCHEDULED)
    pages = [("Report", "show_report", gone), ("Click map", "show_clicks", gone and broadcast.channel == Channel.EMAIL)]
    pages.append(("Test", "show_test", len(broadcast.variants) > 1))
    own = [(text, url_for(f"broadcasts.{view}", record_id=broadcast.id), None) for text, view, there in pages if there]
    return told | {"tab_items": [first, *own, *others], "tab_name": shown or told["tab_name"]}


def axis_of(values: Sequence[int]) -> tuple[int, int]:
    """(top, step) of an axis with four lines."""
    step = max(1, ceil(max(values, default=0) / 4))
    size = 10 ** (len(str(step)) - 1)
    step = ceil(step / size) * size
    return step * 4, step


def findings_of(broadcast: Broadcast) -> list[tuple[str, Finding]]:
    """(variant, what stands in the way of sending it) of all its emails."""
    if broadcast.channel != Channel.EMAIL:
        return []
    return [
        (variant.label, one) for variant in broadcast.variants for one in queries.findings(g.actor, broadcast, variant)
    ]
