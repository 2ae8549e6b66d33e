"""One deal with everything its page, gates and health ask about."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts.models import Account, Contact
from portal.activities.models import Activity, Regarding
from portal.channels.models import Partner
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.organization.queries import business_day, visible_to

from ..models import Opportunity, OpportunityLine, OpportunitySplit
from ..rules import Facts, Flag, fact, health
from ..states import Stage


def deal(actor: Actor, opportunity_id: int) -> Opportunity:
    """The deal with account, contact, lines, products and stages. Raises NotFound."""
    query = visible_to(actor, Opportunity).where(Opportunity.id == opportunity_id)
    query = query.options(
        joinedload(Opportunity.account).selectinload(Account.contacts),
        joinedload(Opportunity.contact),
        joinedload(Opportunity.price_list),
        joinedload(Opportunity.channel),
        joinedload(Opportunity.partner).joinedload(Partner.account),
        selectinload(Opportunity.lines).joinedload(OpportunityLine.product),
        selectinload(Opportunity.stages),
    )
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("opportunities.not_found", "This is not here, or not yours to see.")
    return found


def splits(opportunity_id: int) -> Sequence[OpportunitySplit]:
    """Who shares the credit, revenue first; nobody: it is the owner's."""
    mine = select(OpportunitySplit).where(OpportunitySplit.opportunity_id == opportunity_id)
    return db.session.scalars(mine.order_by(OpportunitySplit.kind.desc(), OpportunitySplit.id)).all()


def facts_of(opportunity: Opportunity) -> Facts:
    return Facts(
        contact=opportunity.contact_id is not None,
        need=bool(opportunity.need.strip()),
        worth=opportunity.amount > 0,
        close_on=opportunity.close_on,
        today=business_day(),
        decision_maker=opportunity.decision_maker_known,
        quote_sent=fact("quote_sent", opportunity.id),
        quote_accepted=fact("quote_accepted", opportunity.id),
    )


def last_activity(opportunity_ids: Sequence[int]) -> dict[int, datetime]:
    """When something last happened in each deal. Work still to be done is not something that happened."""
    rows = db.session.execute(
        select(Regarding.record_id, func.max(func.coalesce(Activity.done_at, Activity.at)))
        .join(Activity, Activity.id == Regarding.activity_id)
        .where(Regarding.noun_of == "opportunities", Regarding.record_id.in_(opportunity_ids))
        .where((Activity.due_at.is_(None)) | Activity.done_at.is_not(None))
        .group_by(Regarding.record_id)
    )
    return {record_id: at for record_id, at in rows}


def contact_counts(account_ids: Sequence[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(Contact.account_id, func.count()).where(Contact.account_id.in_(account_ids)).group_by(Contact.account_id)
    )
    return {account_id: count for account_id, count in rows if account_id is not None}


def flags_of(opportunities: Sequence[Opportunity], today: date) -> dict[int, list[Flag]]:
    """What is wrong with each deal, in two queries for all of them."""
    seen = last_activity([o.id for o in opportunities])
    known = contact_counts([o.account_id for o in opportunities])
    return {
        o.id: health(
            close_on=o.close_on,
            next_step=o.next_step,
            next_step_on=o.next_step_on,
            last_activity=seen[o.id].date() if o.id in seen else None,
            contacts=known.get(o.account_id, 0),
            today=today,
        )
        for o in opportunities
    }


def stage_days(opportunity: Opportunity, now: datetime) -> dict[Stage, int]:
    """Days spent in each stage so far, going back and forth added up."""
    days: dict[Stage, int] = {}
    for change in opportunity.stages:
        if change.from_stage is not None and change.days is not None:
            days[change.from_stage] = days.get(change.from_stage, 0) + change.days
    until = opportunity.closed_at or now
    current = max((until - opportunity.stage_since).days, 0)
    days[opportunity.stage] = days.get(opportunity.stage, 0) + current
    return days


def closing(opportunity: Opportunity) -> list[tuple[datetime, str, str]]:
    """The moves of the deal, newest first: when, from and to, by whom and why."""
    return [
        (change.at, f"{change.from_stage or 'opened'} → {change.to_stage}", change.reason or change.by)
        for change in reversed(opportunity.stages)
    ]
