"""Broadcasts before they are sent: what goes to whom, in which variants."""

from collections.abc import Mapping
from typing import Any

from portal.consent.states import Channel
from portal.emails.states import Level
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.organization.queries import authorize, own_position

from .. import queries
from ..models import Broadcast, BroadcastVariant
from ..states import BroadcastState

LABELS = "ABCDEFGH"


def create(actor: Actor, **values: Any) -> Broadcast:
    """A draft with one variant."""
    authorize(actor, "broadcasts.edit")
    broadcast = Broadcast(owner_id=own_position(actor), **values)
    broadcast.variants.append(BroadcastVariant(label=LABELS[0]))
    db.session.add(broadcast)
    db.session.flush()
    return broadcast


def change(actor: Actor, broadcast_id: int, version: int | None, **values: Any) -> Broadcast:
    """Raises Stale, NotFound, Forbidden, and Refused once it is on its way."""
    broadcast = draft(actor, broadcast_id)
    broadcast.expect(version)
    for name, value in values.items():
        setattr(broadcast, name, value)
    return broadcast


def draft(actor: Actor, broadcast_id: int) -> Broadcast:
    """Locked, with its variants. Raises Refused for one that is no draft any more."""
    broadcast = queries.broadcast(actor, broadcast_id, lock=True)
    authorize(actor, "broadcasts.edit", broadcast)
    if broadcast.state != BroadcastState.DRAFT:
        raise Refused("broadcasts.not_draft", "This broadcast is on its way or over; copy it to change something.")
    return broadcast


def add_variant(actor: Actor, broadcast_id: int) -> BroadcastVariant:
    """One more, which begins as a copy of the last; all get equal shares."""
    broadcast = draft(actor, broadcast_id)
    if len(broadcast.variants) >= len(LABELS):
        raise Refused("broadcasts.variants", f"There can be {len(LABELS)} variants at most.")
    last = broadcast.variants[-1]
    content = {name: getattr(last, name) for name in ("subject", "sender", "email_id", "text")}
    new = BroadcastVariant(label=LABELS[LABELS.index(last.label) + 1], **content)
    broadcast.variants.append(new)
    share_out(broadcast)
    db.session.flush()
    return new


def change_variant(actor: Actor, broadcast_id: int, label: str, values: Mapping[str, Any]) -> BroadcastVariant:
    variant = queries.variant_of(draft(actor, broadcast_id), label)
    for name, value in values.items():
        setattr(variant, name, value)
    return variant


def remove_variant(actor: Actor, broadcast_id: int, label: str) -> None:
    broadcast = draft(actor, broadcast_id)
    variant = queries.variant_of(broadcast, label)
    if len(broadcast.variants) == 1:
        raise Refused("broadcasts.last_variant", "A broadcast needs something to send.")
    broadcast.variants.remove(variant)
    db.session.delete(variant)
    share_out(broadcast)


def share_out(broadcast: Broadcast) -> None:
    """Equal shares of everybody, or of those who take part in the test; the first ones get the percent more that is left."""
    each, more = divmod(broadcast.test.share if broadcast.test else 100, len(broadcast.variants))
    for place, variant in enumerate(broadcast.variants):
        variant.share = each + (place < more)


def problem_of(actor: Actor, broadcast: Broadcast) -> str:
    """What keeps it from being sent, in a sentence; "" when nothing does."""
    if broadcast.segment_id is None:
        return "Choose a segment: nobody gets it yet."
    if broadcast.test and len(broadcast.variants) < 2:
        return "A test needs two variants: add one, or take the test off."
    for variant in broadcast.variants:
        if broadcast.channel == Channel.EMAIL and variant.email_id is None:
            return f"Choose the email of variant {variant.label}." if broadcast.variants[1:] else "Choose an email."
        if broadcast.channel == Channel.SMS and not variant.text.strip():
            return "Write the text of the SMS."
    for variant in broadcast.variants:
        if blocking := next(
            (one for one in queries.findings(actor, broadcast, variant) if one.level == Level.BLOCK), None
        ):
            return blocking.words
    return ""
