"""Addresses that are given up since too much comes back from them."""

from collections.abc import Collection

from sqlalchemy import func, select

from portal.consent.services import suppress
from portal.consent.states import Channel, SuppressionReason
from portal.kernel.db import db

from ..models import Message, MessageEvent, written_to
from ..states import EventKind

SOFT_MOST, SOFT_AMONG = 3, 5  # so many of the last mails to an address came back


def give_up_addresses(addresses: Collection[str]) -> None:
    """Block those of the addresses to which too many of the last mails did not get through, for now each time."""
    for address in _given_up(addresses):
        note = f"{SOFT_MOST} of the last {SOFT_AMONG} mails came back"
        suppress(Channel.EMAIL, address, SuppressionReason.HARD_BOUNCE, note)


def _given_up(addresses: Collection[str]) -> list[str]:
    if not addresses:
        return []
    went = func.coalesce(Message.sent_at, Message.bounced_at)  # refused at once: never sent
    order = func.row_number().over(partition_by=Message.address, order_by=went.desc())
    mails = select(Message.id, Message.address, order.label("nth")).where(
        Message.channel == Channel.EMAIL, written_to(addresses), went.is_not(None)
    )
    last = mails.subquery()
    came_back = (
        select(last.c.address)
        .join(MessageEvent, (MessageEvent.message_id == last.c.id) & (MessageEvent.kind == EventKind.SOFT_BOUNCED))
        .where(last.c.nth <= SOFT_AMONG)
        .group_by(last.c.address)
        .having(func.count(last.c.id.distinct()) >= SOFT_MOST)
    )
    return list(db.session.scalars(came_back))
