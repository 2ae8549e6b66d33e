"""What the channel of a deal says."""

from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select

from portal.channels.models import Channel
from portal.kernel.db import db

from ..models import Opportunity


class Limit(NamedTuple):
    """The most that may be taken off the list price, and by which channel."""

    channel: str
    percent: Decimal
    price_list_id: int | None  # of the deal


def discount_limit(opportunity_id: int) -> Limit | None:
    """None where no channel limits it."""
    row = db.session.execute(
        select(Channel.name, Channel.max_discount_percent, Opportunity.price_list_id)
        .join(Opportunity, Opportunity.channel_id == Channel.id)
        .where(Opportunity.id == opportunity_id, Channel.max_discount_percent.is_not(None))
    ).first()
    return Limit(row[0], row[1] or Decimal(0), row[2]) if row else None
