"""What stands beside the list of work: deals at risk, what others did, own figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import joinedload

from portal.activities.models import Activity
from portal.activities.queries import Entry, with_links
from portal.kernel.actor import Actor
from portal.kernel.db import Base, db
from portal.opportunities.models import Opportunity
from portal.opportunities.queries import flags_of
from portal.opportunities.rules import Flag, grade
from portal.opportunities.states import OpportunityState
from portal.organization.queries import reach, visible_to

from .work import answered_by


@dataclass(frozen=True)
class AtRisk:
    deal: Opportunity
    flags: Sequence[Flag]


def at_risk(actor: Actor, today: date, limit: int = 6) -> tuple[list[AtRisk], int]:
    """Open deals in trouble, the most valuable first, among the 200 most valuable; and how many of those are."""
    below = reach(actor, Opportunity, "opportunities.edit") if actor.may("opportunities.edit") else None
    query = visible_to(actor, Opportunity).where(Opportunity.state == OpportunityState.OPEN)
    query = query.where(below) if below is not None else query
    deals = db.session.scalars(
        query.options(joinedload(Opportunity.account)).order_by(Opportunity.amount.desc()).limit(200)
    ).all()
    flags = flags_of(deals, today)
    risky = [AtRisk(deal, flags[deal.id]) for deal in deals if grade(flags[deal.id])[1] == "bad"]
    return risky[:limit], len(risky)


def since(actor: Actor, moment: datetime, limit: int = 6) -> list[Entry]:
    """What others did to the person's records since then, latest first."""
    rows = db.session.scalars(
        visible_to(actor, Activity)
        .where(answered_by(actor, Activity), Activity.at >= moment, Activity.author != actor.name, Activity.due_at.is_(None))
        .options(joinedload(Activity.regarding))
        .order_by(Activity.at.desc())
        .limit(limit)
    ).unique()
    return with_links(actor, rows.all())


@dataclass(frozen=True)
class Own:
    """What the person answers for: own deals, or those of everybody below."""

    pipeline: Decimal
    won: Decimal
    won_count: int


def own(actor: Actor, first: datetime, last: datetime, currency: str) -> Own:
    """Open deals now, and deals won between the moments, in one currency."""
    O = Opportunity  # noqa: E741
    is_open = O.state == OpportunityState.OPEN
    is_won = (O.state == OpportunityState.WON) & (O.closed_at >= first) & (O.closed_at < last)
    scope = "opportunities.edit" if actor.may("opportunities.edit") else "opportunities.view"
    row = db.session.execute(
        select(
            func.sum(O.amount).filter(is_open), func.sum(O.actual_revenue).filter(is_won), func.count().filter(is_won)
        ).where(reach(actor, O, scope), O.currency == currency, or_(is_open, is_won))
    ).one()
    return Own(row[0] or Decimal(0), row[1] or Decimal(0), row[2])


def count_of(actor: Actor, model: type[Base], *conditions: ColumnElement[bool]) -> int:
    """How many records the actor sees under the conditions."""
    query = select(func.count()).select_from(model).where(reach(actor, model, f"{model.noun}.view"), *conditions)
    return db.session.scalar(query) or 0
