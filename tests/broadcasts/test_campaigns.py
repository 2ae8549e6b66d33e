"""Mailings of a campaign make its members, and tell what they did."""

from typing import Any

from flask import Flask
from sqlalchemy import select, update

from portal.broadcasts.models import Broadcast
from portal.broadcasts.services import count_due, recount
from portal.campaigns.models import CampaignMember
from portal.campaigns.queries import tally
from portal.campaigns.services import enrol
from portal.campaigns.states import MemberStatus
from portal.consent.states import Channel, Purpose
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message, MessageContent
from portal.messages.services import open_batch
from portal.messages.states import MessageState
from tests.campaigns.makers import campaign
from tests.opportunities.makers import contact
from tests.world import add


def sent(campaign_id: int | None, *people: Any) -> list[int]:
    """The messages of a mailing that went to these people."""
    mailing = add(Broadcast(name="Spring news", campaign_id=campaign_id, purpose=Purpose.COMMERCIAL)).id
    content = add(MessageContent(subject="News", text="News", html="<p>News</p>")).id
    with unit_of_work():
        batch = open_batch(Channel.EMAIL, Broadcast.noun, mailing, content_id=content).id
    made = [
        add(Message(reason=f"b:{mailing}:{one.id}", channel=Channel.EMAIL, purpose=Purpose.COMMERCIAL, address=one.email,
                    address_hash="x", content_id=content, message_id=f"<{mailing}.{one.id}@t.example>", values=None,
                    state=MessageState.SENT, sent_at=clock.now(), noun_of="broadcasts", record_id=mailing,
                    contact_id=one.id, batch_id=batch)).id
        for one in people
    ]  # fmt: skip
    with unit_of_work():
        recount([batch])
    count_due()
    return made


def test_whom_it_went_to_are_members_and_a_click_is_a_response(app: Flask) -> None:
    key, known, new, silent = campaign().id, contact(), contact(), contact()
    with unit_of_work():
        enrol(key, select(Message.contact_id).where(Message.id < 0), source="by hand")
    first, *_ = sent(key, known, new, silent)
    assert tally(key) == {MemberStatus.ADDED: 0, MemberStatus.SENT: 3, MemberStatus.RESPONDED: 0}
    at = clock.now()
    with unit_of_work():
        db.session.execute(update(Message).where(Message.id == first).values(human_clicked_at=at, clicked_at=at))
    count_due()
    count_due()
    member = db.session.scalars(select(CampaignMember).where(CampaignMember.responded_at.is_not(None))).one()
    assert (member.contact_id, member.response, member.source) == (
        known.id,
        "Clicked Spring news",
        "broadcast: Spring news",
    )


def test_who_was_added_before_was_then_sent_something(app: Flask) -> None:
    key, person = campaign().id, contact()
    add(CampaignMember(campaign_id=key, contact_id=person.id, source="by hand"))
    sent(key, person)
    assert tally(key)[MemberStatus.SENT] == 1
    assert db.session.scalars(select(CampaignMember.source)).all() == ["by hand"]


def test_a_mailing_without_a_campaign_makes_no_members(app: Flask) -> None:
    sent(None, contact())
    assert not db.session.scalars(select(CampaignMember)).all()
