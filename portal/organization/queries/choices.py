"""Units, ramps, and what there is to choose from: positions, territories, people."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.identity.models import User
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.territories.models import Territory
from portal.territories.queries import IN_FORCE

from ..models import Position, RampProfile, Unit
from .seats import names_of_positions


def position_choices() -> list[tuple[int, str]]:
    """Every position, a superior before those below, indented."""
    rows = db.session.execute(select(Position.id, Position.title, Position.path).order_by(Position.path)).all()
    return [(row.id, _indent(row.path) + row.title) for row in rows]


def owner_choices(actor: Actor) -> list[tuple[str, str]]:
    """Every position by the name of who sits there today, as filters of lists want it."""
    names = names_of_positions(clock.today("UTC"))
    return sorted(((str(position_id), name) for position_id, name in names.items()), key=lambda pair: pair[1])


def unit_choices() -> list[tuple[int, str]]:
    """Every unit, a whole before its parts, indented."""
    rows = db.session.execute(select(Unit.id, Unit.name, Unit.path).order_by(Unit.path)).all()
    return [(row.id, _indent(row.path) + row.name) for row in rows]


def territory_choices() -> list[tuple[int, str]]:
    """Those of the model in force."""
    query = select(Territory.id, Territory.name, Territory.path).where(IN_FORCE)
    rows = db.session.execute(query.order_by(Territory.path)).all()
    return [(row.id, _indent(row.path) + row.name) for row in rows]


def people_choices() -> list[tuple[int, str]]:
    """Everybody who can sign in."""
    rows = db.session.execute(select(User.id, User.name).where(User.active).order_by(User.name)).all()
    return [(row.id, row.name) for row in rows]


def ramp_choices() -> list[tuple[int, str]]:
    rows = db.session.execute(select(RampProfile.id, RampProfile.name).order_by(RampProfile.name)).all()
    return [(row.id, row.name) for row in rows]


def _indent(path: str) -> str:
    return "\u2003" * (path.count("/") - 2)


@dataclass(frozen=True)
class UnitRow:
    """A unit in the tree with its positions, those of its parts left out."""

    unit: Unit
    depth: int
    positions: int
    quotas: int


def units() -> list[UnitRow]:
    """Every unit, a whole before its parts."""
    count = func.count(Position.id)
    query = (
        select(Unit, count, count.filter(Position.carries_quota))
        .outerjoin(Position, Position.unit_id == Unit.id)
        .group_by(Unit.id)
        .order_by(Unit.path)
    )
    return [UnitRow(unit, unit.path.count("/") - 2, all_, quotas) for unit, all_, quotas in db.session.execute(query)]


def unit(unit_id: int) -> Unit:
    """Raises NotFound."""
    found = db.session.get(Unit, unit_id)
    if found is None:
        raise NotFound("unit.not_found", "There is no such unit.")
    return found


def ramps() -> Sequence[RampProfile]:
    return db.session.scalars(select(RampProfile).order_by(RampProfile.name)).all()


def ramp(ramp_id: int) -> RampProfile:
    """Raises NotFound."""
    found = db.session.get(RampProfile, ramp_id)
    if found is None:
        raise NotFound("ramp.not_found", "There is no such ramp.")
    return found
