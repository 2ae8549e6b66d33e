"""Who will cover the territories of a plan, and giving a plan up."""

from collections.abc import Collection

from sqlalchemy import select

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.organization.models import Coverage, Position
from portal.organization.queries import authorize
from portal.territories import queries as territories
from portal.territories.models import Territory
from portal.territories.services import remove_model
from portal.territories.states import ModelState


def discard(actor: Actor, model_id: int) -> None:
    """A plan goes with its tree, its rules and who would have covered it. Raises Refused for what has been in force."""
    authorize(actor, "territories.edit")
    planned = territories.model(actor, model_id, lock=True)
    if planned.state == ModelState.PLANNING:
        mine = select(Territory.id).where(Territory.model_id == planned.id)
        for covered in db.session.scalars(select(Coverage).where(Coverage.territory_id.in_(mine))):
            db.session.delete(covered)
        db.session.flush()
    remove_model(actor, model_id)


def cover(actor: Actor, territory_id: int, position_ids: Collection[int]) -> None:
    """In a plan exactly these positions cover the territory; none: those that cover it now go on. In force from its
    activation. Raises Refused for a territory of any other model: the organization says who covers that."""
    authorize(actor, "territories.edit")
    planned = territories.territory(actor, territory_id, lock=True)
    if planned.model.state != ModelState.PLANNING:
        raise Refused("coverage.not_planned", "Only the territories of a plan are covered here.", "positions")
    known = set(db.session.scalars(select(Position.id).where(Position.id.in_(position_ids))))
    if len(known) < len(set(position_ids)):
        raise Refused("coverage.no_position", "Choose positions of the organization.", "positions")
    there = {c.position_id: c for c in db.session.scalars(select(Coverage).where(Coverage.territory_id == planned.id))}
    for position_id in there.keys() - known:
        db.session.delete(there[position_id])
    db.session.add_all(
        Coverage(position_id=position_id, territory_id=planned.id) for position_id in sorted(known - there.keys())
    )
