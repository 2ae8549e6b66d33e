"""The one source of the time, so that tests can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

_fixed: ContextVar[datetime | None] = ContextVar("fixed_time", default=None)


def now() -> datetime:
    """Aware UTC."""
    return _fixed.get() or datetime.now(UTC)


def today(zone: str) -> date:
    """The calendar day in an IANA zone; days belong to places."""
    return now().astimezone(ZoneInfo(zone)).date()


def midnight(day: date, zone: str = "UTC") -> datetime:
    """The moment at which the day begins in the zone."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Hold the clock at `at` in this context."""
    token = _fixed.set(at)
    try:
        yield
    finally:
        _fixed.reset(token)
