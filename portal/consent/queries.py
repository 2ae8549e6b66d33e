"""May we write to this address? The same condition for the screen and for the moment of sending."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, literal, or_, select, type_coerce

from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.organization.queries import company

from .models import Consent, ConsentEvent, Suppression, SuppressionEvent
from .rules import BLOCKS_ALL, NO_CONSENT, OPTED_OUT, WHY, Verdict, address_hash, normal_address, preference_mac
from .states import Channel, ConsentState, Purpose


def block(channel: Any, address: Any, digest: Any, purpose: Any) -> ColumnElement[str | None]:
    """NULL when a message may go, else the code of what forbids it (a key of `rules.WHY`). Takes columns or values."""
    commercial = purpose == Purpose.COMMERCIAL
    suppressed = (
        select(type_coerce(Suppression.reason, String))
        .where(Suppression.channel == channel, Suppression.address_hash == digest)
        .where(or_(commercial, *(Suppression.reason == reason for reason in sorted(BLOCKS_ALL))))
        .scalar_subquery()
    )
    said = (
        select(type_coerce(Consent.state, String))
        .where(Consent.channel == channel, Consent.address == address, Consent.purpose == purpose)
        .scalar_subquery()
    )
    return case(
        (suppressed.is_not(None), suppressed),
        (said == ConsentState.OPTED_OUT.value, literal(OPTED_OUT)),
        (and_(commercial, said.is_(None)), literal(NO_CONSENT)),
        else_=None,
    )


def home_region() -> str:
    """Where phone numbers without a country code are at home."""
    seller = company()
    return seller.country if seller else "US"


def may_send(channel: Channel, address: str, purpose: Purpose) -> Verdict:
    """The verdict as of now, with its reason. Raises Refused when the address is none."""
    plain = normal_address(channel, address, home_region())
    values = (
        type_coerce(channel, Consent.channel.type),
        literal(plain),
        literal(address_hash(channel, plain)),
        type_coerce(literal(purpose.value, String), Consent.purpose.type),
    )
    code = db.session.scalar(select(block(*values)))
    if code:
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
        verdicts=[(purpose, may_send(channel, plain, purpose)) for purpose in Purpose],
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
    """What the last word was, per purpose."""
    mine = select(Consent).where(Consent.channel == channel, Consent.address == address)
    return db.session.scalars(mine.order_by(Consent.purpose)).all()


def recent_events(limit: int = 30) -> Sequence[ConsentEvent]:
    """The latest evidence of all addresses, newest first."""
    return db.session.scalars(select(ConsentEvent).order_by(ConsentEvent.id.desc()).limit(limit)).all()


def preference_token(channel: Channel, address: str, purpose: Purpose = Purpose.COMMERCIAL) -> str | None:
    """For the link under a commercial message: stays the same. None where the person never said anything."""
    plain = normal_address(channel, address, home_region())
    consent_id = db.session.scalar(
        select(Consent.id).where(Consent.channel == channel, Consent.address == plain, Consent.purpose == purpose)
    )
    return token_for(consent_id) if consent_id else None


def token_for(consent_id: int) -> str:
    return f"{consent_id}-{preference_mac(consent_id)}"


def consent_behind(token: str) -> Consent:
    """Raises NotFound for a token that was not made here or whose person was erased."""
    number, _, mac = token.partition("-")
    genuine = number.isascii() and number.isdigit() and len(number) < 19
    if genuine and hmac.compare_digest(mac.encode(), preference_mac(int(number)).encode()):
        found = db.session.get(Consent, int(number))
        if found:
            return found
    raise NotFound("link.not_found", "This link has ended or was withdrawn.")
