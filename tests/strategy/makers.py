"""Scenarios and their hires."""

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import select

from portal.kernel.db import db, unit_of_work
from portal.strategy.models import Hire, Scenario
from tests import world

YEAR = date(2026, 1, 1)
JUNE = datetime(2026, 6, 15, 12, tzinfo=UTC)


def scenario(*hires: tuple[int, date], under: str = "manager", quota: int | None = 1200) -> Scenario:
    """Hires are (how many, from when)."""
    boss = world.position(under).id
    with unit_of_work():
        made = Scenario(starts_on=YEAR, name="Hire two in April", made_by="Ola Operator")
        made.hires = [
            Hire(
                title="Account executive", count=count, opens_on=day, reports_to_id=boss, quota=quota and Decimal(quota)
            )
            for count, day in hires
        ]
        db.session.add(made)
    return db.session.scalars(select(Scenario)).one()
