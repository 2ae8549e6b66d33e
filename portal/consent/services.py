"""Writing down what people said, and blocking addresses."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, insert, select

from portal.accounts.services.imports import email_key
from portal.kernel import clock
from portal.kernel.actor import acting
from portal.kernel.db import db
from portal.kernel.upsert import insert_ignore, upsert

from .models import ABOUT_ALL, Consent, ConsentEvent, Suppression, SuppressionEvent
from .queries import home_region
from .rules import BLOCKS_ALL, address_hash, answer_in, normal_address
from .states import Channel, ConsentState, Purpose, SuppressionReason

CONSENT_FIELDS = {"consent": "Said yes to email news", "unsubscribed": "Said no to email news"}


def record(
    channel: Channel, address: str, purpose: Purpose, state: ConsentState,
    *, source: str, wording: str = "", ip: str | None = None, topic_id: int | None = None,
) -> str:  # fmt: skip
    """Add evidence and make it the current word. Returns the address as kept. Raises Refused when it is none.

    A yes ends a block that stands only because the same person unsubscribed; every other block stays.
    """
    plain, now = normal_address(channel, address, home_region()), clock.now()
    said = {
        "channel": channel, "address": plain, "purpose": purpose, "topic_id": topic_id, "state": state, "at": now
    }  # fmt: skip
    _remember([said])
    db.session.add(ConsentEvent(**said, source=source[:200], wording=wording[:2000], ip=ip))
    if state == ConsentState.OPTED_IN and purpose == Purpose.COMMERCIAL:
        _release(channel, plain, (SuppressionReason.UNSUBSCRIBED,), source)
    return plain


def _remember(rows: Sequence[dict[str, Any]]) -> None:
    """Each row becomes the current word on its purpose or topic."""
    whole = ("channel", "address", "purpose")
    upsert(Consent, [row for row in rows if row["topic_id"] is None], keys=(*whole,), where=ABOUT_ALL)
    upsert(Consent, [row for row in rows if row["topic_id"] is not None], keys=(*whole, "topic_id"))


def take_over(rows: Sequence[Mapping[str, str]], skipped: Container[int], *, source: str) -> None:
    """What a file says of email news, as evidence. It never overrules what a person said here: a yes only counts where
    nothing was said, a no always does. `rows` count from 1; those `skipped` were refused."""
    said = {
        address: answer
        for at, row in enumerate(rows, 1)
        if at not in skipped and (answer := answer_in(row)) and (address := email_key(row))
    }
    here = Consent.channel == Channel.EMAIL, Consent.purpose == Purpose.COMMERCIAL, Consent.address.in_(said)
    words = select(Consent.address, Consent.state).where(*here, ABOUT_ALL)
    known = dict(db.session.execute(words).all()) if said else {}
    news: list[dict[str, Any]] = [
        {
            "channel": Channel.EMAIL,
            "address": address,
            "purpose": Purpose.COMMERCIAL,
            "topic_id": None,
            "state": state,
            "at": clock.now(),
        }
        for address, state in said.items()
        if address not in known or (state == ConsentState.OPTED_OUT != known[address])
    ]
    _remember(news)
    if news:
        db.session.execute(insert(ConsentEvent), [one | {"source": source[:200]} for one in news])


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
