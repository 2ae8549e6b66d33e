"""Quotas of the demo people, quarter by quarter."""

from datetime import date
from decimal import Decimal

from portal.kernel.db import db
from portal.targets.models import Quota

from .world import World


def load(world: World) -> None:
    db.session.add_all(_quota(world, row) for row in world.rows("quotas"))


def _quota(world: World, row: dict[str, str]) -> Quota:
    starts_on = world.shift(row["quarter_start"])
    months = starts_on.year * 12 + starts_on.month - 1 + 3
    return Quota(
        owner_id=world.positions[row["person"]].id,
        metric="bookings",
        starts_on=starts_on,
        ends_on=date(months // 12, months % 12 + 1, 1),
        amount=Decimal(row["amount"]),
        currency=world.company["currency"],
    )
