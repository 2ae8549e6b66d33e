"""What there is to choose from: positions, units, territories, people, ramps."""

from sqlalchemy import select

from portal.identity.models import User
from portal.kernel.db import db
from portal.territories.models import Territory

from ..models import Position, RampProfile, Unit


def position_choices() -> list[tuple[int, str]]:
    """Every position, a superior before those below, indented."""
    rows = db.session.execute(select(Position.id, Position.title, Position.path).order_by(Position.path)).all()
    return [(row.id, _indent(row.path) + row.title) for row in rows]


def unit_choices() -> list[tuple[int, str]]:
    """Every unit, a whole before its parts, indented."""
    rows = db.session.execute(select(Unit.id, Unit.name, Unit.path).order_by(Unit.path)).all()
    return [(row.id, _indent(row.path) + row.name) for row in rows]


def territory_choices() -> list[tuple[int, str]]:
    rows = db.session.execute(select(Territory.id, Territory.name, Territory.path).order_by(Territory.path)).all()
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
