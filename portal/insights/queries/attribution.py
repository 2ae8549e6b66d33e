"""Which campaigns touched which deals, and what each is credited with, from first click to paid invoice.

A touch is something a person of the deal's account did because of a campaign: a form sent, a link clicked by a human, a
reply, a registration for an event, coming to it, a response noted by hand. It counts from LOOKBACK before the deal was
opened until it closed. Mails that were only sent or opened are none. A deal is *sourced* by the campaign of its first
touch, if that came before the deal itself, and *influenced* by every campaign that touched it.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, Subquery, func, literal, select, union_all

from portal.accounts.models import Contact
from portal.broadcasts.models import Broadcast
from portal.campaigns.models import Campaign, CampaignMember
from portal.campaigns.queries import spent
from portal.campaigns.rules import weights
from portal.campaigns.states import Credit
from portal.consent.states import Channel
from portal.events.models import Event, EventRegistration
from portal.events.states import RegistrationState
from portal.invoices.models import Invoice
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.money import round_to, spread
from portal.landing.models import LandingPage
from portal.leads.models import Lead
from portal.messages.models import Message
from portal.opportunities.models import Opportunity
from portal.opportunities.states import OpportunityState
from portal.organization.queries import visible_to
from portal.social.models import SocialPost
from portal.social.queries import posts_of, standing
from portal.targets.queries import currency

from .invitations import funnel

LOOKBACK = timedelta(days=180)
ZERO = Decimal(0)
EVER = datetime.max.replace(tzinfo=UTC)


class Touch(NamedTuple):
    campaign_id: int
    at: datetime
    what: str


@dataclass
class Deal:
    """A deal that campaigns touched; amounts before tax in the company's currency."""

    id: int
    name: str
    account_id: int
    created_at: datetime
    ended_at: datetime  # closed, or now
    pipeline: Decimal = ZERO  # estimated, while it is open
    won: Decimal = ZERO
    invoiced: Decimal = ZERO
    paid: Decimal = ZERO
    touches: list[Touch] = field(default_factory=list)  # oldest first

    @property
    def source(self) -> int | None:
        """The campaign that sourced it."""
        first = self.touches[0] if self.touches else None
        return first.campaign_id if first and first.at <= self.created_at else None

    def share(self, campaign_id: int, credit: Credit) -> Decimal:
        """How much of the deal the campaign is credited with, from 0 to 1."""
        parts = weights([one.at for one in self.touches], self.ended_at, credit)
        mine = zip(self.touches, parts, strict=True)
        return sum((part for touch, part in mine if touch.campaign_id == campaign_id), ZERO)

    def credits(self, amount: Decimal, credit: Credit, own: str) -> dict[int, Decimal]:
        """The amount shared among the campaigns, to the cent."""
        shares = spread(amount, weights([one.at for one in self.touches], self.ended_at, credit), own)
        summed: dict[int, Decimal] = defaultdict(Decimal)
        for touch, share in zip(self.touches, shares, strict=True):
            summed[touch.campaign_id] += share
        return summed


MEASURES = ("pipeline", "won", "invoiced", "paid")


@dataclass
class Return:
    """What a campaign cost and brought, credited by one model."""

    campaign_id: int
    name: str
    currency: str
    leads: int = 0
    cost: Decimal = ZERO
    sourced_deals: int = 0
    sourced_pipeline: Decimal = ZERO
    sourced_won: Decimal = ZERO
    influenced_deals: int = 0
    influenced_pipeline: Decimal = ZERO
    influenced_won: Decimal = ZERO
    pipeline: Decimal = ZERO
    won: Decimal = ZERO
    invoiced: Decimal = ZERO
    paid: Decimal = ZERO

    @property
    def cost_per_lead(self) -> Decimal | None:
        return round_to(self.cost / self.leads, self.currency) if self.leads else None

    @property
    def roi(self) -> Decimal | None:
        """Revenue won less cost, over cost."""
        return (self.won - self.cost) / self.cost if self.cost else None


