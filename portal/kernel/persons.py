"""What is kept of a person, table by table: how it is found, and what becomes of it when the person is erased.

Each area that knows persons says so here; an export and an erasure walk through all of it.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, LargeBinary, String, and_, cast, delete, false, func, insert, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from .audit import AuditEntry, plain
from .db import Base, db
from .links import Link
from .outbox import OutboxEntry
from .search import SearchEntry, compact

NOBODY = "Erased person"


class Erasure(Base):
    """A row stands here only while a transaction erases a person: it lets append-only rows lose their personal part."""

    __tablename__ = "erasure"

    id: Mapped[int] = mapped_column(primary_key=True)


@dataclass(frozen=True)
class Person:
    """All the ways in which we know somebody: addresses, full names, and the records that stand for them."""

    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()  # E.164
    names: frozenset[str] = frozenset()
    typed: frozenset[str] = frozenset()  # phone numbers as somebody typed them
    shared: frozenset[str] = frozenset()  # names that somebody else has too
    records: Mapping[str, frozenset[int]] = field(default_factory=dict)  # noun -> ids

    def known_as(
        self, noun: str, ids: Iterable[int], emails: Iterable[str], phones: Iterable[str], names: Iterable[str],
        typed: Iterable[str] = (), shared: Iterable[str] = (),
    ) -> "Person":  # fmt: skip
        told = {"emails": emails, "phones": phones, "names": names, "typed": typed, "shared": shared}
        more: Any = {name: getattr(self, name) | frozenset(filter(None, found)) for name, found in told.items()}
        return replace(self, records={**self.records, noun: self.of(noun) | frozenset(ids)}, **more)

    def of(self, noun: str) -> frozenset[int]:
        return self.records.get(noun, frozenset())

    @property
    def addresses(self) -> frozenset[str]:
        return self.emails | self.phones

    @property
    def words(self) -> list[str]:
        """What means this person and nobody else, wherever it stands; the longest first."""
        return sorted(self.addresses | self.typed | (self.names - self.shared), key=len, reverse=True)


class Trail(NamedTuple):
    """Rows of one table that tell of a person. `becomes`: columns and what they become; None: the rows go; {}: they stay.

    `scrubs`: texts that stay but for the words that mean the person. `files`: columns with keys of files that go, too.
    `why`: which duty keeps rows as they are.
    """

    name: str
    model: type[Base]
    rows: Callable[[Person], ColumnElement[bool]]
    becomes: Mapping[str, Any] | None
    scrubs: Sequence[str] = ()
    files: Sequence[Any] = ()
    why: str = ""


_finders: list[Callable[[Person], Person]] = []
_trails: dict[str, Trail] = {}


def find_by(finder: Callable[[Person], Person]) -> None:
    """An area knows persons as records of its own: the finder adds them, with what else they tell."""
    _finders.append(finder)


def leave(*trails: Trail) -> None:
    """An area says where persons leave traces in it. What is found through another trail comes after that one."""
    _trails.update({trail.name: trail for trail in trails})


def identify(person: Person) -> Person:
    for finder in _finders:
        person = finder(person)
    return person


def about(model: Any, person: Person) -> ColumnElement[bool]:
    """Rows that name a record by `noun_of` and `record_id`."""
    named = [and_(model.noun_of == noun, model.record_id.in_(ids)) for noun, ids in person.records.items()]
    return or_(false(), *named)


def naming(model: Any, *columns: str) -> Callable[[Person], ColumnElement[bool]]:
    """Rows in which one of the columns has words that mean the person."""

    def rows(person: Person) -> ColumnElement[bool]:
        spelt = {form for word in person.words for form in (word, json.dumps(word)[1:-1])}
        texts = [cast(getattr(model, name), String) for name in columns]
        return or_(false(), *(text.icontains(form, autoescape=True) for text in texts for form in sorted(spelt)))

    return rows


def mentions(name: str, model: Any, *columns: str) -> Trail:
    """Texts about something else in which the person is named."""
    return Trail(name, model, naming(model, *columns), {}, scrubs=columns)


def collect(person: Person) -> dict[str, list[dict[str, Any]]]:
    """All rows, by the name of the trail; trails without rows are left out."""
    found = {}
    for trail in _trails.values():
        table: Any = trail.model.__table__
        shown = [column for column in table.columns if not isinstance(column.type, LargeBinary)]
        rows = db.session.execute(
            select(*shown).where(trail.rows(person)).order_by(*table.primary_key.columns)
        ).mappings()
        if told := [{name: plain(value) for name, value in row.items()} for row in rows]:
            found[trail.name] = told
    return found


def count(person: Person) -> list[tuple[Trail, int]]:
    """The trails that have rows, with their number."""
    sizes = [
        (trail, db.session.scalar(select(func.count()).select_from(trail.model).where(trail.rows(person))) or 0)
        for trail in _trails.values()
    ]
    return [(trail, size) for trail, size in sizes if size]


def files_of(person: Person) -> list[str]:
    """The keys of the files that an erasure takes along."""
    keys: set[str] = set()
    for trail in _trails.values():
        for column in trail.files:
            keys.update(filter(None, db.session.scalars(select(column).where(trail.rows(person)))))
    return sorted(keys)


def erase(person: Person) -> dict[str, int]:
    """Take the person out of every trail, the last one first. Returns how many rows of each. In a unit of work."""
    done: dict[str, int] = {}
    with erasing():
        for trail in reversed(_trails.values()):
            if trail.why:
                continue
            _erase_changes(trail, person)
            done[trail.name] = _scrub(trail, person) if trail.scrubs else 0
            if trail.becomes != {}:
                table: Any = trail.model.__table__
                change = delete(table) if trail.becomes is None else update(table).values(trail.becomes)
                result: Any = db.session.execute(change.where(trail.rows(person)))
                done[trail.name] = result.rowcount
        compact()
    db.session.expire_all()
    return {name: number for name, number in done.items() if number}


def _erase_changes(trail: Trail, person: Person) -> None:
    """Old values of rows that are wholly about the person."""
    noun = getattr(trail.model, "noun", None)
    if noun and trail.becomes != {}:
        mine = select(trail.model.__table__.c.id).where(trail.rows(person))
        about_them = (
            AuditEntry.noun_of == noun,
            AuditEntry.record_id.in_(mine),
            cast(AuditEntry.changes, String) != "{}",
        )
        db.session.execute(update(AuditEntry.__table__).where(*about_them).values(changes={}))  # type: ignore[arg-type]


def _scrub(trail: Trail, person: Person) -> int:
    """Read, replace, write: no database replaces words in any case inside of JSON."""
    if not person.words:
        return 0
    table: Any = trail.model.__table__
    found = re.compile("|".join(map(re.escape, person.words)), re.IGNORECASE)
    rows = db.session.execute(
        select(table.c.id, *(table.c[name] for name in trail.scrubs)).where(
            trail.rows(person), naming(trail.model, *trail.scrubs)(person)
        )
    ).all()
    for row in rows:
        values = {name: _without(found, getattr(row, name)) for name in trail.scrubs}
        db.session.execute(update(table).where(table.c.id == row.id).values(values))
    return len(rows)


def _without(found: re.Pattern[str], value: Any) -> Any:
    if isinstance(value, str):
        return found.sub(NOBODY, value)
    if isinstance(value, Mapping):
        return {_without(found, key): _without(found, one) for key, one in value.items()}
    return [_without(found, one) for one in value] if isinstance(value, list) else value


@contextmanager
def erasing() -> Iterator[None]:
    """No other transaction ever sees the row."""
    db.session.flush()
    db.session.execute(insert(Erasure).values(id=1))
    yield
    db.session.execute(delete(Erasure))


def trails() -> Sequence[Trail]:
    return list(_trails.values())


leave(
    mentions("mentions in changes", AuditEntry, "changes"),
    mentions("mentions in the search", SearchEntry, "title", "body"),
    mentions("mentions in queued work", OutboxEntry, "payload", "error"),
    Trail("changes", AuditEntry, partial(about, AuditEntry), {"changes": {}}),
    Trail("search", SearchEntry, partial(about, SearchEntry), {"title": NOBODY, "body": ""}),
    Trail("links", Link, lambda person: Link.address.in_(person.emails), {"address": None}),
)
