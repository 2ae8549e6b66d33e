"""The fiscal calendar, pace and attainment."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ..states import Span

ZERO = Decimal(0)


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

    def share_of(self, other: "Period") -> Decimal:
        """How much of the other period's days lie in this one, from 0 to 1."""
        first, end = max(self.starts_on, other.starts_on), min(self.ends_on, other.ends_on)
        return Decimal(max((end - first).days, 0)) / other.days


def add_months(day: date, months: int) -> date:
    """The first day of the month so many months from the day's."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def first_month(on: date) -> date:
    """The first day of the first month that has not begun before the day."""
    return on if on.day == 1 else add_months(on, 1)


def period(span: Span, day: date, year_start: int = 1, *, shift: int = 0) -> Period:
    """The fiscal period of the day, or one `shift` periods from it. `year_start`: first month of the fiscal year."""
    into = (day.month - year_start) % 12 // span.months
    starts = add_months(day, -((day.month - year_start) % 12) + span.months * (into + shift))
    first = add_months(starts, -((starts.month - year_start) % 12))
    number = (starts.month - year_start) % 12 // span.months + 1
    year = str(first.year) if year_start == 1 else f"{first.year}/{(first.year + 1) % 100:02d}"
    name = {
        Span.MONTH: f"{starts:%b %Y}", Span.QUARTER: f"Q{number} {year}", Span.HALF: f"H{number} {year}",
        Span.YEAR: f"FY {year}",
    }[span]  # fmt: skip
    return Period(starts, add_months(starts, span.months), name)


def month(day: date) -> Period:
    return period(Span.MONTH, day)


def quarter(day: date, year_start: int = 1, *, shift: int = 0) -> Period:
    """The fiscal quarter of the day, or one `shift` quarters from it."""
    return period(Span.QUARTER, day, year_start, shift=shift)


def fiscal_year(day: date, year_start: int = 1, *, shift: int = 0) -> Period:
    """The fiscal year of the day, or one `shift` years from it."""
    return period(Span.YEAR, day, year_start, shift=shift)


def parts(whole: Period, span: Span, year_start: int = 1) -> list[Period]:
    """The months, quarters or halves that begin in a period, in order."""
    first = period(span, whole.starts_on, year_start)
    count = 1 + max(12 * (whole.last_day.year - first.starts_on.year) + whole.last_day.month - first.starts_on.month, 0)
    found = (period(span, first.starts_on, year_start, shift=i) for i in range(-(-count // span.months)))
    return [one for one in found if one.starts_on < whole.ends_on]


@dataclass(frozen=True)
class Attainment:
    """`quota` is the target, `expected` what of it was due until and with today."""

    booked: Decimal
    quota: Decimal
    expected: Decimal

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
        return max(self.quota - self.booked, ZERO)

    def coverage(self, pipeline: Decimal) -> Decimal | None:
        """Open pipeline over what is still to reach; None when nothing is."""
        return pipeline / self.left if self.left else None


def attained(booked: Decimal, quota: Decimal, period: Period, today: date) -> Attainment:
    """With a straight line over the days of the period."""
    return Attainment(booked, quota, quota * period.share_gone(today))
