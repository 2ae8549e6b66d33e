"""The deals of one customer."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select

from portal.kernel import persons
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.organization.queries import reach, visible_to

from ..models import Opportunity, StageChange
from ..states import OpportunityState


class Worth(NamedTuple):
    """Deals of one state and currency together."""

    state: OpportunityState
    currency: str
    number: int
    amount: Decimal  # actual revenue of won ones, the estimate of others


def worth_of_account(actor: Actor, account_id: int) -> list[Worth]:
    """By state and currency, of the deals the actor may see."""
    value = func.coalesce(Opportunity.actual_revenue, Opportunity.amount)
    counted = select(Opportunity.state, Opportunity.currency, func.count(), func.sum(value))
    mine = counted.where(Opportunity.account_id == account_id, reach(actor, Opportunity, "opportunities.view"))
    grouped = mine.group_by(Opportunity.state, Opportunity.currency).order_by(Opportunity.currency)
    return [Worth(*row) for row in db.session.execute(grouped)]


def open_deals_of_account(actor: Actor, account_id: int) -> Sequence[Opportunity]:
    """Those that close first come first."""
    query = visible_to(actor, Opportunity).where(
        Opportunity.account_id == account_id, Opportunity.state == OpportunityState.OPEN
    )
    return db.session.scalars(query.order_by(Opportunity.close_on, Opportunity.id)).all()


def _dealt_with(person: persons.Person) -> ColumnElement[bool]:
    return or_(Opportunity.contact_id.in_(person.of("contacts")), Opportunity.lead_id.in_(person.of("leads")))


WORDS = ("name", "source", "next_step", "need", "loss_reason", "close_note", "probability_note")
persons.leave(
    persons.mentions("mentions in the history of deals", StageChange, "reason"),
    persons.mentions("mentions in deals", Opportunity, *WORDS),
    persons.Trail("deals", Opportunity, _dealt_with, {}, scrubs=WORDS),
)