def _touches() -> Subquery:
    """deal_id, campaign_id, at, what. A response that members keep is a click or an answer told twice: see `deals`."""
    of_account = Contact.account_id == Opportunity.account_id

    def rows(what: Any, campaign_id: Any, at: Any) -> Select[Any]:
        named = Opportunity.id.label("deal_id"), campaign_id.label("campaign_id"), at.label("at"), what.label("what")
        return select(*named).where(at <= func.coalesce(Opportunity.closed_at, clock.now()))

    form = rows(literal("Sent a form"), Campaign.id, Lead.created_at)
    form = form.join(Lead, Lead.id == Opportunity.lead_id).join(Campaign, Campaign.utm_campaign == Lead.campaign)
    noted = rows(CampaignMember.response, CampaignMember.campaign_id, CampaignMember.responded_at)
    noted = noted.join(Contact, of_account).join(CampaignMember, CampaignMember.contact_id == Contact.id)
    mails = [
        rows(literal(f"{word} ") + Broadcast.name, Broadcast.campaign_id, at)
        .join(Contact, of_account)
        .join(Message, Message.contact_id == Contact.id)
        .join(Broadcast, (Message.noun_of == Broadcast.noun) & (Message.record_id == Broadcast.id))
        .where(Broadcast.campaign_id.is_not(None))
        for word, at in (("Clicked", Message.human_clicked_at), ("Answered", Message.replied_at))
    ]
    return union_all(form, *mails, *_visits(rows, of_account), noted).subquery()


def _visits(rows: Callable[..., Select[Any]], of_account: ColumnElement[bool]) -> list[Select[Any]]:
    """Who registered, and who came; for the campaign of the event, or else of the mailing that invited."""
    found = []
    campaign_id = func.coalesce(Event.campaign_id, Broadcast.campaign_id)
    for word, at in (
        ("Registered for ", EventRegistration.registered_at),
        ("Attended ", EventRegistration.attended_at),
    ):
        visit = rows(literal(word) + Event.name, campaign_id, at).join(Contact, of_account)
        visit = visit.join(EventRegistration, EventRegistration.contact_id == Contact.id)
        visit = visit.join(Event, Event.id == EventRegistration.event_id)
        visit = visit.outerjoin(Message, Message.id == EventRegistration.message_id)
        visit = visit.outerjoin(Broadcast, (Message.noun_of == Broadcast.noun) & (Message.record_id == Broadcast.id))
        found.append(visit.where(campaign_id.is_not(None), EventRegistration.state != RegistrationState.CANCELLED))
    return found


def deals(own: str, campaign_id: int | None = None) -> list[Deal]:
    """Those that campaigns touched (or this one), with every touch and what came of them; four statements."""
    touched = _touches()
    which = select(touched.c.deal_id)
    chosen = Opportunity.id.in_(which.where(touched.c.campaign_id == campaign_id) if campaign_id else which)
    found = {row.id: _deal(row) for row in db.session.execute(_opportunities(own).where(chosen))}
    every = select(touched).where(touched.c.deal_id.in_(select(Opportunity.id).where(chosen)))
    for deal_id, by, at, what in db.session.execute(every.order_by(touched.c.at)):
        deal = found.get(deal_id)
        if deal and at >= deal.created_at - LOOKBACK and not any((by, at) == one[:2] for one in deal.touches[-3:]):
            deal.touches.append(Touch(by, at, what))
    billed = select(Invoice.opportunity_id, Invoice.net, Invoice.total, Invoice.paid, Invoice.credits_id).where(
        Invoice.number.is_not(None), Invoice.currency == own, Invoice.opportunity_id.in_(found)
    )
    for deal_id, net, total, paid, credits in db.session.execute(billed):
        found[deal_id].invoiced += net  # that of a credit note is negative
        found[deal_id].paid += round_to(net * paid / total, own) if total and not credits else ZERO
    return [deal for deal in found.values() if deal.touches]


def _opportunities(own: str) -> Select[Any]:
    columns = ("id", "name", "account_id", "created_at", "closed_at", "state", "amount", "actual_revenue")
    return select(*(getattr(Opportunity, name) for name in columns)).where(Opportunity.currency == own)


