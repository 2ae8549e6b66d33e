"""Who belongs to a segment: as of now by its rule, and as it was written down."""

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Select, func, select

from portal.accounts.models import Contact
from portal.kernel import clock, persons
from portal.kernel.db import db
from portal.organization.queries import company

from ..models import Segment, SegmentMember, SegmentOverride
from ..rules import Tree, parts_of
from ..states import SegmentKind
from .compile import Part, Scope, condition, inside


def members(segment: Segment) -> Select[int]:
    """The ids of the contacts that belong to it at this moment, whatever was written down last: for an audience."""
    scope = scope_for(segment.rule, [segment.id])
    return select(Contact.id).where(inside(scope.parts[segment.id], scope))


def matching(rule: Tree) -> ColumnElement[bool]:
    """The condition on contacts that a rule is, before it belongs to any segment."""
    return condition(rule, scope_for(rule))


def scope_for(rule: Tree, ids: Iterable[int] = ()) -> Scope:
    """What compiling the rule needs to know: today where the company is, and the segments it names, at any depth."""
    seller = company()
    zone = seller.timezone if seller else "UTC"
    return Scope(clock.today(zone), zone, parts({*parts_of(rule), *ids}))


def parts(ids: Iterable[int]) -> dict[int, Part]:
    """The segments and all that their rules name; one question for each level."""
    found: dict[int, Part] = {}
    wanted = set(ids)
    while wanted:
        level = [Part(*row) for row in db.session.execute(_parts().where(Segment.id.in_(wanted)))]
        found |= {part.id: part for part in level}
        dynamic = [part for part in level if part.kind == SegmentKind.DYNAMIC]
        wanted = {named for part in dynamic for named in parts_of(part.rule)} - found.keys()
    return found


def _parts() -> Select[int, str, SegmentKind, Tree, bool, bool]:
    def by_hand(inside: bool) -> ColumnElement[bool]:
        mine = SegmentOverride.segment_id == Segment.id
        return select(1).where(mine, SegmentOverride.inside.is_(inside)).correlate(Segment).exists()

    return select(Segment.id, Segment.name, Segment.kind, Segment.rule, by_hand(True), by_hand(False))


def is_member(segment_id: int) -> ColumnElement[bool]:
    """Whether a contact is written down as being in the segment."""
    stays = SegmentMember.segment_id == segment_id, SegmentMember.left_at.is_(None)
    return Contact.id.in_(select(SegmentMember.contact_id).where(*stays))


def size_now(segment: Segment) -> int:
    """How many belong to it at this moment."""
    return db.session.scalar(select(func.count()).select_from(members(segment).subquery())) or 0


persons.leave(
    persons.Trail(
        "segments", SegmentMember, lambda person: SegmentMember.contact_id.in_(person.of("contacts")), None
    ),
    persons.Trail(
        "decisions about segments", SegmentOverride,
        lambda person: SegmentOverride.contact_id.in_(person.of("contacts")), None,
    ),
)  # fmt: skip
