"""What was won, as targets and dashboards count it."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, select

from portal.kernel.db import db
from portal.targets.queries import currency, placed
from portal.targets.queries import midnight as midnight
from portal.targets.rules import Documents, Period, register_measure
from portal.targets.states import Metric

from ..models import Opportunity
from ..states import OpportunityState


def _won(what: ColumnElement[Any], periods: Sequence[Period], *where: ColumnElement[bool]) -> Any:
    O = Opportunity  # noqa: E741
    place, within = placed(O.closed_at, periods)
    won = select(O.owner_id, place.label("place"), what).where(O.state == OpportunityState.WON, within, *where)
    return db.session.execute(won.group_by(O.owner_id, "place"))


def won_deals(periods: Sequence[Period]) -> Iterable[tuple[int | None, int, Decimal]]:
    """How many deals each position won, by the moment of closing."""
    return [(owner, place, Decimal(number)) for owner, place, number in _won(func.count(), periods)]


def won_revenue(periods: Sequence[Period]) -> Iterable[tuple[int | None, int, Decimal]]:
    """Actual revenue of the deals each position won, in the company's currency."""
    own = Opportunity.currency == currency()
    return [row for row in _won(func.sum(Opportunity.actual_revenue), periods, own) if row[2] is not None]


def won_list(period: Period, position_ids: Collection[int]) -> Documents:
    days = {"closed_from": str(period.starts_on), "closed_until": str(period.last_day)}
    owner = {"owner": ",".join(map(str, sorted(position_ids)))} if position_ids else {}
    return Documents("opportunities", {"state": "won", **days, **owner})


register_measure(Metric.DEALS, won_deals, won_list)
register_measure(Metric.BOOKINGS, won_revenue, won_list)
