"""Segments as people see them: the list, what uses them, what came and went."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from functools import reduce
from operator import add
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all
from sqlalchemy.orm import with_expression

from portal.accounts.models import Contact
from portal.accounts.queries import CONTACTS
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.kernel.listing import Field, Listing, extend
from portal.organization.queries import owner_field, visible_to

from ..models import Segment, SegmentMember, SegmentOverride, SegmentPart, SegmentTouch
from ..rules import EVENTS, USES, Tree, leaves, parts_of, register_use
from ..states import SegmentKind
from .members import is_member

KIND_NAMES = {SegmentKind.DYNAMIC: "Segment", SegmentKind.STATIC: "List", SegmentKind.SNAPSHOT: "Snapshot"}

_whole = Segment.__table__.alias()
register_use(
    "segments",
    select(SegmentPart.part_id, _whole.c.id, _whole.c.name).join(_whole, _whole.c.id == SegmentPart.segment_id),
)


class Use(NamedTuple):
    noun: str
    record_id: int
    name: str


def uses_of(segment_ids: Sequence[int]) -> dict[int, list[Use]]:
    """What would break without them; one question for all that areas registered."""
    found: dict[int, list[Use]] = defaultdict(list)
    asked = []
    for noun, uses in USES.items():
        segment, key, name = uses.selected_columns
        asked.append(uses.with_only_columns(segment, literal(noun), key, name).where(segment.in_(segment_ids)))
    for segment_id, *use in db.session.execute(union_all(*asked)):
        found[segment_id].append(Use(*use))
    return found


def _use_count() -> ColumnElement[int]:
    """How many things use the segment of the row."""
    counts = []
    for rows in (uses.subquery() for uses in USES.values()):
        mine = select(func.count()).select_from(rows).where(next(iter(rows.c)) == Segment.id)
        counts.append(mine.correlate(Segment).scalar_subquery())
    return reduce(add, counts)


def wholes(segment_ids: set[int]) -> list[int]:
    """The segments themselves and all that are made of them, at any depth: what changes when they do."""
    edges = db.session.execute(select(SegmentPart.segment_id, SegmentPart.part_id)).all()
    found = set(segment_ids)
    while more := {edge.segment_id for edge in edges if edge.part_id in found} - found:
        found |= more
    return sorted(found)


def circle(segment_id: int, part_ids: Sequence[int]) -> list[str]:
    """The names on the way from the segment back to itself, were it made of these; nothing where there is none."""
    edges: dict[int, list[int]] = defaultdict(list)
    for row in db.session.execute(select(SegmentPart.segment_id, SegmentPart.part_id)):
        edges[row.segment_id].append(row.part_id)
    edges[segment_id] = list(part_ids)
    ways, seen = [[segment_id]], set[int]()
    for way in ways:
        for part in edges[way[-1]]:
            if part == segment_id:
                names = names_of([*way, part])
                return [names.get(key, "?") for key in [*way, part]]
            if part not in seen:
                seen.add(part)
                ways.append([*way, part])
    return []


def names_of(segment_ids: Sequence[int]) -> dict[int, str]:
    rows = db.session.execute(select(Segment.id, Segment.name).where(Segment.id.in_(segment_ids)))
    return {row.id: row.name for row in rows}


def names_in(rule: Tree) -> dict[tuple[str, int], str]:
    """What the sentence calls the segments and mailings that the rule names."""
    found = {("segments", key): name for key, name in names_of(parts_of(rule)).items()} if parts_of(rule) else {}
    for leaf in leaves(rule):
        event = EVENTS.get(leaf.get("event", ""))
        if event and event.subjects and "id" in leaf:
            named = dict(event.subjects()).get(str(leaf["id"]))
            found |= {(event.key, leaf["id"]): named} if named else {}
    return found


def list_choices(actor: Actor) -> list[tuple[str, str]]:
    """Lists that take members."""
    return _choices(visible_to(actor, Segment).where(Segment.kind == SegmentKind.STATIC))


def segment_choices(actor: Actor) -> list[tuple[str, str]]:
    return _choices(visible_to(actor, Segment))


def _choices(query: Select[Segment]) -> list[tuple[str, str]]:
    rows = db.session.execute(query.with_only_columns(Segment.id, Segment.name).order_by(Segment.name))
    return [(str(row.id), row.name) for row in rows]


def touched() -> bool:
    return db.session.scalar(select(SegmentTouch.id).limit(1)) is not None


class Traffic(NamedTuple):
    day: date
    entered: int
    left: int


def traffic(segment_id: int, until: date, days: int = 30) -> list[Traffic]:
    """How many entered and left on each of the last days (UTC)."""
    start = until - timedelta(days=days - 1)
    counts: list[dict[date, int]] = []
    for column in (SegmentMember.entered_at, SegmentMember.left_at):
        day = func.date(column)
        mine = select(day, func.count()).where(SegmentMember.segment_id == segment_id, column >= clock.midnight(start))
        rows = db.session.execute(mine.group_by(day)).all()
        counts.append({date.fromisoformat(str(when)): number for when, number in rows})
    every = [start + timedelta(days=n) for n in range(days)]
    return [Traffic(day, counts[0].get(day, 0), counts[1].get(day, 0)) for day in every]


def member_rows(actor: Actor, segment_id: int, limit: int = 20) -> Sequence[tuple[Contact, SegmentMember]]:
    """The latest who entered and that the actor may see."""
    query = (
        visible_to(actor, Contact)
        .add_columns(SegmentMember)
        .join(SegmentMember, SegmentMember.contact_id == Contact.id)
    )
    stays = query.where(SegmentMember.segment_id == segment_id, SegmentMember.left_at.is_(None))
    rows = db.session.execute(stays.order_by(SegmentMember.entered_at.desc(), Contact.id).limit(limit))
    return [(row[0], row[1]) for row in rows]


def seen_size(actor: Actor, segment_id: int) -> int:
    """How many of the members the actor may see."""
    query = visible_to(actor, Contact).where(is_member(segment_id)).with_only_columns(func.count())
    return db.session.scalar(query) or 0


def overlap(first_id: int, second_id: int) -> int:
    """How many contacts are in both."""

    def stays(segment_id: int) -> Select[int]:
        mine = SegmentMember.segment_id == segment_id, SegmentMember.left_at.is_(None)
        return select(SegmentMember.contact_id).where(*mine)

    both = stays(first_id).where(SegmentMember.contact_id.in_(stays(second_id))).subquery()
    return db.session.scalar(select(func.count()).select_from(both)) or 0


def contact_with(actor: Actor, text: str) -> Contact:
    """The contact of that number or address. Raises NotFound."""
    text = text.strip().lower()
    which = Contact.id == int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else Contact.email == text
    found = db.session.scalar(visible_to(actor, Contact).where(which))
    if found is None:
        raise NotFound("contacts.not_found", "You see no contact with this address.")
    return found


def overrides(actor: Actor, segment_id: int, limit: int = 50) -> Sequence[tuple[Contact, SegmentOverride]]:
    """What was decided by hand, latest first."""
    query = visible_to(actor, Contact).add_columns(SegmentOverride)
    mine = query.join(SegmentOverride, SegmentOverride.contact_id == Contact.id)
    mine = mine.where(SegmentOverride.segment_id == segment_id).order_by(SegmentOverride.at.desc()).limit(limit)
    return [(row[0], row[1]) for row in db.session.execute(mine)]


SEGMENTS = Listing(
    name="segments",
    query=lambda actor: visible_to(actor, Segment).options(with_expression(Segment.uses, _use_count())),
    identity=Segment.id,
    fields=(
        Field("name", "Name", Segment.name),
        Field(
            "kind", "Kind", Segment.kind, value=lambda segment: KIND_NAMES[segment.kind], filter="choice",
            choices=lambda actor: [(kind.value, name) for kind, name in KIND_NAMES.items()],
        ),
        Field("size", "Contacts", Segment.size, kind="number", filter="range"),
        Field("uses", "Used by", sortable=False, kind="number"),
        owner_field(Segment, "owner_id", shown=True),
        Field("changed_at", "Last change", Segment.changed_at, kind="datetime", filter="range"),
        Field("created_at", "Since", Segment.created_at, kind="datetime", shown=False, filter="range"),
    ),
    sort="name",
    words=(Segment.name, Segment.note),
    views=(("Segments", "kind=dynamic"), ("Lists", "kind=static"), ("Snapshots", "kind=snapshot")),
)  # fmt: skip
extend(
    CONTACTS,
    Field(
        "segment", "Segment", shown=False, filter="choice", value=lambda contact: "", choices=segment_choices,
        match=lambda actor, text: is_member(int(text)),
    ),
)  # fmt: skip
