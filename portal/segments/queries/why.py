"""Why one contact is in a segment or not: every condition with the facts behind it, asked in one question."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Label, and_, case, null, select

from portal.accounts.models import Contact
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.organization.queries import get

from ..models import Segment, SegmentMember, SegmentOverride
from ..rules import Event, Field, Rows, Tree, Way, operator
from ..rules.fields import EVENTS, FIELDS
from ..rules.words import leaf_words
from ..states import SegmentKind
from .compile import Scope, compare, condition, inside
from .lists import names_in
from .members import scope_for


class Happening(NamedTuple):
    """The latest of its kind: what happened to what, when, and who did it where machines do it too."""

    verb: str
    at: datetime
    name: str | None
    who: str | None


class Reason(NamedTuple):
    """A line of the explanation. Groups have no facts; `depth` is how far it is indented."""

    depth: int
    kind: str  # group, field, event, segment
    text: str
    met: bool
    values: Sequence[Any] = ()  # of a field
    happenings: Sequence[Happening] = ()
    since: datetime | None = None  # in the segment that is asked about
    hidden: bool = False  # the facts, from whoever is asking


class Explanation(NamedTuple):
    inside: bool
    reasons: Sequence[Reason]
    override: SegmentOverride | None
    stay: SegmentMember | None


def explain(actor: Actor, segment: Segment, contact_id: int) -> Explanation:
    """Raises NotFound for a contact that the actor may not see."""
    contact = get(actor, Contact, contact_id)
    scope = scope_for(segment.rule, [segment.id])
    dynamic = segment.kind == SegmentKind.DYNAMIC
    nodes = list(_walk(segment.rule, 0)) if dynamic else []
    asked: list[Label[Any]] = [inside(scope.parts[segment.id], scope).label("inside")]
    for at, (_, node, _) in enumerate(nodes):
        asked += [condition(node, scope).label(f"met_{at}"), *_facts(node, scope, at)]
    row = db.session.execute(select(*asked).select_from(Contact).where(Contact.id == contact.id)).one()._mapping
    names = names_in(segment.rule) if dynamic else {}
    reasons = [_reason(actor, depth, node, text, row, at, names) for at, (depth, node, text) in enumerate(nodes)]
    override = db.session.get(SegmentOverride, (segment.id, contact.id))
    stays = select(SegmentMember).where(SegmentMember.segment_id == segment.id, SegmentMember.contact_id == contact.id)
    stay = db.session.scalar(stays.order_by(SegmentMember.id.desc()).limit(1))
    return Explanation(bool(row["inside"]), reasons, override, stay)


def _walk(node: Tree, depth: int) -> Iterator[tuple[int, Tree, str]]:
    """Groups and conditions from the top: how deep, the node, and the words of a group."""
    for kind, words in (("all", "All of these"), ("any", "At least one of these")):
        if kind in node:
            yield depth, node, words
            for child in node[kind]:
                yield from _walk(child, depth + 1)
            return
    if "not" in node:
        yield depth, node, "Not this"
        yield from _walk(node["not"], depth + 1)
        return
    yield depth, node, ""


def _facts(node: Tree, scope: Scope, at: int) -> list[Label[Any]]:
    if node.get("field") in FIELDS:
        field = FIELDS[node["field"]]
        return [_value(field, way, node, scope).label(f"value_{at}_{n}") for n, way in enumerate(field.ways)]
    if node.get("event") in EVENTS:
        event = EVENTS[node["event"]]
        return [column for n, one in enumerate(_kinds(event)) for column in _latest(one, node, f"{at}_{n}")]
    if "segment" in node:
        mine = SegmentMember.segment_id == node["segment"], SegmentMember.contact_id == Contact.id
        stay = select(SegmentMember.entered_at).where(*mine, SegmentMember.left_at.is_(None)).correlate(Contact)
        return [stay.scalar_subquery().label(f"since_{at}")]
    return []


def _value(field: Field, way: Way, node: Tree, scope: Scope) -> Any:
    """Of several rows the one that meets the condition, where there is one."""
    if way.here is None:
        return case((and_(*way.where), way.column)) if way.where else way.column
    met = compare(field, way.column, operator(field.kind, node["op"]).denies or node["op"], node.get("value"), scope)
    mine = select(way.column).where(way.there == way.here, *way.where).correlate(Contact)
    return mine.order_by(case((met, 0), else_=1)).limit(1).scalar_subquery()


def _kinds(event: Event) -> list[Event]:
    """What happened, and without what it could not."""
    return [event, *([EVENTS[event.needs]] if event.needs else [])]


def _latest(event: Event, node: Tree, at: str) -> list[Label[Any]]:
    rows: Rows = event.rows(False, True)
    about = [rows.subject(node["id"])] if rows.subject and "id" in node else []
    mine = [rows.there == rows.here, *rows.where, *about]

    def last(column: Any) -> Any:
        return select(column).where(*mine).order_by(rows.at.desc()).limit(1).correlate(Contact).scalar_subquery()

    who = last(rows.verdict) if event.human and rows.verdict is not None else null()
    return [last(rows.at).label(f"at_{at}"), last(rows.name).label(f"name_{at}"), who.label(f"who_{at}")]


def _reason(actor: Actor, depth: int, node: Tree, text: str, row: Any, at: int, names: Any) -> Reason:
    met = bool(row[f"met_{at}"])
    if text:
        return Reason(depth, "group", text, met)
    values, happenings = [], []
    if node.get("field") in FIELDS:
        field = FIELDS[node["field"]]
        texts = dict(field.choices()) if field.choices else {}
        found = [row[f"value_{at}_{n}"] for n in range(len(field.ways))]
        values = [texts.get(str(value), value) for value in found if value not in (None, "")]
    elif node.get("event") in EVENTS:
        for n, event in enumerate(_kinds(EVENTS[node["event"]])):
            if when := row[f"at_{at}_{n}"]:
                happenings.append(Happening(event.verb, when, row[f"name_{at}_{n}"], row[f"who_{at}_{n}"]))
    kind = next(kind for kind in ("field", "event", "segment") if kind in node)
    known = FIELDS.get(node.get("field", "")) or EVENTS.get(node.get("event", ""))
    if known and known.permission and not actor.may(known.permission):
        return Reason(depth, kind, leaf_words(node, names), met, hidden=True)
    return Reason(depth, kind, leaf_words(node, names), met, values, happenings, row.get(f"since_{at}"))


def segments_of(actor: Actor, contact_id: int) -> Sequence[Segment]:
    """The segments and lists that the contact is written down in."""
    contact = get(actor, Contact, contact_id)
    mine = select(SegmentMember.segment_id).where(
        SegmentMember.contact_id == contact.id, SegmentMember.left_at.is_(None)
    )
    return db.session.scalars(select(Segment).where(Segment.id.in_(mine)).order_by(Segment.name)).all()
