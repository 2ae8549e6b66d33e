"""Units, and the ramps of newcomers."""

from collections.abc import Sequence

from sqlalchemy import func, select, update

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused

from ..models import Position, RampProfile, Unit
from ..queries import authorize
from ..states import UnitKind


def add_unit(actor: Actor, *, name: str, kind: UnitKind, parent_id: int | None, cost_centre: str = "") -> Unit:
    authorize(actor, "organization.edit")
    parent = _unit(parent_id, "parent_id") if parent_id else None
    unit = Unit(name=name.strip(), kind=kind, parent_id=parent_id, cost_centre=cost_centre.strip())
    db.session.add(unit)
    db.session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    return unit


def edit_unit(
    actor: Actor,
    unit_id: int,
    version: int | None,
    *,
    name: str,
    kind: UnitKind,
    parent_id: int | None,
    cost_centre: str,
) -> None:
    """Also moves it with its parts. Raises Refused for a circle."""
    authorize(actor, "organization.edit")
    unit = _unit(unit_id)
    unit.expect(version)
    unit.name, unit.kind, unit.cost_centre = name.strip(), kind, cost_centre.strip()
    if parent_id == unit.parent_id:
        return
    parent = _unit(parent_id, "parent_id") if parent_id else None
    if parent and parent.path.startswith(unit.path):
        raise Refused("unit.circle", "A unit cannot be a part of its own part.", "parent_id")
    old, new = unit.path, f"{parent.path if parent else '/'}{unit.id}/"
    unit.parent_id = parent_id
    db.session.flush()
    db.session.execute(
        update(Unit)
        .where(Unit.path.startswith(old, autoescape=True))
        .values(path=new + func.substr(Unit.path, len(old) + 1))
        .execution_options(synchronize_session=False)
    )


def remove_unit(actor: Actor, unit_id: int) -> None:
    """Raises Refused while positions or parts hang on it."""
    authorize(actor, "organization.edit")
    unit = _unit(unit_id)
    hangs = select(Position.id).where(Position.unit_id == unit.id), select(Unit.id).where(Unit.parent_id == unit.id)
    if any(db.session.scalar(query.limit(1)) for query in hangs):
        raise Refused("unit.used", "It has positions or parts. Move them first.")
    db.session.delete(unit)


def _unit(unit_id: int, field: str | None = None) -> Unit:
    found = db.session.get(Unit, unit_id, with_for_update=True)
    if found is None:
        error = Refused if field else NotFound
        raise error("unit.not_found", "There is no such unit.", field)
    return found


def add_ramp(actor: Actor, *, name: str, percents: Sequence[int]) -> RampProfile:
    authorize(actor, "organization.edit")
    made = RampProfile(name=name.strip(), percents=_checked(percents))
    db.session.add(made)
    db.session.flush()
    return made


def edit_ramp(actor: Actor, ramp_id: int, version: int | None, *, name: str, percents: Sequence[int]) -> None:
    authorize(actor, "organization.edit")
    ramp = db.session.get(RampProfile, ramp_id, with_for_update=True)
    if ramp is None:
        raise NotFound("ramp.not_found", "There is no such ramp.")
    ramp.expect(version)
    ramp.name, ramp.percents = name.strip(), _checked(percents)


def _checked(percents: Sequence[int]) -> list[int]:
    if not percents or len(percents) > 36 or any(not 0 <= one <= 100 for one in percents):
        raise Refused("ramp.percents", "One to 36 months, each from 0 to 100 percent.", "percents")
    return list(percents)
