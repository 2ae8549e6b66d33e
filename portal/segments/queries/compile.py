"""A rule becomes one condition on contacts: the same for a count, a list, an audience and a single person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, extract, false, func, not_, or_, select, true

from portal.accounts.models import Contact
from portal.kernel.keyset import is_text, python_type

from ..models import SegmentMember, SegmentOverride
from ..rules import Field, Rows, Tree, Way, anniversaries, operator, window
from ..rules.fields import EVENTS, FIELDS
from ..states import SegmentKind

Condition = ColumnElement[bool]


@dataclass(frozen=True)
class Part:
    """A segment as a rule of another one needs it."""

    id: int
    name: str
    kind: SegmentKind
    rule: Tree
    added: bool  # whether somebody put contacts in by hand
    removed: bool


@dataclass(frozen=True)
class Scope:
    """What a rule is compiled with."""

    today: date
    zone: str
    parts: Mapping[int, Part]


def condition(node: Tree, scope: Scope) -> Condition:
    """True or not true: what is unknown does not meet a condition, and so meets its opposite."""
    if "all" in node:
        return and_(true(), *(condition(child, scope) for child in node["all"]))
    if "any" in node:
        return or_(false(), *(condition(child, scope) for child in node["any"]))
    if "not" in node:
        return _denied(condition(node["not"], scope))
    if "segment" in node:
        return inside(scope.parts[node["segment"]], scope) if node["segment"] in scope.parts else false()
    return _happened(node, scope) if "event" in node else _field(node, scope)


def inside(part: Part, scope: Scope) -> Condition:
    """Whether the contact belongs to the segment now; what people decided by hand beats the rule."""
    if part.kind != SegmentKind.DYNAMIC:
        stays = (SegmentMember.segment_id == part.id, SegmentMember.left_at.is_(None))
        return _related(Contact.id, SegmentMember.contact_id, stays)
    meets = condition(part.rule, scope)
    mine = SegmentOverride.segment_id == part.id
    if part.removed:
        out = _related(Contact.id, SegmentOverride.contact_id, (mine, SegmentOverride.inside.is_(False)))
        meets = and_(meets, not_(out))
    if part.added:
        by_hand = _related(Contact.id, SegmentOverride.contact_id, (mine, SegmentOverride.inside.is_(True)))
        meets = or_(meets, by_hand)
    return meets


def _denied(meets: Condition) -> Condition:
    return not_(func.coalesce(meets, false()))


def _related(here: Any, there: Any, where: Sequence[Condition], listed: bool = False) -> Condition:
    """Whether rows that belong to the contact meet all of `where`."""
    if listed:
        found: Condition = here.in_(select(there).where(there.is_not(None), *where).correlate(None))
        return found
    return select(1).where(there == here, *where).correlate(Contact).exists()


def _field(leaf: Tree, scope: Scope) -> Condition:
    field = FIELDS.get(leaf["field"])
    if field is None:
        return false()
    op = operator(field.kind, leaf["op"])
    asked = op.denies or leaf["op"]
    meets = or_(*(_way(field, way, asked, leaf.get("value"), scope) for way in field.ways))
    return _denied(meets) if op.denies else meets


def _way(field: Field, way: Way, op: str, value: Any, scope: Scope) -> Condition:
    met = compare(field, way.column, op, value, scope)
    if way.here is None:
        return and_(met, *way.where)
    return _related(way.here, way.there, (*way.where, met), way.listed)


def compare(field: Field, column: Any, op: str, value: Any, scope: Scope) -> Condition:
    if op == "known":
        return and_(column.is_not(None), column != "") if is_text(column) else column.is_not(None)
    if field.kind == "flag":
        return column.is_(True)  # type: ignore[no-any-return]
    if field.kind in ("date", "moment"):
        return _days(field, column, op, value, scope)
    if field.kind in ("number", "money"):
        return _number(column, op, value)
    if field.kind == "choice":
        values = value if op == "one_of" else [value]
        if python_type(column) is int:
            values = [int(one) for one in values if one.isascii() and one.isdecimal()]
        return column.in_(values)  # type: ignore[no-any-return]
    return _text(column, op, value)


def _text(column: Any, op: str, value: Any) -> Condition:
    """Without regard to case, as far as the database knows letters."""
    if op == "contains":
        return column.icontains(value, autoescape=True)  # type: ignore[no-any-return]
    if op == "starts":
        return column.istartswith(value, autoescape=True)  # type: ignore[no-any-return]
    return func.lower(column).in_([func.lower(one) for one in (value if op == "one_of" else [value])])


def _number(column: Any, op: str, value: Any) -> Condition:
    numbers = [_fitting(column, one) for one in (value if isinstance(value, list) else [value])]
    found: dict[str, Condition] = {
        "is": column == numbers[0],
        "more": column > numbers[0],
        "less": column < numbers[0],
        "least": column >= numbers[0],
        "most": column <= numbers[0],
        "between": column.between(numbers[0], numbers[-1]),
    }
    return found[op]


def _fitting(column: Any, text: str) -> Decimal | int | float:
    number = Decimal(text)
    if python_type(column) is Decimal:
        return number
    return int(number) if number == int(number) else float(number)


def _days(field: Field, column: Any, op: str, value: Any, scope: Scope) -> Condition:
    if op == "anniversary":
        return (extract("month", column) * 100 + extract("day", column)).in_(anniversaries(scope.today, value))
    if isinstance(value, int):
        span = window(op, scope.today, days=value)
    else:
        ends = [date.fromisoformat(one) for one in (value if isinstance(value, list) else [value]) if one]
        span = window(op, scope.today, ends[0] if ends else None, ends[-1] if ends else None)
    return and_(*between(column, *(span.moments(scope.zone) if field.kind == "moment" else span)))


def between(column: Any, start: Any, end: Any) -> list[Condition]:
    """The conditions of a span; open ends have none."""
    return [*([column >= start] if start else []), *([column < end] if end else [])]


def span_of(leaf: Tree, scope: Scope) -> tuple[datetime | None, datetime | None]:
    """The moments between which something has to have happened."""
    if days := leaf.get("within_days"):
        return window("last", scope.today, days=days).moments(scope.zone)
    start, end = (leaf.get(key) and date.fromisoformat(leaf[key]) for key in ("from", "to"))
    if start or end:
        last = window("on", scope.today, end).end if end else None
        return window("between", scope.today, start)._replace(end=last).moments(scope.zone)
    return None, None


def _happened(leaf: Tree, scope: Scope) -> Condition:
    event, which = EVENTS.get(leaf["event"]), leaf.get("which", "any")
    if event is None:  # its area is gone: the rule still means something to the rest
        return false()
    human = event.human and leaf.get("human", True)
    none = leaf.get("exactly") == 0
    start, end = span_of(leaf, scope)
    if which == "last" and event.last:
        return event.last(Contact.id, human, none, start, end)
    timed = bool(start or end)
    subject = leaf.get("id") if which == "specific" else None

    def did(rows: Rows, least: int = 1) -> Condition:
        return _often(rows, row_conditions(rows, subject, start, end), least)

    if not none:
        return did(event.rows(human, timed), leaf.get("at_least", 1))
    denied = not_(did(event.rows(human, timed)))
    return and_(denied, did(EVENTS[event.needs].rows(False, timed))) if event.needs else denied  # the rarer one first


def row_conditions(rows: Rows, subject: int | None, start: datetime | None, end: datetime | None) -> list[Condition]:
    about = [rows.subject(subject)] if subject is not None and rows.subject else []
    return [*rows.where, *about, *between(rows.at, start, end)]


def _often(rows: Rows, where: Sequence[Condition], least: int) -> Condition:
    if least <= 1:
        return _related(rows.here, rows.there, where, rows.listed)
    different = select(rows.counted).distinct().where(rows.there == rows.here, *where).correlate(Contact)
    return different.limit(1).offset(least - 1).exists()  # as many as are needed are read, and no more
