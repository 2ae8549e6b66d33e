"""Today and the fiscal calendar of the company, and what was achieved in its periods."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case
from sqlalchemy.orm import QueryableAttribute

from portal.kernel import clock
from portal.organization.queries import company

from ..rules import Period, measure, quarter
from ..states import Metric


def year_start() -> int:
    """The month in which the company's fiscal year begins."""
    home = company()
    return home.fiscal_year_start if home else 1


def today() -> date:
    """Today where the company is."""
    home = company()
    return clock.today(home.timezone if home else "UTC")


def currency() -> str:
    home = company()
    return home.currency if home else "USD"


def midnights(days: Sequence[date]) -> list[datetime]:
    """The moments the days begin where the company is."""
    home = company()
    zone = ZoneInfo(home.timezone if home else "UTC")
    return [datetime.combine(day, time(), zone).astimezone(UTC) for day in days]


def midnight(day: date) -> datetime:
    """The moment the day begins where the company is."""
    return midnights([day])[0]


def current_period(shift: int = 0) -> Period:
    """The company's fiscal quarter of today, or one before or after it."""
    return quarter(today(), year_start(), shift=shift)


def quarter_of(day: date) -> Period:
    """The company's fiscal quarter of a day."""
    return quarter(day, year_start())


def placed(
    column: QueryableAttribute[Any], periods: Sequence[Period]
) -> tuple[ColumnElement[int], ColumnElement[bool]]:
    """Which of the periods, from 0, a day or moment falls into, to group by; and whether it falls into one at all.

    The periods join: each begins where the one before ends.
    """
    is_day = column.type.python_type is date
    edges = [one.starts_on for one in periods] + [periods[-1].ends_on]
    bounds = edges if is_day else midnights(edges)
    place = case(*((column < end, at) for at, end in enumerate(bounds[1:])))
    return place, and_(column >= bounds[0], column < bounds[-1])


def actuals_of(metric: Metric, periods: Sequence[Period]) -> list[dict[int | None, Decimal]]:
    """For each period: position -> what it achieved; under None what belongs to no position."""
    found: list[dict[int | None, Decimal]] = [{} for _ in periods]
    counted = measure(metric)
    for position_id, place, amount in counted.count(periods) if counted and periods else ():
        found[place][position_id] = amount
    return found


def actuals(metric: str, period: Period) -> Mapping[int, Decimal]:
    """Position -> what it achieved in the period."""
    found = actuals_of(Metric(metric), [period])[0]
    return {position_id: amount for position_id, amount in found.items() if position_id is not None}
