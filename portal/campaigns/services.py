"""Keeping campaigns, their cost and their members."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, delete, select, update

from portal.accounts.models import Contact
from portal.kernel import audit, clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.kernel.states import check_move
from portal.kernel.upsert import insert_from
from portal.organization.queries import authorize, get, own_position, visible_to
from portal.segments.models import Segment
from portal.segments.queries import members
from portal.segments.services import touch

from .models import Campaign, CampaignCost, CampaignMember
from .rules import utm_word
from .states import MOVES, CampaignState, MemberStatus


def create_campaign(actor: Actor, *, name: str, utm_campaign: str = "", **values: Any) -> int:
    authorize(actor, "campaigns.edit")
    word = _word(utm_campaign or name)
    made = Campaign(name=name, utm_campaign=word, owner_id=own_position(actor), **_in_order(values))
    db.session.add(made)
    db.session.flush()
    return made.id


def change_campaign(actor: Actor, campaign_id: int, version: int | None, *, utm_campaign: str, **values: Any) -> int:
    """Links that were sent keep the word they carry; leads that come by them are found no more once it changes."""
    changed = _editable(actor, campaign_id)
    changed.expect(version)
    changed.utm_campaign = _word(utm_campaign or values["name"])
    for name, value in _in_order(values).items():
        setattr(changed, name, value)
    return changed.id


def move_campaign(actor: Actor, campaign_id: int, state: CampaignState) -> None:
    moved = _editable(actor, campaign_id)
    check_move(MOVES, moved.state, state, noun="campaign")
    moved.state = state


def _word(text: str) -> str:
    word = utm_word(text)
    if not word:
        raise Refused("campaign.utm", "Give a word of letters and digits for its links.", "utm_campaign")
    return word


def _in_order(values: dict[str, Any]) -> dict[str, Any]:
    if values.get("starts_on") and values.get("ends_on") and values["ends_on"] < values["starts_on"]:
        raise Refused("campaign.days", "It cannot end before it begins.", "ends_on")
    return values


def _editable(actor: Actor, campaign_id: int) -> Campaign:
    found = get(actor, Campaign, campaign_id, lock=True)
    authorize(actor, "campaigns.edit", found)
    return found


def add_cost(actor: Actor, campaign_id: int, *, spent_on: date, what: str, amount: Decimal) -> int:
    _editable(actor, campaign_id)
    made = CampaignCost(campaign_id=campaign_id, spent_on=spent_on, what=what, amount=amount)
    db.session.add(made)
    db.session.flush()
    return made.id


def remove_cost(actor: Actor, campaign_id: int, cost_id: int) -> None:
    _editable(actor, campaign_id)
    cost = db.session.get(CampaignCost, cost_id)
    if cost is None or cost.campaign_id != campaign_id:
        raise NotFound("campaign.no_cost", "This cost is not here.")
    db.session.delete(cost)


def add_segment(actor: Actor, campaign_id: int, segment_id: int) -> int:
    """Everybody who is in the segment now. Returns how many were new."""
    _editable(actor, campaign_id)
    segment = get(actor, Segment, segment_id)
    added = enrol(campaign_id, members(segment), source=f"segment: {segment.name}")
    audit.record(Campaign.noun, campaign_id, "members added", segment=segment.name, count=added)
    return added


def enrol(campaign_id: int, contacts: Select[Any], *, source: str, status: MemberStatus = MemberStatus.ADDED) -> int:
    """Make the contacts (a query of ids) members. Who is one already stays, but was now sent something if these were.

    Returns how many were new.
    """
    if status == MemberStatus.SENT:
        waiting = CampaignMember.campaign_id == campaign_id, CampaignMember.status == MemberStatus.ADDED
        sent = update(CampaignMember).where(*waiting, CampaignMember.contact_id.in_(contacts)).values(status=status)
        db.session.execute(sent.execution_options(synchronize_session=False))
    else:  # who is sent something is looked at once it is clicked, or at night
        touch(contacts)
    chosen = select(contacts.subquery().c[0].label("contact_id")).subquery()
    same = {
        "campaign_id": campaign_id,
        "status": status,
        "source": source[:200],
        "added_at": clock.now(),
        "response": "",
    }
    return insert_from(CampaignMember, same, chosen)


def add_member(actor: Actor, campaign_id: int, contact_id: int, *, response: str = "") -> None:
    """By hand; with `response`, what the contact did at our stand or on the phone."""
    _editable(actor, campaign_id)
    get(actor, Contact, contact_id)
    enrol(campaign_id, select(Contact.id).where(Contact.id == contact_id), source="by hand")
    if response:
        respond([Response(campaign_id, contact_id, clock.now(), response)])


def remove_member(actor: Actor, campaign_id: int, member_id: int) -> None:
    _editable(actor, campaign_id)
    here = CampaignMember.campaign_id == campaign_id, CampaignMember.id == member_id
    seen = visible_to(actor, Contact).with_only_columns(Contact.id)
    gone = db.session.scalars(
        delete(CampaignMember).where(*here, CampaignMember.contact_id.in_(seen)).returning(CampaignMember.contact_id)
    ).all()
    if not gone:
        raise NotFound("campaign.no_member", "This member is not here.")
    touch(gone)


class Response(NamedTuple):
    campaign_id: int
    contact_id: int
    at: datetime
    what: str


def respond(responses: Iterable[Response]) -> None:
    """Members did something. The first response of each is the one that is kept."""
    table: Any = CampaignMember.__table__
    statement = (
        update(table)
        .where(table.c.campaign_id == bindparam("the_campaign"), table.c.contact_id == bindparam("the_contact"))
        .where(table.c.responded_at.is_(None))
        .values(status=MemberStatus.RESPONDED, responded_at=bindparam("the_time"), response=bindparam("the_words"))
    )
    rows: list[dict[str, Any]] = [
        {
            "the_campaign": one.campaign_id,
            "the_contact": one.contact_id,
            "the_time": one.at,
            "the_words": one.what[:200],
        }
        for one in responses
    ]
    if rows:
        db.session.connection().execute(statement, rows)
        touch(one["the_contact"] for one in rows)
