"""A plan beside the territories in force, ready to be compared, and one account that stays whatever is decided."""

from sqlalchemy import select

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.realignment.models import Pin
from portal.seeds.world import World
from portal.territories.models import Territory, TerritoryRule
from portal.territories.queries import active_model
from portal.territories.services import clone_model

PLANNED = {"AZ": "Northwest", "CO": "Northwest"}
PINNED = "Metropolitan Sports Supply"


def load(world: World) -> None:
    current = active_model()
    if current is None:
        return
    planner = Actor("Stephen Jiang", is_system=True)
    current.name, current.made_by = "Ten territories", planner.name
    note = "Three people share Northwest and carry least: Arizona and Colorado go there."
    plan = clone_model(planner, current.id, name="Two states to Northwest", note=note)
    areas = {t.name: t.id for t in db.session.scalars(select(Territory).where(Territory.model_id == plan.id))}
    rules = select(TerritoryRule).where(TerritoryRule.territory_id.in_(areas.values()), TerritoryRule.country == "US")
    for rule in db.session.scalars(rules.where(TerritoryRule.region.in_(PLANNED))):
        rule.territory_id = areas[PLANNED[rule.region or ""]]
    pinned = next((a for a in world.accounts.values() if a.name == PINNED), None)
    if pinned:
        db.session.add(Pin(account_id=pinned.id, reason="The founder buys from Linda only", made_by=planner.name))