def _deal(row: Any) -> Deal:
    open_, won = row.state == OpportunityState.OPEN, row.state == OpportunityState.WON
    return Deal(
        row.id, row.name, row.account_id, row.created_at, row.closed_at or clock.now(),
        pipeline=row.amount if open_ else ZERO, won=(row.actual_revenue or ZERO) if won else ZERO,
    )  # fmt: skip


def returns(actor: Actor, credit: Credit, campaign_id: int | None = None) -> list[Return]:
    """Every campaign that the actor sees (or this one), the best return first."""
    own = currency()
    seen = visible_to(actor, Campaign).with_only_columns(Campaign.id, Campaign.name, Campaign.utm_campaign)
    rows = db.session.execute(seen.where(Campaign.id == campaign_id) if campaign_id else seen).all()
    found = {row.id: Return(row.id, row.name, own) for row in rows}
    costs, leads = spent(list(found)), _leads([row.utm_campaign for row in rows])
    for row in rows:
        found[row.id].cost, found[row.id].leads = costs.get(row.id, ZERO), leads.get(row.utm_campaign, 0)
    for deal in deals(own, campaign_id):
        _count(found, deal, credit, own)
    return sorted(found.values(), key=lambda one: (-one.won, -one.pipeline, one.name))


def deals_seen(actor: Actor, own: str, campaign_id: int) -> tuple[list[Deal], int]:
    """The deals a campaign touched that the actor sees, largest first, and how many others there are."""
    every = deals(own, campaign_id)
    mine = visible_to(actor, Opportunity).where(Opportunity.id.in_([deal.id for deal in every]))
    seen = set(db.session.scalars(mine.with_only_columns(Opportunity.id)))
    shown = sorted((deal for deal in every if deal.id in seen), key=lambda deal: -(deal.won + deal.pipeline))
    return shown, len(every) - len(shown)


def _count(found: dict[int, Return], deal: Deal, credit: Credit, own: str) -> None:
    for key in {touch.campaign_id for touch in deal.touches} & found.keys():
        one = found[key]
        one.influenced_deals += 1
        one.influenced_pipeline += deal.pipeline
        one.influenced_won += deal.won
        if deal.source == key:
            one.sourced_deals += 1
            one.sourced_pipeline += deal.pipeline
            one.sourced_won += deal.won
    for measure in MEASURES:
        for key, share in deal.credits(getattr(deal, measure), credit, own).items():
            if key in found:
                setattr(found[key], measure, getattr(found[key], measure) + share)


def _leads(words: Sequence[str]) -> dict[str, int]:
    query = select(Lead.campaign, func.count()).where(Lead.campaign.in_(words)).group_by(Lead.campaign)
    return {word: number for word, number in db.session.execute(query)}


class Asset(NamedTuple):
    """Something that belongs to a campaign."""

    kind: str
    noun: str
    record_id: int
    name: str
    state: str
    at: datetime | None
    figures: Sequence[tuple[str, int]] = ()  # what came of it, where it is told here


def assets(actor: Actor, campaign_id: int) -> list[Asset]:
    """Mailings, posts, events and pages that the actor sees, latest first."""
    found = []
    if actor.may("broadcasts.view"):
        for mailing in db.session.scalars(visible_to(actor, Broadcast).where(Broadcast.campaign_id == campaign_id)):
            kind = "SMS" if mailing.channel == Channel.SMS else "Email"
            found.append(Asset(kind, Broadcast.noun, mailing.id, mailing.name, mailing.state, mailing.starts_at))
    if actor.may("social_posts.view"):
        for post in posts_of(actor, campaign_id):
            found.append(Asset("Post", SocialPost.noun, post.id, post.text[:80], standing(post), post.publish_at))
    if actor.may("events.view"):
        for event in db.session.scalars(visible_to(actor, Event).where(Event.campaign_id == campaign_id)):
            found.append(Asset("Event", Event.noun, event.id, event.name, event.state, event.starts_at, funnel(event)))
    if actor.may("landing.view"):
        for one in db.session.scalars(visible_to(actor, LandingPage).where(LandingPage.campaign_id == campaign_id)):
            state = "published" if one.published else "draft"
            found.append(Asset("Page", LandingPage.noun, one.id, one.title, state, one.created_at))
    return sorted(found, key=lambda one: one.at or EVER, reverse=True)
