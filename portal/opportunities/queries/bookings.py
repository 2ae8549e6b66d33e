"""What was won, as targets and dashboards count it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from portal.kernel.db import db
from portal.organization.queries import company
from portal.targets.rules import Period, register_bookings

from ..models import Opportunity
from ..states import OpportunityState


def midnight(day: date) -> datetime:
    """The moment the day begins where the company is."""
    home = company()
    return datetime.combine(day, time(), ZoneInfo(home.timezone if home else "UTC")).astimezone(UTC)


def won_by_position(period: Period) -> Mapping[int, Decimal]:
    """Actual revenue of deals won in the period, by owner, in the company's currency."""
    home = company()
    rows = db.session.execute(
        select(Opportunity.owner_id, func.sum(Opportunity.actual_revenue))
        .where(Opportunity.state == OpportunityState.WON, Opportunity.currency == (home.currency if home else "USD"))
        .where(Opportunity.closed_at >= midnight(period.starts_on), Opportunity.closed_at < midnight(period.ends_on))
        .group_by(Opportunity.owner_id)
    )
    return {owner_id: amount for owner_id, amount in rows if owner_id is not None and amount is not None}


register_bookings(won_by_position)
