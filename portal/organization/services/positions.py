"""Positions: making, changing, moving and removing them, and what they cover."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple, TypeVar

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from portal.kernel import audit
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.territories.models import Territory
from portal.territories.queries import IN_FORCE

from ..models import Coverage, Position, RampProfile, Seat, Unit
from ..queries import authorize, get
from ..states import PositionRole


class PositionFacts(NamedTuple):
    """What a position is, apart from its place in the tree."""

    title: str
    role: PositionRole = PositionRole.OTHER
    unit_id: int | None = None
    carries_quota: bool = False
    capacity: Decimal = Decimal(1)
    ramp_id: int | None = None
    opens_on: date | None = None


def add_position(actor: Actor, facts: PositionFacts, reports_to_id: int | None) -> Position:
    authorize(actor, "organization.edit")
    boss = _superior(actor, reports_to_id)
    position = Position(reports_to_id=boss.id if boss else None)
    _write(position, facts)
    db.session.add(position)
    db.session.flush()
    position.path = f"{boss.path if boss else '/'}{position.id}/"
    return position


def edit_position(
    actor: Actor, position_id: int, version: int | None, facts: PositionFacts, reports_to_id: int | None
) -> None:
    """Also moves it, with everything below, when it reports to somebody else now."""
    authorize(actor, "organization.edit")
    position = get(actor, Position, position_id, lock=True)
    position.expect(version)
    _write(position, facts)
    if reports_to_id != position.reports_to_id:
        _move(actor, position, reports_to_id)


def move_position(actor: Actor, position_id: int, reports_to_id: int | None) -> int | None:
    """With everything below it. Returns where it was, to move it back. Raises Refused for a circle."""
    authorize(actor, "organization.edit")
    position = get(actor, Position, position_id, lock=True)
    before = position.reports_to_id
    if reports_to_id != before:
        _move(actor, position, reports_to_id)
    return before


def _move(actor: Actor, position: Position, reports_to_id: int | None) -> None:
    boss = _superior(actor, reports_to_id)
    if boss and boss.path.startswith(position.path):
        raise Refused("position.circle", "Nobody can report to somebody below them.", "reports_to_id")
    old, new = position.path, f"{boss.path if boss else '/'}{position.id}/"
    position.reports_to_id = boss.id if boss else None
    db.session.flush()
    db.session.execute(
        update(Position)
        .where(Position.path.startswith(old, autoescape=True))
        .values(path=new + func.substr(Position.path, len(old) + 1))
        .execution_options(synchronize_session=False)
    )
    audit.record("organization", position.id, "moved", path=[old, new])


def _superior(actor: Actor, position_id: int | None) -> Position | None:
    if position_id is None:
        return None
    try:
        return get(actor, Position, position_id, lock=True)
    except NotFound as error:
        raise Refused("position.no_superior", "There is no such position.", "reports_to_id") from error


def _write(position: Position, facts: PositionFacts) -> None:
    if not 0 < facts.capacity <= 1:
        raise Refused("position.capacity", "Between 1 and 100 percent of full time.", "capacity")
    _exists(Unit, facts.unit_id, "unit_id")
    _exists(RampProfile, facts.ramp_id, "ramp_id")
    for name, value in facts._asdict().items():
        setattr(position, name, value.strip() if name == "title" else value)


M = TypeVar("M", Unit, RampProfile)


def _exists(model: type[M], record_id: int | None, field: str) -> None:
    if record_id is not None and db.session.get(model, record_id) is None:
        raise Refused("position.no_choice", "This choice is gone. Pick another.", field)


def remove_position(actor: Actor, position_id: int) -> None:
    """For plans that came to nothing: nobody ever sat there and nothing belongs to it. Raises Refused."""
    authorize(actor, "organization.edit")
    position = get(actor, Position, position_id, lock=True)
    if db.session.scalar(select(Seat.id).where(Seat.position_id == position.id).limit(1)):
        raise Refused("position.used", "Somebody sat here. A position with a history is vacated, not removed.")
    try:
        for covered in db.session.scalars(select(Coverage).where(Coverage.position_id == position.id)):
            db.session.delete(covered)
        db.session.delete(position)
        db.session.flush()
    except IntegrityError as error:
        raise Refused("position.used", "Records or positions hang on this one. Move them first.") from error


def cover(actor: Actor, position_id: int, territory_ids: list[int]) -> None:
    """The position answers for exactly these territories of the model in force; plans keep what they say."""
    authorize(actor, "organization.edit")
    position = get(actor, Position, position_id, lock=True)
    wanted = set(db.session.scalars(select(Territory.id).where(Territory.id.in_(territory_ids), IN_FORCE)))
    mine = select(Coverage).join(Territory, Territory.id == Coverage.territory_id)
    there = {c.territory_id: c for c in db.session.scalars(mine.where(Coverage.position_id == position.id, IN_FORCE))}
    for territory_id in there.keys() - wanted:
        db.session.delete(there[territory_id])
    for territory_id in sorted(wanted - there.keys()):
        db.session.add(Coverage(position_id=position.id, territory_id=territory_id))
