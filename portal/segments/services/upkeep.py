"""Keeping who is in which segment: for a few contacts at a time as they change, for everybody when a rule does."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Label,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    union,
    update,
)

from portal.accounts.models import Contact
from portal.kernel import audit, clock, upsert
from portal.kernel.db import Base, before_commit, db, gathered
from portal.kernel.outbox import emit, ring

from ..events import ContactEnteredSegment, ContactLeftSegment, SegmentChanged
from ..models import Segment, SegmentMember, SegmentOverride, SegmentTouch
from ..queries import Scope, scope_for, wholes
from ..queries.compile import inside
from ..rules import SOURCES, time_based
from ..states import SegmentKind, Source

SLICE = 1_000  # contacts that are looked at together
AT_ONCE = 40  # segments asked about in one statement
TOLD = 500  # contacts in one event
DYNAMIC = Segment.kind == SegmentKind.DYNAMIC


def touch(contact_ids: Iterable[int] | Select[Any]) -> None:
    """Something about these contacts changed: which segments they are in is worked out again soon."""
    if isinstance(contact_ids, Select):
        write = insert(SegmentTouch.__table__).from_select(["contact_id"], contact_ids)  # type: ignore[arg-type]
        db.session.connection().execute(write)
        ring("default")
    elif rows := [{"contact_id": contact_id} for contact_id in dict.fromkeys(contact_ids)]:
        db.session.connection().execute(insert(SegmentTouch.__table__), rows)  # type: ignore[arg-type]
        ring("default")


def _hear_entries(entries: Sequence[Mapping[str, Any]]) -> None:
    keys: dict[str, set[Any]] = defaultdict(set)
    for entry in entries:
        keys[entry["noun_of"]].add(entry["record_id"])
    for place, source in enumerate(SOURCES):
        if source.model.noun in keys:
            _hear(f"key_{place}", keys[source.model.noun])


def _hear_rows(model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    for place, source in enumerate(SOURCES):
        if source.model is model:
            _hear(f"value_{place}", {row.get(source.column.key) for row in rows})


def _hear(name: str, values: set[Any]) -> None:
    """Keys of changed records of a source, or values in its column: kept until the unit of work ends."""
    if values := values - {None, ""}:
        gathered().setdefault("heard", defaultdict(set))[name] |= values


def _touch_heard() -> None:
    """The contacts of all that was heard, by one statement however much it was."""
    if heard := gathered().pop("heard", None):
        write = _touch_all(tuple(sorted(heard)), db.engine.dialect.name)
        db.session.connection().execute(write, {name: json.dumps(list(values)) for name, values in heard.items()})
        ring("default")


@lru_cache
def _touch_all(names: Sequence[str], dialect: str) -> Insert:
    """Made once for the same names: to build it takes longer than to run it."""
    return insert(SegmentTouch.__table__).from_select(["contact_id"], union(*map(_contacts_of, names)))  # type: ignore[arg-type]


def _contacts_of(name: str) -> Select[Any]:
    kind, _, place = name.partition("_")
    source = SOURCES[int(place)]
    key: Any = source.model.id  # type: ignore[attr-defined]
    if kind == "value" or source.column is key:
        return select(Contact.id).where(source.contact.in_(upsert.values_of(name, source.column.type)))
    rows = select(source.column).where(key.in_(upsert.values_of(name, key.type)))
    return select(Contact.id).where(source.contact.in_(rows))


audit.on_entries(_hear_entries)
upsert.on_rows(_hear_rows)
before_commit(_touch_heard)


def follow() -> int:
    """Work off a slice of the contacts that changed, for every dynamic segment. Returns how many were taken up."""
    segments = _locked(DYNAMIC, Segment.pending.is_(False))  # two that follow at once would count somebody twice
    taken = db.session.execute(
        select(SegmentTouch.id, SegmentTouch.contact_id)
        .order_by(SegmentTouch.id).limit(SLICE).with_for_update(skip_locked=True)
    ).all()  # fmt: skip
    if not taken:
        return 0
    _run(delete(SegmentTouch).where(SegmentTouch.id.in_([row.id for row in taken])))
    contacts = sorted({row.contact_id for row in taken})
    for start in range(0, len(segments), AT_ONCE):
        _follow(segments[start : start + AT_ONCE], contacts)
    return len(taken)


def _locked(*conditions: ColumnElement[bool]) -> Sequence[Segment]:
    query = select(Segment).where(*conditions).order_by(Segment.id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def _follow(segments: Sequence[Segment], contacts: Sequence[int]) -> None:
    """One question for who ought to be in, one for who is, and at most three statements for the difference."""
    now, keys = clock.now(), [segment.id for segment in segments]
    scope = scope_for({}, keys)
    asked = select(Contact.id, *_columns(keys, scope)).where(Contact.id.in_(contacts))
    ought = {(key, row[0]): row[at] for row in db.session.execute(asked) for at, key in enumerate(keys, 1) if row[at]}
    there = {(key, contact) for key, contact in db.session.execute(
        select(SegmentMember.segment_id, SegmentMember.contact_id)
        .where(SegmentMember.segment_id.in_(keys), SegmentMember.left_at.is_(None), SegmentMember.contact_id.in_(contacts))
    )}  # fmt: skip
    entered, left = sorted(ought.keys() - there), sorted(there - ought.keys())
    upsert.insert_rows(SegmentMember, [
        {"segment_id": key, "contact_id": contact, "source": ought[key, contact], "entered_at": now, "left_at": None}
        for key, contact in entered
    ])  # fmt: skip
    for key, gone in _by_segment(left).items():
        close(key, gone, now)
    book(entered, left, now)


def close(segment_id: int, contacts: Sequence[int], now: datetime) -> None:
    """End their stay."""
    _run(_open(segment_id).where(SegmentMember.contact_id.in_(contacts)).values(left_at=now))


def _columns(keys: Sequence[int], scope: Scope) -> list[Label[Any]]:
    """For each segment how the contact gets in, or nothing."""
    return [
        case((inside(scope.parts[key], scope), _source(key) if scope.parts[key].added else literal(Source.RULE.value)))
        .label(f"s{key}")
        for key in keys
    ]  # fmt: skip


def _source(segment_id: int) -> ColumnElement[str]:
    mine = SegmentOverride.segment_id == segment_id, SegmentOverride.contact_id == Contact.id
    by_hand = exists().where(*mine, SegmentOverride.inside.is_(True)).correlate(Contact)
    return case((by_hand, Source.MANUAL.value), else_=Source.RULE.value)


def _by_segment(pairs: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for key, contact in pairs:
        found[key].append(contact)
    return found


def book(entered: Sequence[tuple[int, int]], left: Sequence[tuple[int, int]], now: datetime) -> None:
    """Sizes follow, and whoever listens is told: one event for many contacts."""
    came, went = _by_segment(entered), _by_segment(left)
    for key in sorted(came.keys() | went.keys()):
        grown = len(came.get(key, ())) - len(went.get(key, ()))
        _run(update(Segment).where(Segment.id == key).values(size=Segment.size + grown, changed_at=now))
        tell(key, came.get(key, ()), went.get(key, ()), now)


def tell(segment_id: int, entered: Sequence[int], left: Sequence[int], at: datetime) -> None:
    for start in range(0, len(entered), TOLD):
        emit(ContactEnteredSegment(segment_id, entered[start : start + TOLD], at.isoformat()))
    for start in range(0, len(left), TOLD):
        emit(ContactLeftSegment(segment_id, left[start : start + TOLD], at.isoformat()))


def refresh(segment_id: int) -> None:
    """Work out a dynamic segment for everybody. Who is in it from the start has not entered it: nobody is told."""
    for segment in _locked(Segment.id == segment_id, DYNAMIC):
        now, first = clock.now(), segment.counted_at is None
        scope = scope_for({}, [segment_id])
        ought = inside(scope.parts[segment_id], scope)
        _run(
            _open(segment_id)
            .where(SegmentMember.contact_id.not_in(select(Contact.id).where(ought)))
            .values(left_at=now)
        )
        _run(_enter(segment_id, ought, now))
        stays = SegmentMember.segment_id == segment_id
        changed = stays & or_(SegmentMember.entered_at == now, SegmentMember.left_at == now)
        if not first:
            gone = db.session.scalars(select(SegmentMember.contact_id).where(stays, SegmentMember.left_at == now)).all()
            new = db.session.scalars(
                select(SegmentMember.contact_id).where(stays, SegmentMember.entered_at == now)
            ).all()
            tell(segment_id, new, gone, now)
        size = select(func.count()).select_from(SegmentMember).where(stays, SegmentMember.left_at.is_(None))
        moved = case(
            (select(1).where(changed).exists(), literal(now, SegmentMember.entered_at.type)), else_=Segment.changed_at
        )
        values = {"size": size.scalar_subquery(), "changed_at": moved, "counted_at": now, "pending": False}
        _run(update(Segment).where(Segment.id == segment_id).values(values))


def _enter(segment_id: int, ought: ColumnElement[bool], now: datetime) -> Insert:
    mine = (
        SegmentMember.segment_id == segment_id,
        SegmentMember.contact_id == Contact.id,
        SegmentMember.left_at.is_(None),
    )
    there = exists().where(*mine).correlate(Contact)
    row = select(literal(segment_id), Contact.id, _source(segment_id), literal(now, SegmentMember.entered_at.type))
    columns = ["segment_id", "contact_id", "source", "entered_at"]
    return insert(SegmentMember).from_select(columns, row.where(and_(ought, ~there)))


def _open(segment_id: int) -> Any:
    return update(SegmentMember).where(SegmentMember.segment_id == segment_id, SegmentMember.left_at.is_(None))


def _run(statement: Any) -> Any:
    return db.session.execute(statement.execution_options(synchronize_session=False))


def count_again(contact_ids: Sequence[int]) -> None:
    """After members went without being seen off, as an erasure does it."""
    _locked(true())
    here = SegmentMember.segment_id == Segment.id, SegmentMember.left_at.is_(None)
    size = select(func.count()).select_from(SegmentMember).where(*here).correlate(Segment).scalar_subquery()
    _run(update(Segment).values(size=size))
    touch(contact_ids)


def sweep(everything: bool) -> None:
    """Owe a new count to the segments that change by waiting, also through a segment they name; or to all of them."""
    rules = {key: rule for key, rule in db.session.execute(select(Segment.id, Segment.rule).where(DYNAMIC))}
    due = {key for key, rule in rules.items() if everything or time_based(rule)}
    for key in wholes(due):
        emit(SegmentChanged(key))
