"""What is kept of a person, table by table: how it is found, and what becomes of it when the person is erased.

Each area that knows persons says so here; an export and an erasure walk through all of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, LargeBinary, and_, delete, false, func, insert, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from .audit import AuditEntry, plain
from .db import Base, db
from .links import Link
from .search import SearchEntry

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
    records: Mapping[str, frozenset[int]] = field(default_factory=dict)  # noun -> ids

    def known_as(
        self, noun: str, ids: Iterable[int], emails: Iterable[str], phones: Iterable[str], names: Iterable[str]
    ) -> "Person":
        records = {**self.records, noun: self.of(noun) | frozenset(ids)}
        told = [frozenset(filter(None, found)) for found in (emails, phones, names)]
        return Person(self.emails | told[0], self.phones | told[1], self.names | told[2], records)

    def of(self, noun: str) -> frozenset[int]:
        return self.records.get(noun, frozenset())

    @property
    def addresses(self) -> frozenset[str]:
        return self.emails | self.phones


class Trail(NamedTuple):
    """Rows of one table that tell of a person. `becomes`: columns and what they become; None: the rows go; {}: they stay."""

    name: str
    model: type[Base]
    rows: Callable[[Person], ColumnElement[bool]]
    becomes: Mapping[str, Any] | None


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


def collect(person: Person) -> dict[str, list[dict[str, Any]]]:
    """All rows, by the name of the trail; trails without rows are left out."""
    found = {}
    for trail in _trails.values():
        table: Any = trail.model.__table__
        shown = [column for column in table.columns if not isinstance(column.type, LargeBinary)]
        rows = db.session.execute(select(*shown).where(trail.rows(person)).order_by(table.c.id)).mappings()
        if told := [{name: plain(value) for name, value in row.items()} for row in rows]:
            found[trail.name] = told
    return found


def count(person: Person) -> list[tuple[str, int, bool]]:
    """(trail, rows, whether they stay), of the trails that have rows."""
    sizes = [
        (trail, db.session.scalar(select(func.count()).select_from(trail.model).where(trail.rows(person))) or 0)
        for trail in _trails.values()
    ]
    return [(trail.name, size, trail.becomes == {}) for trail, size in sizes if size]


def erase(person: Person) -> dict[str, int]:
    """Take the person out of every trail, the last one first. Returns how many rows of each. In a unit of work."""
    done: dict[str, int] = {}
    with erasing():
        for trail in reversed(_trails.values()):
            if trail.becomes != {}:
                table: Any = trail.model.__table__
                change = delete(table) if trail.becomes is None else update(table).values(trail.becomes)
                result: Any = db.session.execute(change.where(trail.rows(person)))
                done[trail.name] = result.rowcount
    db.session.expire_all()
    return {name: number for name, number in done.items() if number}


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
    Trail("changes", AuditEntry, lambda person: about(AuditEntry, person), {"changes": {}}),
    Trail("search", SearchEntry, lambda person: about(SearchEntry, person), {"title": NOBODY, "body": ""}),
    Trail("links", Link, lambda person: Link.address.in_(person.emails), {"address": None}),
)
