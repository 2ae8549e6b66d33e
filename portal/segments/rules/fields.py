"""What rules can ask about. Areas register their fields and events here, so that segments import none of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement

from portal.kernel.db import Base
from portal.kernel.errors import Refused

from .operators import OPERATORS, Kind

Choices = Callable[[], Sequence[tuple[str, str]]]  # (value, text)
Condition = ColumnElement[bool]


class Way(NamedTuple):
    """Where a value is found. On other rows than the contact's own, `here` (a column of Contact) meets `there`.

    `listed`: no index leads from `there` to its rows, so all that meet the condition are listed once.
    """

    column: Any
    here: Any = None
    there: Any = None
    where: Sequence[Condition] = ()
    listed: bool = False


@dataclass(frozen=True)
class Field:
    """`of`: "deal" where a contact may have many such rows: then one of them has to meet the condition.

    `swept`: nobody tells when it changes, so it is looked at once an hour. `permission`: what one needs to be shown the
    value where membership is explained.
    """

    key: str  # "account.industry"
    label: str  # as it stands behind "whose": "account's industry"
    group: str
    kind: Kind
    ways: Sequence[Way]
    choices: Choices | None = None
    of: str = ""
    swept: bool = False
    permission: str = ""


class Rows(NamedTuple):
    """Things that happened: `here` (a column of Contact) meets `there`, and each counts once by `counted`."""

    here: Any
    there: Any
    at: Any
    counted: Any
    name: Any  # what it happened to, in words
    where: Sequence[Condition] = ()
    subject: Callable[[int], Condition] | None = None
    verdict: Any = None
    listed: bool = False


@dataclass(frozen=True)
class Event:
    """`rows` gets: human only, and whether a time is asked for.

    `last` answers whether it happened (or, `none`: did not happen) to the last thing, between two moments; of nothing
    it is never true. `needs` is the event without which "did not" says nothing: who was sent nothing did not "not open".
    """

    key: str  # "mail.opened"
    verb: str  # "opened"
    denied: str  # "did not open"
    thing: str  # "a mailing"
    group: str
    rows: Callable[[bool, bool], Rows]
    human: bool = False  # whether machines do it too
    subjects: Choices | None = None
    last: Callable[[Any, bool, bool, datetime | None, datetime | None], Condition] | None = None
    last_words: str = ""  # "the last mailing that reached them"
    needs: str = ""
    note: str = ""
    permission: str = ""


class Source(NamedTuple):
    """When a row of `model` changes, so may the segments of the contacts whose `contact` column has its `column`."""

    model: type[Base]
    column: Any
    contact: Any


FIELDS: dict[str, Field] = {}
EVENTS: dict[str, Event] = {}
SOURCES: list[Source] = []
USES: dict[str, Any] = {}  # noun -> segment_id, id and name of what uses a segment


def register_field(
    key: str,
    label: str,
    kind: Kind,
    *ways: Way | Any,
    group: str,
    choices: Choices | None = None,
    of: str = "",
    swept: bool = False,
    permission: str = "",
) -> None:
    """A way is a `Way`, or just a column of Contact."""
    if kind not in OPERATORS or (kind == "choice") != (choices is not None):
        raise ValueError(key)
    found = tuple(way if isinstance(way, Way) else Way(way) for way in ways)
    FIELDS[key] = Field(key, label, group, kind, found, choices, of, swept, permission)


def register_event(event: Event) -> None:
    EVENTS[event.key] = event


def register_source(model: type[Base], column: Any, contact: Any) -> None:
    """The model is Audited, or its rows are written through `kernel.upsert`."""
    SOURCES.append(Source(model, column, contact))


def register_use(noun: str, uses: Any) -> None:
    """What uses segments (a SELECT of segment_id, id, name), so that none is deleted under it."""
    USES[noun] = uses


def field_named(key: str) -> Field:
    """Raises Refused."""
    if key not in FIELDS:
        raise Refused("segment.unknown_field", f"Nothing is known as {key!r}.", "rule")
    return FIELDS[key]


def event_named(key: str) -> Event:
    """Raises Refused."""
    if key not in EVENTS:
        raise Refused("segment.unknown_event", f"Nothing that happens is known as {key!r}.", "rule")
    return EVENTS[key]
