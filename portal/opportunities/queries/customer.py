"""The deals of one customer."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import func, select

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.organization.queries import reach, visible_to

from ..models import Opportunity
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
