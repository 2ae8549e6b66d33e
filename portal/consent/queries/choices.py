"""What the owner of an address has chosen so far, as the preference page shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select

from portal.accounts.models import Contact
from portal.kernel import clock
from portal.kernel.db import db

from ..rules import Reader
from ..states import Channel, ConsentState, Purpose
from .gates import may_track
from .standing import asked_of, consents_of, point_of
from .topics import offered


def has_address(channel: Channel, address: str) -> ColumnElement[bool]:
    """The contacts behind an address."""
    if channel == Channel.EMAIL:
        return Contact.email == address
    return Contact.mobile_e164 == address


def contacts_at(channel: Channel, address: str) -> Sequence[Contact]:
    return db.session.scalars(select(Contact).where(has_address(channel, address)).order_by(Contact.id)).all()


def points_of(reader: Reader) -> list[Reader]:
    """The address itself first, then where else we would write to the same person."""
    points = {reader.channel: Reader(reader.channel, reader.address)}
    for contact in contacts_at(reader.channel, reader.address):
        if contact.email:
            points.setdefault(Channel.EMAIL, Reader(Channel.EMAIL, contact.email))
        if contact.mobile_e164:
            points.setdefault(Channel.SMS, Reader(Channel.SMS, contact.mobile_e164))
    return list(points.values())


@dataclass(frozen=True)
class Choice:
    channels: frozenset[Channel]  # on which commercial messages are wanted
    topic_ids: frozenset[int]
    tracking: bool
    paused_until: datetime | None
    language: str | None


def choice_of(reader: Reader) -> Choice:
    """A topic of which nothing was said counts as the purpose does."""
    words = {(one.purpose, one.topic_id): one.state for one in consents_of(reader.channel, reader.address)}
    whole = words.get((Purpose.COMMERCIAL, None))
    topics = {
        topic.id for topic in offered() if words.get((Purpose.COMMERCIAL, topic.id), whole) == ConsentState.OPTED_IN
    }  # fmt: skip
    said = {point.channel: _wanted(point) for point in points_of(reader)}
    said[reader.channel] = whole == ConsentState.OPTED_IN or whole is None and bool(topics)
    asked: Any = asked_of(reader.channel, reader.address, Purpose.TRACKING)
    point = point_of(reader.channel, reader.address)
    paused = point.paused_until if point and point.paused_until and point.paused_until > clock.now() else None
    return Choice(
        channels=frozenset(channel for channel, wanted in said.items() if wanted),
        topic_ids=frozenset(topics),
        tracking=bool(db.session.scalar(select(may_track(asked.channel, asked.address)))),
        paused_until=paused,
        language=point.language if point else None,
    )


def _wanted(point: Reader) -> bool:
    words = {(one.purpose, one.topic_id): one.state for one in consents_of(point.channel, point.address)}
    return words.get((Purpose.COMMERCIAL, None)) == ConsentState.OPTED_IN
