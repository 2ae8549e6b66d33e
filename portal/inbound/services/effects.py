"""What bounces, complaints and wishes to hear no more do: to the ledger of messages, and to the address."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from portal.consent.services import record, suppress
from portal.consent.states import Channel, ConsentState, Purpose, SuppressionReason
from portal.kernel.db import db
from portal.messages.models import Message, MessageEvent
from portal.messages.services import News, give_up_addresses, record_events
from portal.messages.states import EventKind

from ..rules import Notice
from ..rules.parts import storable
from ..states import Verdict

K, V = EventKind, Verdict
KINDS = {
    V.HARD: K.HARD_BOUNCED, V.SOFT: K.SOFT_BOUNCED, V.BLOCK: K.BLOCKED, V.COMPLAINT: K.COMPLAINED,
    V.AUTO_REPLY: K.AUTO_REPLIED, V.REPLY: K.REPLIED, V.DELIVERED: K.DELIVERED,
}  # fmt: skip


class Fact(NamedTuple):
    """A notice with the message it is about. The same `external_id` counts once."""

    notice: Notice
    message_id: int
    external_id: str
    at: datetime
    source: str
    unsubscribed: bool = False


def take_effect(facts: Sequence[Fact]) -> int:
    """Keep what is new as events of the messages, then act on their addresses. Returns how many were new."""
    facts = _unknown(facts)
    record_events([news for fact in facts if (news := _news(fact))])
    to = select(Message.id, Message.address).where(
        Message.id.in_({fact.message_id for fact in facts}), Message.channel == Channel.EMAIL
    )
    addresses: dict[int, str] = dict(db.session.execute(to).all())
    soft = set()
    for fact in facts:
        address, notice = addresses.get(fact.message_id, ""), fact.notice
        if not address or notice.delayed:
            continue
        if notice.verdict == V.SOFT:
            soft.add(address)
        elif notice.verdict == V.HARD:
            suppress(
                Channel.EMAIL,
                address,
                SuppressionReason.HARD_BOUNCE,
                storable(f"{fact.source}: {notice.diagnostic}", 500),
            )
        elif notice.verdict == V.COMPLAINT or fact.unsubscribed:
            _opt_out(address, fact)
    give_up_addresses(soft)
    return len(facts)


def _unknown(facts: Sequence[Fact]) -> list[Fact]:
    ids = {fact.external_id for fact in facts}
    query = select(MessageEvent.external_id).where(MessageEvent.external_id.in_(ids))
    seen = set(db.session.scalars(query))
    return list({fact.external_id: fact for fact in facts if fact.external_id not in seen}.values())


def _news(fact: Fact) -> News | None:
    notice = fact.notice
    kind = K.UNSUBSCRIBED if fact.unsubscribed else KINDS.get(notice.verdict)
    if kind is None or notice.delayed:
        return None
    return News(
        fact.message_id, kind, fact.at, why=storable(notice.diagnostic, 500), status=notice.status, source=fact.source,
        external_id=fact.external_id,
    )  # fmt: skip


def _opt_out(address: str, fact: Fact) -> None:
    """No more commercial messages; what the person ordered is still confirmed and invoiced."""
    record(
        Channel.EMAIL, address, Purpose.COMMERCIAL, ConsentState.OPTED_OUT, source=f"{fact.source}: {fact.external_id}"
    )
    reason = SuppressionReason.UNSUBSCRIBED if fact.unsubscribed else SuppressionReason.COMPLAINT
    suppress(Channel.EMAIL, address, reason, fact.source)
