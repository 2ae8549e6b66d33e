"""Writing down what people said, and blocking addresses."""

from sqlalchemy import Select, select

from portal.kernel import clock
from portal.kernel.actor import acting
from portal.kernel.db import db
from portal.kernel.upsert import insert_ignore, upsert

from .models import Consent, ConsentEvent, Suppression, SuppressionEvent
from .queries import home_region
from .rules import BLOCKS_ALL, address_hash, normal_address
from .states import Channel, ConsentState, Purpose, SuppressionReason


def record(
    channel: Channel, address: str, purpose: Purpose, state: ConsentState,
    *, source: str, wording: str = "", ip: str | None = None,
) -> str:  # fmt: skip
    """Add evidence and make it the current word. Returns the address as kept. Raises Refused when it is none.

    A yes ends a block that stands only because the same person unsubscribed; every other block stays.
    """
    plain, now = normal_address(channel, address, home_region()), clock.now()
    key = {"channel": channel, "address": plain, "purpose": purpose}
    upsert(Consent, [{**key, "state": state, "at": now}], keys=tuple(key))
    evidence = ConsentEvent(**key, state=state, at=now, source=source[:200], wording=wording[:2000], ip=ip)
    db.session.add(evidence)
    if state == ConsentState.OPTED_IN and purpose == Purpose.COMMERCIAL:
        _release(channel, plain, (SuppressionReason.UNSUBSCRIBED,), source)
    return plain


def suppress(channel: Channel, address: str, reason: SuppressionReason, note: str = "") -> None:
    """Block the address. A block that covers more replaces one that covers less, never the other way round."""
    plain, now = normal_address(channel, address, home_region()), clock.now()
    digest = address_hash(channel, plain)
    fresh = {"channel": channel, "address_hash": digest, "address": plain, "reason": reason, "note": note, "at": now}
    if not insert_ignore(Suppression, [fresh]):
        known = db.session.scalars(_suppression(channel, digest).with_for_update()).one()
        if known.reason in BLOCKS_ALL or reason not in BLOCKS_ALL:
            return
        known.reason, known.note, known.at = reason, note, now
    _note(channel, digest, reason, note, released=False)


def release(channel: Channel, address: str, note: str) -> bool:
    """End the block, whatever its reason; `note` says why. Returns whether there was one."""
    plain = normal_address(channel, address, home_region())
    return _release(channel, plain, tuple(SuppressionReason), note)


def _suppression(channel: Channel, digest: str) -> Select[Suppression]:
    return select(Suppression).where(Suppression.channel == channel, Suppression.address_hash == digest)


def _release(channel: Channel, plain: str, reasons: tuple[SuppressionReason, ...], note: str) -> bool:
    digest = address_hash(channel, plain)
    known = db.session.scalar(_suppression(channel, digest).where(Suppression.reason.in_(reasons)).with_for_update())
    if known is None:
        return False
    db.session.delete(known)
    _note(channel, digest, known.reason, note, released=True)
    return True


def _note(channel: Channel, digest: str, reason: SuppressionReason, note: str, *, released: bool) -> None:
    who = acting().name
    db.session.add(
        SuppressionEvent(
            channel=channel, address_hash=digest, reason=reason, released=released, note=note[:2000], actor=who
        )
    )
