"""When an event is, in words and in calendars (RFC 5545, RFC 5546)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_timezone_name

from portal.consent.rules import seal_for
from portal.kernel.errors import Refused

CHECK_IN_BEFORE = timedelta(hours=12)  # guests come early, and lists are tried out
COUNTED_AFTER = timedelta(hours=24)  # who has not come by then does not come
TIMES = ("starts_at", "ends_at", "closes_at")  # typed as wall times of the event's zone
LINK_LASTS = timedelta(days=30)  # beyond the end: a guest can still look
REGISTRATION = "event registration"  # use of the sealed links of guests
FOLDED = 75  # octets of a line, RFC 5545 3.1


def when(starts_at: datetime, ends_at: datetime, zone: str, language: str) -> str:
    """Day and hours where the event is, with the name of its zone."""
    locale, place = Locale.parse(language), ZoneInfo(zone)
    start, end = starts_at.astimezone(place), ends_at.astimezone(place)
    hours = [format_time(one, "short", locale=locale) for one in (start, end)]
    last = hours[1] if start.date() == end.date() else f"{format_date(end, 'full', locale)}, {hours[1]}"
    named = get_timezone_name(start, "long", locale=locale)
    return f"{format_date(start, 'full', locale)}, {hours[0]} – {last} ({named})"


def moment(wall: datetime, zone: str) -> datetime:
    """RFC 5545 3.3.5: a time that the clocks skip is as much later, one that they repeat is the first."""
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def guest_path(registration_id: int, ends_at: datetime) -> str:
    """The guest's own page, sealed: the same link in every mail."""
    return f"/registration/{seal_for(REGISTRATION, registration_id, ends_at + LINK_LASTS)}"


def check_times(starts_at: datetime, ends_at: datetime, closes_at: datetime | None) -> None:
    if ends_at <= starts_at:
        raise Refused("events.ends_first", "It cannot end before it begins.", "ends_at")
    if closes_at and closes_at > starts_at:
        raise Refused("events.closes_late", "Registration closes when the event begins, or before.", "closes_at")


@dataclass(frozen=True)
class Entry:
    """An event as one calendar gets it; `guest`: (name, address), None for everybody."""

    uid: str
    sequence: int
    name: str
    summary: str
    starts_at: datetime
    ends_at: datetime
    place: str
    url: str
    organizer: tuple[str, str]
    guest: tuple[str, str] | None = None
    cancelled: bool = False

    @property
    def method(self) -> str:
        """RFC 5546 1.4: what the receiving calendar should do with it."""
        return "CANCEL" if self.cancelled else "REQUEST" if self.guest else "PUBLISH"


def calendar(entry: Entry, now: datetime) -> bytes:
    """The whole iCalendar object."""
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Throughline//Events//EN", f"METHOD:{entry.method}", "BEGIN:VEVENT",
        f"UID:{entry.uid}", f"SEQUENCE:{entry.sequence}", f"DTSTAMP:{_utc(now)}", f"DTSTART:{_utc(entry.starts_at)}",
        f"DTEND:{_utc(entry.ends_at)}", f"SUMMARY:{_text(entry.name)}", f"DESCRIPTION:{_text(entry.summary)}",
        f"LOCATION:{_text(entry.place)}", f"URL:{entry.url}", f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}",
        f"ORGANIZER;CN={_parameter(entry.organizer[0])}:mailto:{entry.organizer[1]}",
    ]  # fmt: skip
    if entry.guest:
        name, address = entry.guest
        lines.append(f"ATTENDEE;CN={_parameter(name)};PARTSTAT=ACCEPTED;RSVP=FALSE:mailto:{address}")
    lines += ["END:VEVENT", "END:VCALENDAR"]
    return b"".join(_folded(line) + b"\r\n" for line in lines)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        value = value.replace(plain, escaped)
    return value


def _parameter(value: str) -> str:
    return '"' + "".join(c for c in value if c.isprintable() and c != '"') + '"'


def _folded(line: str) -> bytes:
    """Never within a character."""
    pieces: list[bytes] = []
    piece = b""
    for letter in line:
        code = letter.encode()
        if len(piece) + len(code) > FOLDED - bool(pieces):
            pieces.append(piece)
            piece = b""
        piece += code
    return b"\r\n ".join([*pieces, piece])
