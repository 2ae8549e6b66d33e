"""Accounts, plans and orders for realignment."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Account
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db, unit_of_work
from portal.organization.queries import actor_for
from portal.realignment.models import Activation, Proposal
from portal.territories.models import Territory, TerritoryModel
from portal.territories.queries import active_model
from portal.territories.services import clone_model
from tests import world


def leader() -> Actor:
    return actor_for(world.user("leader"), clock.now().date())


def account(name: str, country: str = "US", region: str = "CA", owner: str | None = "rep", **values: Any) -> Account:
    """In the territory of its region as the test world has it."""
    places = {("US", "CA"): "Southwest", ("US", "WA"): "Northwest", ("DE", ""): "Germany"}
    place = values.pop("territory", places.get((country, region), "World"))
    number = f"T-{name}"
    made = Account(
        name=name,
        number=number,
        country=country,
        region=region,
        annual_revenue=values.pop("annual_revenue", Decimal(1000)),
        owner_id=world.position(owner).id if owner else None,
        territory_id=world.territory(place).id if place else None,
        **values,
    )
    return world.add(made)  # type: ignore[no-any-return]


def plan(name: str = "Next year") -> TerritoryModel:
    """A planned copy of the model in force."""
    current = active_model()
    assert current is not None
    with unit_of_work():
        return clone_model(leader(), current.id, name=name)


def planned(model: TerritoryModel, name: str) -> Territory:
    return db.session.scalars(select(Territory).where(Territory.model_id == model.id, Territory.name == name)).one()


def activated() -> int:
    """The record of an activation of the model in force, without the act."""
    model = active_model()
    assert model is not None
    values = {"reason": "New year", "made_by": "Lea Leader", "accounts": 0}
    made = Activation(model_id=model.id, effective_on=clock.now().date(), **values)
    return world.add(made).id  # type: ignore[no-any-return]


def proposed(model: TerritoryModel) -> int:
    """A finished search that found nothing."""
    made = Proposal(base_id=model.id, name="Better", most_moves=5, made_by="Lea Leader", ended_at=clock.now())
    return world.add(made).id  # type: ignore[no-any-return]
