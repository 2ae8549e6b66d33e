"""Fiscal quarters, pace, attainment; and where bookings are asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True)
class Period:
    """Days from `starts_on` to `ends_on`, which is the first day after."""

    starts_on: date
    ends_on: date
    name: str

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days

    @property
    def last_day(self) -> date:
        return self.ends_on - timedelta(days=1)

    def gone(self, today: date) -> int:
        """Days begun until and with today."""
        return min(max((today - self.starts_on).days + 1, 0), self.days)

    def share_gone(self, today: date) -> Decimal:
        """Where a straight line would be today, from 0 to 1."""
        return Decimal(self.gone(today)) / self.days


def _month(year: int, month: int) -> date:
    return date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def quarter(day: date, year_start: int = 1, *, shift: int = 0) -> Period:
    """The fiscal quarter of the day, or one `shift` quarters from it. `year_start`: first month of the fiscal year."""
    into = (day.month - year_start) % 12 // 3
    first_month = year_start + 3 * (into + shift)
    year = day.year - (1 if day.month < year_start else 0)
    starts, ends = _month(year, first_month), _month(year, first_month + 3)
    fiscal = _month(year, year_start + 12 * ((into + shift) // 4))
    last = _month(fiscal.year, fiscal.month + 11)
    return Period(starts, ends, f"Q{(into + shift) % 4 + 1} {_fiscal_name(fiscal, last)}")


def fiscal_year(day: date, year_start: int = 1) -> Period:
    """The fiscal year of the day."""
    first = _month(day.year - (1 if day.month < year_start else 0), year_start)
    last = _month(first.year, first.month + 11)
    return Period(first, _month(first.year + 1, year_start), f"FY {_fiscal_name(first, last)}")


def _fiscal_name(first: date, last: date) -> str:
    return str(first.year) if first.year == last.year else f"{first.year}/{last.year % 100:02d}"


@dataclass(frozen=True)
class Attainment:
    booked: Decimal
    quota: Decimal
    expected: Decimal  # as of today, on a straight line

    @property
    def ratio(self) -> Decimal | None:
        """Booked over quota; None without a quota."""
        return self.booked / self.quota if self.quota else None

    @property
    def ahead(self) -> Decimal | None:
        """Share of the quota by which bookings are ahead of the calendar (negative: behind)."""
        return (self.booked - self.expected) / self.quota if self.quota else None

    @property
    def left(self) -> Decimal:
        return max(self.quota - self.booked, Decimal(0))


def attained(booked: Decimal, quota: Decimal, period: Period, today: date) -> Attainment:
    return Attainment(booked, quota, quota * period.share_gone(today))


# Bookings come from downstream: opportunities registers how much each position won in a period.
Bookings = Callable[[Period], Mapping[int, Decimal]]
_bookings: list[Bookings] = []


def register_bookings(count: Bookings) -> None:
    """`count` gives position id -> amount booked in the period, in the company's currency."""
    _bookings[:] = [count]


def bookings(period: Period) -> Mapping[int, Decimal]:
    return _bookings[0](period) if _bookings else {}
