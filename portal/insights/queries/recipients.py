"""The people behind every figure of a mailing: the ledger of its messages, with all times and reasons."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, exists, func, select

from portal.broadcasts.models import Broadcast, BroadcastVariant
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.listing import Field, Listing
from portal.messages.models import Message, MessageEvent
from portal.messages.rules.devices import DEVICES
from portal.messages.states import EventKind, MessageState, Verdict
from portal.organization.queries import visible_to

M = Message
SENT = func.coalesce(M.sent_at, M.bounced_at).is_not(None)
CONDITIONS: Mapping[str, tuple[str, ColumnElement[bool]]] = {
    "sent": ("Sent", SENT),
    "delivered": ("Delivered", and_(SENT, M.bounced_at.is_(None))),
    "opened": ("Opened", M.opened_at.is_not(None)),
    "human_opened": ("Opened, by people", M.human_opened_at.is_not(None)),
    "clicked": ("Clicked", M.clicked_at.is_not(None)),
    "human_clicked": ("Clicked, by people", M.human_clicked_at.is_not(None)),
    "replied": ("Replied", M.replied_at.is_not(None)),
    "converted": ("Converted", M.converted_at.is_not(None)),
    "bounced": ("Bounced", M.bounced_at.is_not(None)),
    "unsubscribed": ("Unsubscribed", M.unsubscribed_at.is_not(None)),
    "complained": ("Complained", M.complained_at.is_not(None)),
    "not_opened": ("Delivered, not opened", and_(SENT, M.bounced_at.is_(None), M.opened_at.is_(None))),
    "hold_out": ("Held out, to compare with", M.state_reason == "hold_out"),
    "waiting": (
        "Waiting",
        and_(M.state.in_((MessageState.QUEUED, MessageState.DEFERRED, MessageState.SENDING)), ~SENT),
    ),
    **{
        state.value: (state.value.capitalize(), and_(M.state == state, ~SENT))
        for state in (MessageState.SUPPRESSED, MessageState.FAILED, MessageState.UNCERTAIN, MessageState.CANCELLED)
    },
}


def _mailings(actor: Actor) -> list[tuple[str, str]]:
    query = visible_to(actor, Broadcast).order_by(Broadcast.id.desc()).limit(500)
    return [(str(one.id), one.name) for one in db.session.scalars(query)]


def _batches(actor: Actor) -> list[tuple[str, str]]:
    query = visible_to(actor, Broadcast).join(BroadcastVariant).where(BroadcastVariant.batch_id.is_not(None))
    rows = query.with_only_columns(BroadcastVariant.batch_id, Broadcast.name, BroadcastVariant.label)
    found = db.session.execute(rows.order_by(Broadcast.id.desc(), BroadcastVariant.label).limit(500))
    return [(str(batch), f"{name}: {label}") for batch, name, label in found]


def _devices(actor: Actor) -> list[tuple[str, str]]:
    return [
        choice
        for key, name in DEVICES.items()
        for choice in ((key, f"Opened on: {name}"), (f"{key}/people", f"Opened by a person on: {name}"))
    ]


def _on_device(actor: Actor, text: str) -> ColumnElement[bool]:
    device, _, who = text.partition("/")
    return _exists(who, MessageEvent.device == device, MessageEvent.kind.in_((EventKind.OPENED, EventKind.CLICKED)))


def _on_link(actor: Actor, text: str) -> ColumnElement[bool]:
    """ "CONTENT:POSITION", with "/people" behind it for clicks by people only."""
    place, _, who = text.partition("/")
    content, position = map(int, place.split(":"))
    clicked = MessageEvent.kind == EventKind.CLICKED
    return and_(M.content_id == content, _exists(who, clicked, MessageEvent.link == position))


def _exists(who: str, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    own = [MessageEvent.message_id == M.id, func.coalesce(MessageEvent.link, 0) >= 0, *conditions]
    if who:
        own.append(MessageEvent.verdict == Verdict.HUMAN)
    return exists(select(MessageEvent.id).where(*own))


RECIPIENTS = Listing(
    name="recipients",
    query=lambda actor: visible_to(actor, M).where(M.noun_of == Broadcast.noun),
    identity=M.id,
    fields=(
        Field("address", "Recipient", M.address, value=lambda m: m.recipient or m.address),
        Field(
            "broadcast", "Mailing", shown=False, filter="choice", choices=_mailings,
            match=lambda actor, text: M.record_id == int(text),
        ),
        Field(
            "figure", "Figure", shown=False, filter="choice",
            choices=lambda actor: [(key, name) for key, (name, _) in CONDITIONS.items()],
            match=lambda actor, text: CONDITIONS[text][1],
        ),
        Field(
            "batch", "Variant", shown=False, filter="choice", choices=_batches,
            match=lambda actor, text: M.batch_id == int(text),
        ),
        Field("domain", "Domain", M.domain, filter="contains", match=lambda actor, text: M.domain == text.strip().lower()),
        Field("device", "Device", shown=False, filter="choice", choices=_devices, match=_on_device),
        Field("link", "Link", shown=False, filter="contains", match=_on_link),
        Field("state", "State", M.state, kind="state"),
        Field("why", "Reason", value=lambda m: m.state_reason, sortable=False),
        Field("sent_at", "Sent", M.sent_at, kind="datetime", filter="range"),
        Field("bounced_at", "Bounced", M.bounced_at, kind="datetime"),
        Field("human_opened_at", "Opened", M.human_opened_at, kind="datetime"),
        Field("human_clicked_at", "Clicked", M.human_clicked_at, kind="datetime"),
        Field("replied_at", "Replied", M.replied_at, kind="datetime"),
        Field("converted_at", "Converted", M.converted_at, kind="datetime"),
        Field("unsubscribed_at", "Unsubscribed", M.unsubscribed_at, kind="datetime"),
    ),
    sort="address",
    words=(M.address, M.recipient),
)  # fmt: skip
