"""What the channel of a deal says."""

from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import bindparam, select

from portal.channels.models import Channel
from portal.channels.states import ChannelKind
from portal.kernel.db import db


class Limit(NamedTuple):
    """The most that may be taken off the list price, and by which channel."""

    channel: str
    percent: Decimal


LIMITS = (
    select(Channel.name, Channel.max_discount_percent)
    .where(Channel.max_discount_percent.is_not(None))
    .order_by(Channel.max_discount_percent, Channel.id)
    .limit(1)
)
OF_CHANNEL = LIMITS.where(Channel.id == bindparam("channel"))
OF_DIRECT = LIMITS.where(Channel.active, Channel.kind == ChannelKind.DIRECT)


def discount_limit(channel_id: int | None) -> Limit | None:
    """Of a channel. Without one we sell directly: the strictest of the direct ones. None where nothing limits it."""
    row = db.session.execute(OF_CHANNEL if channel_id else OF_DIRECT, {"channel": channel_id}).first()
    return Limit(row[0], row[1] or Decimal(0)) if row else None
