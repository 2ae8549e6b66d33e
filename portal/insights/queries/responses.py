"""What segments can ask about campaigns: who belongs to one, who answered it, who came by it."""

from typing import Any

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import aliased

from portal.accounts.models import Contact
from portal.broadcasts.models import Broadcast
from portal.campaigns.models import Campaign, CampaignMember
from portal.kernel.db import db
from portal.leads.models import Lead
from portal.messages.models import Message
from portal.segments.queries import Event, Rows, register_event

FIRST = aliased(Lead)


def _campaigns() -> list[tuple[str, str]]:
    return [
        (str(key), name) for key, name in db.session.execute(select(Campaign.id, Campaign.name).order_by(Campaign.name))
    ]


def _name(campaign_id: Any, there: Any) -> Any:
    return select(Campaign.name).where(Campaign.id == campaign_id).correlate(there).scalar_subquery()


def _touches() -> Select[Any]:
    """contact_id, campaign_id, at: what a touch is stands in decision 20."""

    def rows(contact_id: Any, campaign_id: Any, at: Any) -> Select[Any]:
        return select(contact_id.label("contact_id"), campaign_id.label("campaign_id"), at.label("at"))

    of_mailing = (Message.noun_of == Broadcast.noun) & (Message.record_id == Broadcast.id)
    mails = [
        rows(Message.contact_id, Broadcast.campaign_id, at)
        .join(Broadcast, of_mailing)
        .where(Broadcast.campaign_id.is_not(None), at.is_not(None), Message.contact_id.is_not(None))
        for at in (Message.human_clicked_at, Message.replied_at)
    ]
    noted = rows(CampaignMember.contact_id, CampaignMember.campaign_id, CampaignMember.responded_at)
    forms = rows(Contact.id, Campaign.id, Lead.created_at).select_from(Lead)
    forms = forms.join(Campaign, Campaign.utm_campaign == Lead.campaign).join(Contact, Contact.email == Lead.email)
    both = union_all(*mails, noted.where(CampaignMember.responded_at.is_not(None)), forms).subquery("touch")
    return select(both.c.contact_id, both.c.campaign_id, both.c.at)


def _member(at: Any) -> Any:
    mine, name = CampaignMember, _name(CampaignMember.campaign_id, CampaignMember)
    here = (at.is_not(None),)
    return lambda human, timed: Rows(
        Contact.id, mine.contact_id, at, mine.campaign_id, name, here, lambda key: mine.campaign_id == key
    )


def _touched(human: bool, timed: bool) -> Rows:
    touch = _touches().subquery("touched").c
    name = select(Campaign.name).where(Campaign.id == touch.campaign_id).scalar_subquery()
    about = lambda key: touch.campaign_id == key  # noqa: E731
    return Rows(Contact.id, touch.contact_id, touch.at, touch.campaign_id, name, (), about, listed=True)


def _brought(human: bool, timed: bool) -> Rows:
    """By the first lead with their address."""
    first = select(func.min(FIRST.id)).where(FIRST.email == Lead.email).correlate(Lead).scalar_subquery()
    where = (Lead.campaign == Campaign.utm_campaign, Lead.id == first)
    about = lambda key: Campaign.id == key  # noqa: E731
    return Rows(Contact.email, Lead.email, Lead.created_at, Campaign.id, Campaign.name, where, about, listed=True)


def _register(key: str, verb: str, denied: str, rows: Any, note: str = "", needs: str = "") -> None:
    seen = "campaigns.view"
    register_event(
        Event(f"campaign.{key}", verb, denied, "a campaign", "Campaigns", rows, subjects=_campaigns, note=note,
              needs=needs, permission=seen)
    )  # fmt: skip


_register("member", "are a member of", "are no member of", _member(CampaignMember.added_at))
_register("responded", "responded to", "did not respond to", _member(CampaignMember.responded_at), needs="campaign.member",
          note="Only a member can be said not to have responded.")  # fmt: skip
_register("touched", "were touched by", "were not touched by", _touched,
          note="A touch is a form sent, a link clicked by a person, an answer, or a response that was noted.")  # fmt: skip
_register("brought", "came to us by", "did not come to us by", _brought,
          note="Who came by a campaign is told by the first lead with their address.")  # fmt: skip
