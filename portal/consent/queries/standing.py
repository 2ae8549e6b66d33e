"""What is known of one address: the verdict gate by gate, the last words, and the evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, literal, select, type_coerce

from portal.kernel.db import db
from portal.organization.queries import company

from ..models import Consent, ConsentEvent, ContactPoint, Suppression, SuppressionEvent
from ..rules import WHY, Verdict, address_hash, normal_address
from ..states import SENT_FOR, Channel, Purpose
from .gates import Asked, block


def home_region() -> str:
    """Where phone numbers without a country code are at home."""
    seller = company()
    return seller.country if seller else "US"


def asked_of(channel: Channel, address: str, purpose: Purpose, topic_id: int | None = None) -> Asked:
    """The gates' question about a normal address, in values."""
    return Asked(
        type_coerce(channel, Consent.channel.type),
        literal(address),
        literal(address_hash(channel, address)),
        type_coerce(literal(purpose.value, String), Consent.purpose.type),
        topic_id and literal(topic_id),
    )


def may_send(channel: Channel, address: str, purpose: Purpose, topic_id: int | None = None) -> Verdict:
    """The verdict as of now, with its reason. Raises Refused when the address is none."""
    plain = normal_address(channel, address, home_region())
    asked: Any = asked_of(channel, plain, purpose, topic_id)
    if code := db.session.scalar(select(block(*asked))):
        return Verdict(False, WHY[code])
    if purpose == Purpose.COMMERCIAL:
        return Verdict(True, "The person said yes and nothing blocks the address.")
    return Verdict(True, "Messages about the person's own business need no consent, and nothing blocks the address.")


@dataclass(frozen=True)
class Standing:
    """Everything known about one address on one channel."""

    channel: Channel
    address: str
    verdicts: Sequence[tuple[Purpose, Verdict]]
    consents: Sequence[Consent]
    evidence: Sequence[ConsentEvent]
    suppression: Suppression | None
    blocks: Sequence[SuppressionEvent]


def standing(channel: Channel, address: str) -> Standing:
    """Raises Refused when the address is none."""
    plain = normal_address(channel, address, home_region())
    digest = address_hash(channel, plain)
    here = ConsentEvent.channel == channel, ConsentEvent.address == plain
    blocked = SuppressionEvent.channel == channel, SuppressionEvent.address_hash == digest
    return Standing(
        channel=channel,
        address=plain,
        verdicts=[(purpose, may_send(channel, plain, purpose)) for purpose in SENT_FOR],
        consents=consents_of(channel, plain),
        evidence=db.session.scalars(
            select(ConsentEvent).where(*here).order_by(ConsentEvent.id.desc()).limit(100)
        ).all(),
        suppression=db.session.scalar(
            select(Suppression).where(Suppression.channel == channel, Suppression.address_hash == digest)
        ),
        blocks=db.session.scalars(
            select(SuppressionEvent).where(*blocked).order_by(SuppressionEvent.id.desc()).limit(100)
        ).all(),
    )


def consents_of(channel: Channel, address: str) -> Sequence[Consent]:
    """What the last word was, per purpose and topic."""
    mine = select(Consent).where(Consent.channel == channel, Consent.address == address)
    return db.session.scalars(mine.order_by(Consent.purpose, Consent.topic_id)).all()


def point_of(channel: Channel, address: str) -> ContactPoint | None:
    mine = ContactPoint.channel == channel, ContactPoint.address == address
    return db.session.scalar(select(ContactPoint).where(*mine))


def recent_events(limit: int = 30) -> Sequence[ConsentEvent]:
    """The latest evidence of all addresses, newest first."""
    return db.session.scalars(select(ConsentEvent).order_by(ConsentEvent.id.desc()).limit(limit)).all()
