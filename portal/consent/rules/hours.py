"""Sending hours: in which hours of a recipient's own day we may write, and when they begin again."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from portal.kernel.errors import Refused

from ..states import Channel
from .places import US_STATES, Place, has_country

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_LINE = re.compile(
    r"(?P<place>\*|[A-Z]{2}(?:-[A-Z0-9]{1,3})?)\s+(?P<first>[A-Z][a-z]{2})(?:\s*[-–]\s*(?P<last>[A-Z][a-z]{2}))?"
    r"\s+(?P<opens>\d{1,2}:\d\d)\s*[-–]\s*(?P<closes>\d{1,2}:\d\d)"
)

# What the telemarketing laws of the United States and its states allow for text messages, in the recipient's time.
SMS_HOURS = """\
US Mon-Sun 8:00-21:00
US-CT Mon-Sun 9:00-20:00
US-FL Mon-Sun 8:00-20:00
US-MD Mon-Sun 8:00-20:00
US-OK Mon-Sun 8:00-20:00
US-RI Mon-Fri 9:00-18:00
US-RI Sat 10:00-17:00
US-TX Mon-Sat 9:00-21:00
US-TX Sun 12:00-21:00"""
DEFAULT_HOURS = {Channel.EMAIL: "", Channel.SMS: SMS_HOURS}


class Window(NamedTuple):
    """Open on these days of the week (0 = Monday) between two times of day, in minutes after midnight."""

    place: str  # "US-TX", "US", or "*" for everywhere
    first: int
    last: int
    opens: int
    closes: int


def windows_in(text: str) -> list[Window]:
    """One window a line, as in SMS_HOURS. Raises Refused with the first line that cannot be read."""
    return [_window(line.strip()) for line in text.splitlines() if line.strip()]


def _window(line: str) -> Window:
    found = _LINE.fullmatch(line)
    if not found or found["first"] not in DAYS or (found["last"] or "Mon") not in DAYS:
        raise _unreadable(line)
    first = DAYS.index(found["first"])
    last = DAYS.index(found["last"]) if found["last"] else first
    opens, closes = _minutes(found["opens"]), _minutes(found["closes"])
    country, _, region = found["place"].partition("-")
    known = country == "*" or has_country(country) and (country != "US" or not region or region in US_STATES)
    if not known or last < first or not opens < closes <= 24 * 60 or int(found["closes"][-2:]) > 59:
        raise _unreadable(line)
    return Window(found["place"], first, last, opens, closes)


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _unreadable(line: str) -> Refused:
    return Refused(
        "consent.bad_hours",
        f"“{line[:60]}” is not understood. Write one line for each window, like US-TX Mon-Sat 9:00-21:00.",
        "hours",
    )


def windows_for(place: Place, windows: Sequence[Window]) -> list[Window]:
    """Those of the smallest place that has any: the state, else the country, else everywhere."""
    for name in (f"{place.country}-{place.region}", place.country, "*"):
        if found := [window for window in windows if window.place == name]:
            return found
    return []


class Hours(NamedTuple):
    """Whether sending is open there now; `until` is when it closes, or opens again. None: always open."""

    open: bool
    until: datetime | None = None


def hours_at(place: Place, windows: Sequence[Window], now: datetime) -> Hours:
    """By the recipient's clock, whatever daylight saving does to the day."""
    mine = windows_for(place, windows)
    if not mine:
        return Hours(True)
    spans = sorted(_spans(place.zone, mine, now))
    for starts, ends in spans:
        if starts <= now < ends:
            return Hours(True, ends)
    return Hours(False, next((starts for starts, _ in spans if starts > now), now + timedelta(days=1)))


def _spans(zone: str, windows: Iterable[Window], now: datetime) -> Iterable[tuple[datetime, datetime]]:
    """The open spans from yesterday to a week ahead, in UTC."""
    here = ZoneInfo(zone)
    midnight = now.astimezone(here).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    for ahead in range(-1, 9):
        day = midnight + timedelta(days=ahead)
        for window in windows:
            if window.first <= day.weekday() <= window.last:
                yield tuple(  # type: ignore[misc]
                    (day + timedelta(minutes=minutes)).replace(tzinfo=here).astimezone(UTC)
                    for minutes in (window.opens, window.closes)
                )
