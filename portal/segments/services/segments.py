"""Making, changing and deleting segments."""

from typing import Any

from sqlalchemy import delete, func, insert, literal, select

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.outbox import emit
from portal.organization.queries import authorize, get, own_position

from ..events import SegmentChanged
from ..models import Segment, SegmentMember, SegmentPart
from ..queries import circle, members, uses_of, wholes
from ..rules import check, parts_of
from ..states import SegmentKind, Source


def create_segment(
    actor: Actor, *, name: str, note: str = "", kind: SegmentKind = SegmentKind.DYNAMIC, rule: Any = None
) -> Segment:
    """A dynamic one is worked out soon; a static one is empty. Raises Refused."""
    authorize(actor, "segments.edit")
    dynamic = kind == SegmentKind.DYNAMIC
    segment = Segment(name=name, note=note, kind=kind, owner_id=own_position(actor), pending=dynamic)
    segment.rule = check(rule) if dynamic else {}
    segment.counted_at = None if dynamic else clock.now()
    db.session.add(segment)
    db.session.flush()
    if dynamic:
        _keep_parts(segment)
        emit(SegmentChanged(segment.id))
    return segment


def update_segment(
    actor: Actor, segment_id: int, *, version: int | None, name: str, note: str, rule: Any = None
) -> Segment:
    """Who is in it by the old rule stays until the new one is worked out. Raises Refused and Stale."""
    _hold_all()
    segment = get(actor, Segment, segment_id, lock=True)
    authorize(actor, "segments.edit", segment)
    segment.expect(version)
    segment.name, segment.note = name, note
    if segment.kind == SegmentKind.DYNAMIC and (clean := check(rule)) != segment.rule:
        segment.rule, segment.pending = clean, True
        db.session.flush()
        _keep_parts(segment)
        for key in wholes({segment.id}):
            emit(SegmentChanged(key))
    return segment


def _keep_parts(segment: Segment) -> None:
    """Raises Refused where the rule leads back to itself, naming the way."""
    _hold_all()
    if way := circle(segment.id, parts_of(segment.rule)):
        raise Refused("segment.circle", f"This leads back to itself: {' → '.join(way)}.", "rule")
    db.session.execute(delete(SegmentPart).where(SegmentPart.segment_id == segment.id))
    if rows := [{"segment_id": segment.id, "part_id": part} for part in parts_of(segment.rule)]:
        db.session.execute(insert(SegmentPart), rows)


def _hold_all() -> None:
    """In one order, as whoever keeps the members does; and two who edit could close a circle together."""
    db.session.scalars(select(Segment.id).order_by(Segment.id).with_for_update()).all()


def take_snapshot(actor: Actor, segment_id: int, *, name: str) -> Segment:
    """Who belongs to the segment at this moment, kept for good with the rule of that moment."""
    authorize(actor, "segments.edit")
    segment = get(actor, Segment, segment_id, lock=True)
    now = clock.now()
    taken = Segment(
        name=name, kind=SegmentKind.SNAPSHOT, rule=segment.rule, taken_from_id=segment.id,
        owner_id=own_position(actor), counted_at=now, changed_at=now,
    )  # fmt: skip
    db.session.add(taken)
    db.session.flush()
    there = members(segment).subquery()
    entered = literal(now, SegmentMember.entered_at.type)
    rows = select(literal(taken.id), there.c.id, literal(Source.SNAPSHOT.value), entered)
    db.session.execute(insert(SegmentMember).from_select(["segment_id", "contact_id", "source", "entered_at"], rows))
    mine = select(func.count()).where(SegmentMember.segment_id == taken.id)
    taken.size = db.session.scalar(mine) or 0
    return taken


def delete_segment(actor: Actor, segment_id: int) -> None:
    """Raises Refused while something uses it, naming what."""
    segment = get(actor, Segment, segment_id, lock=True)
    authorize(actor, "segments.edit", segment)
    if uses := uses_of([segment_id])[segment_id]:
        named = ", ".join(f"“{use.name}”" for use in uses[:5])
        raise Refused("segment.in_use", f"This is used by {named}{' and others' if len(uses) > 5 else ''}.")
    db.session.delete(segment)
    db.session.flush()
