"""Segments, and what happened to mails, for tests."""

from datetime import datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from portal.accounts.models import Contact
from portal.broadcasts.models import Broadcast
from portal.consent.states import Channel, Purpose
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message, MessageContent, MessageEvent
from portal.messages.states import EventKind, MessageState, Verdict
from portal.segments.models import Segment
from portal.segments.states import SegmentKind
from tests import world

_numbers = count(1)


def make_segment(name: str, rule: dict[str, Any] | None = None, **values: Any) -> Segment:
    kind = SegmentKind.STATIC if rule is None else SegmentKind.DYNAMIC
    return world.add(Segment(name=name, rule=rule or {}, **{"kind": kind} | values))


def make_broadcast(name: str = "Spring news") -> Broadcast:
    return world.add(Broadcast(name=name))


def mail(contact: Contact, days_ago: float = 1, broadcast: Broadcast | None = None, **values: Any) -> Message:
    """A commercial message that was sent so many days ago. `opened`, `clicked`: verdict of who did."""
    at, number = clock.now() - timedelta(days=days_ago), next(_numbers)
    happened = {kind: values.pop(kind, None) for kind in ("opened", "clicked")}
    message = world.add(
        Message(
            **{
                "reason": f"test:{number}", "channel": Channel.EMAIL, "purpose": Purpose.COMMERCIAL,
                "address": contact.email or "", "address_hash": sha256(b"").hexdigest(), "contact_id": contact.id,
                "message_id": f"<{number}@test>", "state": MessageState.SENT, "sent_at": at,
                "content": MessageContent(subject="News", text="News"),
                "noun_of": broadcast and "broadcasts", "record_id": broadcast and broadcast.id,
            }
            | values
        )
    )  # fmt: skip
    for kind, verdict in happened.items():
        if verdict:
            note(message, EventKind(kind), at + timedelta(hours=1), verdict)
    return message


def note(message: Message, kind: EventKind, at: datetime, verdict: Verdict | None = None) -> None:
    """As the log and the message remember it."""
    with unit_of_work():
        db.session.add(
            MessageEvent(message_id=message.id, contact_id=message.contact_id, kind=kind, at=at, verdict=verdict)
        )
        for first in (f"{kind}_at", *([f"human_{kind}_at"] if verdict == Verdict.HUMAN else [])):
            setattr(message, first, getattr(message, first) or at)
