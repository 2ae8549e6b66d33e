"""Campaigns, their members, and what they cost so far."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager, selectinload

from portal.accounts.models import Account, Contact
from portal.kernel import persons
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.listing import Field, Listing
from portal.organization.queries import get, visible_to
from portal.targets.queries import currency

from .models import Campaign, CampaignCost, CampaignMember
from .rules import GOAL_NAMES
from .states import CampaignState, MemberStatus


def campaign(actor: Actor, campaign_id: int) -> Campaign:
    """With its costs."""
    return get(actor, Campaign, campaign_id, load=(selectinload(Campaign.costs),))


def choices(actor: Actor) -> list[tuple[int, str]]:
    """Campaigns that something can still be added to, by name."""
    query = visible_to(actor, Campaign).where(Campaign.state != CampaignState.ENDED).order_by(Campaign.name)
    return [(row.id, row.name) for row in db.session.execute(query.with_only_columns(Campaign.id, Campaign.name))]


def word_of(campaign_id: int | None) -> str:
    """What its links carry; "" for none."""
    return (campaign_id and db.session.scalar(select(Campaign.utm_campaign).where(Campaign.id == campaign_id))) or ""


def spent(campaign_ids: Sequence[int]) -> dict[int, Decimal]:
    """What each cost so far."""
    query = select(CampaignCost.campaign_id, func.sum(CampaignCost.amount)).group_by(CampaignCost.campaign_id)
    return {key: amount for key, amount in db.session.execute(query.where(CampaignCost.campaign_id.in_(campaign_ids)))}


def tally(campaign_id: int) -> dict[MemberStatus, int]:
    """Members by status."""
    query = select(CampaignMember.status, func.count()).where(CampaignMember.campaign_id == campaign_id)
    counted = dict(db.session.execute(query.group_by(CampaignMember.status)).all())
    return {status: counted.get(status, 0) for status in MemberStatus}


CAMPAIGNS = Listing(
    name="campaigns",
    query=lambda actor: visible_to(actor, Campaign),
    identity=Campaign.id,
    fields=(
        Field("name", "Campaign", func.lower(Campaign.name), value=lambda one: one.name),
        Field("state", "State", Campaign.state, kind="state", value=lambda one: one.state.capitalize(), filter="choice",
              choices=lambda actor: [(one.value, one.capitalize()) for one in CampaignState]),
        Field("goal", "Goal", Campaign.goal, value=lambda one: GOAL_NAMES[one.goal]),
        Field("budget", "Budget", Campaign.budget, kind="money", currency=lambda one: currency()),
        Field("starts_on", "Starts", Campaign.starts_on, kind="date", filter="range"),
        Field("ends_on", "Ends", Campaign.ends_on, kind="date"),
    ),
    sort="-starts_on",
    words=(Campaign.name, Campaign.utm_campaign),
    views=(("Running", "state=active"),),
)  # fmt: skip


def _members(actor: Actor) -> Select[Any]:
    """Of the campaigns that the reader sees, those members whose contact the reader sees."""
    contacts = visible_to(actor, Contact).with_only_columns(Contact.id)
    campaigns = visible_to(actor, Campaign).with_only_columns(Campaign.id)
    return (
        select(CampaignMember)
        .join(CampaignMember.campaign)
        .join(CampaignMember.contact)
        .outerjoin(Contact.account)
        .options(
            contains_eager(CampaignMember.campaign),
            contains_eager(CampaignMember.contact).contains_eager(Contact.account),
        )
        .where(CampaignMember.contact_id.in_(contacts), CampaignMember.campaign_id.in_(campaigns))
    )


def _campaign_names(actor: Actor) -> list[tuple[str, str]]:
    named = visible_to(actor, Campaign).with_only_columns(Campaign.id, Campaign.name).order_by(Campaign.name)
    return [(str(row.id), row.name) for row in db.session.execute(named)]


MEMBERS = Listing(
    name="campaign_members",
    query=_members,
    identity=CampaignMember.id,
    fields=(
        Field("name", "Contact", func.lower(Contact.last_name), value=lambda one: one.contact.name),
        Field("account", "Account", func.lower(Account.name),
              value=lambda one: one.contact.account.name if one.contact.account else ""),
        Field("campaign", "Campaign", CampaignMember.campaign_id, value=lambda one: one.campaign.name, filter="choice",
              choices=_campaign_names, sortable=False),
        Field("status", "Status", CampaignMember.status, kind="state", value=lambda one: one.status.capitalize(),
              filter="choice", choices=lambda actor: [(one.value, one.capitalize()) for one in MemberStatus]),
        Field("source", "Came by", CampaignMember.source),
        Field("responded_at", "Responded", CampaignMember.responded_at, kind="datetime"),
        Field("response", "Response", CampaignMember.response),
    ),
    sort="name",
    words=(Contact.last_name, Contact.first_name, Contact.email),
    views=(("Responded", "status=responded"),),
)  # fmt: skip

persons.leave(
    persons.Trail(
        "campaigns", CampaignMember, lambda person: CampaignMember.contact_id.in_(person.of("contacts")),
        {"response": ""},
    )
)  # fmt: skip
