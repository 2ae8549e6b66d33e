"""Spans of days as rules name them, in the company's time zone; weeks begin on Monday."""

from calendar import isleap
from datetime import date, datetime, timedelta
from typing import NamedTuple

from portal.kernel.clock import midnight

DAY = timedelta(days=1)


class Window(NamedTuple):
    """From a day on, until a day (exclusive); None is open."""

    start: date | None
    end: date | None

    def moments(self, zone: str) -> tuple[datetime | None, datetime | None]:
        start, end = (midnight(day, zone) if day else None for day in self)
        return start, end


def window(op: str, today: date, first: date | None = None, last: date | None = None, days: int = 0) -> Window:
    """The days for which an operator on dates holds. "The last 7 days" are today and the six before."""
    if op == "last":
        return Window(today - (days - 1) * DAY, today + DAY)
    if op == "next":
        return Window(today, today + days * DAY)
    if op == "longer":
        return Window(None, today - days * DAY)
    if op == "before":
        return Window(None, first)
    if op == "after":
        return Window(first and first + DAY, None)
    if op in ("on", "between"):
        end = first if op == "on" else last
        return Window(first, end and end + DAY)
    if op == "this_week":
        monday = today - today.weekday() * DAY
        return Window(monday, monday + 7 * DAY)
    if op == "this_year":
        return Window(date(today.year, 1, 1), date(today.year + 1, 1, 1))
    start = today.replace(day=1)
    return Window(start, (start + 31 * DAY).replace(day=1))


def anniversaries(today: date, days: int) -> list[int]:
    """Month and day as one number (229: 29 February) of today and the days after it.

    Who was born on 29 February has the anniversary on 28 February in other years.
    """
    found = {(day := today + n * DAY).month * 100 + day.day: day.year for n in range(min(days, 366) + 1)}
    if (year := found.get(228)) and not isleap(year):
        found[229] = year
    return sorted(found)
