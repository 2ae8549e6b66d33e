"""Wall times: one moment for all, or the same hour wherever a recipient lives."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from portal.kernel.errors import Refused

from ..states import Passed

EARLIEST_ZONE = "Pacific/Kiritimati"  # UTC+14: a day begins there


def moment(wall_time: str, zone: str) -> datetime:
    """RFC 5545: a time that the clocks skip is as much later, one that they repeat is the first. Raises Refused."""
    try:
        naive = datetime.fromisoformat(wall_time)
    except ValueError as error:
        raise Refused("broadcasts.no_time", "Give a day and a time.", "wall_time") from error
    return naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def due_at(wall_time: str, zone: str, if_passed: Passed, now: datetime) -> datetime:
    """When the message of a recipient in `zone` is due. Where the time has passed: the same hour next, or now."""
    due = moment(wall_time, zone)
    if due >= now:
        return due
    if if_passed == Passed.AT_ONCE:
        return now
    late = datetime.fromisoformat(wall_time)
    while due < now:
        late += timedelta(days=1)
        due = moment(late.isoformat(), zone)
    return due


def first_due(wall_time: str) -> datetime:
    """The first instant at which it is this time anywhere."""
    return moment(wall_time, EARLIEST_ZONE)
