"""Blocking addresses and ending blocks."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Select, select

from portal.kernel import clock
from portal.kernel.actor import Actor, acting
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.upsert import insert_ignore, insert_rows
from portal.organization.queries import authorize
from portal.workspace.rules import Outcome
from portal.workspace.services.imports import Reading

from ..models import Suppression, SuppressionEvent
from ..queries import home_region
from ..rules import BLOCKS_ALL, address_hash, normal_address, reason_in
from ..states import Channel, SuppressionReason

BLOCK_FIELDS = {"address": "Email address or number", "reason": "Reason", "note": "Note"}


def suppress(channel: Channel, address: str, reason: SuppressionReason, note: str = "") -> None:
    """Block the address. A block that covers more replaces one that covers less, never the other way round."""
    plain, now = normal_address(channel, address, home_region()), clock.now()
    digest = address_hash(channel, plain)
    kept = None if reason == SuppressionReason.ERASED else plain
    fresh = {"channel": channel, "address_hash": digest, "address": kept, "reason": reason, "note": note, "at": now}
    if not insert_ignore(Suppression, [fresh]):
        known = db.session.scalars(_suppression(channel, digest).with_for_update()).one()
        if reason == SuppressionReason.ERASED:
            known.address = None
        elif known.reason in BLOCKS_ALL or reason not in BLOCKS_ALL:
            return
        known.reason, known.note, known.at = reason, note, now
    _note(channel, digest, reason, note, released=False)


def release(channel: Channel, address: str, note: str) -> bool:
    """End the block, whatever its reason; `note` says why. Returns whether there was one."""
    plain = normal_address(channel, address, home_region())
    return end_block(channel, plain, tuple(SuppressionReason), note)


def end_block(channel: Channel, plain: str, reasons: tuple[SuppressionReason, ...], note: str) -> bool:
    """End it if it stands for one of the reasons. Returns whether it did."""
    digest = address_hash(channel, plain)
    known = db.session.scalar(_suppression(channel, digest).where(Suppression.reason.in_(reasons)).with_for_update())
    if known is None:
        return False
    db.session.delete(known)
    _note(channel, digest, known.reason, note, released=True)
    return True


def is_erased(channel: Channel, plain: str) -> bool:
    query = _suppression(channel, address_hash(channel, plain)).where(Suppression.reason == SuppressionReason.ERASED)
    return db.session.scalar(query) is not None


def import_block_rows(actor: Actor, rows: Sequence[Mapping[str, str]]) -> Outcome:
    """Block the addresses of a file, such as those who left us elsewhere, in the caller's unit of work."""
    authorize(actor, "consent.edit")
    reading, wanted = Reading(), dict[tuple[Channel, str], tuple[SuppressionReason, str, str]]()
    home = home_region()
    for at, row in enumerate(rows, 1):
        try:
            channel, plain = _address_in(row, home)
            key = channel, address_hash(channel, plain)
            wanted.setdefault(key, (reason_in(row.get("reason", "")), row.get("note", "")[:300], plain))
        except Refused as refusal:
            reading.refuse(at, refusal)
    digests = {digest for _, digest in wanted}
    known = {
        (s.channel, s.address_hash)
        for s in db.session.scalars(select(Suppression).where(Suppression.address_hash.in_(digests)))
    }
    for key in known:
        reason, note, plain = wanted.pop(key)
        suppress(key[0], plain, reason, note)
    _block_new(wanted, actor.name)
    return Outcome(sorted(reading.refused), len(wanted), len(known))


def _address_in(row: Mapping[str, str], home: str) -> tuple[Channel, str]:
    """Raises Refused. What has an @ is an email address, the rest are numbers."""
    typed = row.get("address", "")
    channel = Channel.EMAIL if "@" in typed else Channel.SMS
    return channel, normal_address(channel, typed, home)


def _block_new(wanted: Mapping[tuple[Channel, str], tuple[SuppressionReason, str, str]], who: str) -> None:
    keys = [
        {"channel": channel, "address_hash": digest, "reason": reason, "note": note, "at": clock.now()}
        for (channel, digest), (reason, note, _) in wanted.items()
    ]
    addresses = [plain for _, _, plain in wanted.values()]
    insert_rows(Suppression, [key | {"address": plain} for key, plain in zip(keys, addresses, strict=True)])
    insert_rows(SuppressionEvent, [key | {"released": False, "actor": who} for key in keys])


def _suppression(channel: Channel, digest: str) -> Select[Suppression]:
    return select(Suppression).where(Suppression.channel == channel, Suppression.address_hash == digest)


def _note(channel: Channel, digest: str, reason: SuppressionReason, note: str, *, released: bool) -> None:
    who = acting().name
    db.session.add(
        SuppressionEvent(
            channel=channel, address_hash=digest, reason=reason, released=released, note=note[:2000], actor=who
        )
    )
