"""Events as others read them: invitations, campaigns, deals, segments."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from portal.accounts.models import Contact
from portal.broadcasts.models import Broadcast
from portal.broadcasts.services import count_due, recount
from portal.campaigns.models import CampaignMember
from portal.campaigns.states import MemberStatus
from portal.emails.models import Email
from portal.emails.queries import links_of
from portal.emails.rules.document import find, walk
from portal.events.services import end_events, mark
from portal.events.states import RegistrationState
from portal.insights.queries import assets, deals, funnel, invitations
from portal.kernel import clock
from portal.kernel.db import db, transact, unit_of_work
from portal.messages.models import Message, MessageLink
from portal.messages.rules.tracking import make_token
from portal.segments import services as segments
from portal.segments.models import SegmentMember
from portal.segments.queries import explain, matching
from portal.segments.rules import check
from portal.web.desk import Links
from tests.broadcasts.results import mailed
from tests.campaigns.makers import campaign
from tests.emails.makers import email
from tests.opportunities.makers import account, contact, deal
from tests.segments.makers import make_segment

from .makers import NOON, event, guest, one, send

R = RegistrationState


@pytest.fixture
def invited(client: Any, run_jobs: Any) -> tuple[Any, Any, Any]:
    """(event of a campaign, the contact who was mailed and registered, the mailing)"""
    mine = campaign()
    found, person = event(campaign_id=mine.id, capacity=5), contact(account())
    mailing = mailed(3)
    with unit_of_work():
        db.session.get_one(Broadcast, mailing.id).campaign_id = mine.id
        message = db.session.get_one(Message, mailing.messages["A"][0])
        message.contact_id, message.address = person.id, person.email
        link = f"http://portal.test/event/{found.slug}?m={{{{ links.invitee }}}}"
        db.session.add(MessageLink(content_id=message.content_id, position=9, url=link))
        token = make_token(message.id, message.content_id or 0)
    with clock.frozen(NOON):
        shown = client.get(f"/event/{found.slug}?m={token}").text
    assert f'value="{person.email}"' in shown
    assert f'value="{person.name}"' in shown
    with unit_of_work():
        recount(mailing.batches.values())
    count_due()
    assert send(client, found, m=token, email=person.email).status_code == 303
    run_jobs()
    return found, person, mailing


def test_an_invitation_is_known_by_its_link(invited: Any, client: Any) -> None:
    found, person, mailing = invited
    registration = one(found.id, person.email)
    assert (registration.message_id, registration.contact_id) == (mailing.messages["A"][0], person.id)
    assert registration.source == "invitation: June news"
    message = db.session.get_one(Message, registration.message_id)
    named = Links("http://portal.test", message).named()["invitee"]
    assert named == links_of(message)["invitee"] == make_token(message.id, message.content_id or 0)
    for forged in ("x" * 24, "", "é", make_token(10**6, 1)):
        with clock.frozen(NOON):
            assert person.email not in client.get(f"/event/{found.slug}?m={forged}").text


def test_its_figures_are_those_of_mailing_and_guests(invited: Any, actor: Any) -> None:
    found, person, mailing = invited
    guest(found.id, 7)  # by the page alone
    assert [tuple(row)[2:] for row in invitations(found)] == [(3, 0, 0, 1, 0)]
    with clock.frozen(found.starts_at):
        transact(lambda: mark(actor("marketer"), one(found.id, person.email).id, R.ATTENDED))
    assert [tuple(row)[2:] for row in invitations(found)] == [(3, 0, 0, 1, 1)]
    assert dict(funnel(found)) == {"invited": 3, "opened": 0, "clicked": 0, "registered": 2, "attended": 1}
    other = event(slug=f"{found.slug}-2")  # a name that begins the same
    assert invitations(other) == []
    (asset,) = (row for row in assets(actor("marketer"), found.campaign_id) if row.kind == "Event")
    assert (asset.name, dict(asset.figures)["registered"]) == (found.name, 2)


def test_a_registration_is_the_response_of_a_member_and_a_touch_of_the_deal(
    invited: Any, actor: Any, client_of: Any
) -> None:
    found, person, _ = invited
    member = db.session.scalars(db.select(CampaignMember).filter_by(contact_id=person.id)).one()
    assert (member.campaign_id, member.status) == (found.campaign_id, MemberStatus.RESPONDED)
    assert member.response == f"Registered for {found.name}"
    at = one(found.id, person.email).registered_at
    won = deal(account_id=person.account_id, amount=Decimal(900), created_at=at + timedelta(days=1))
    with clock.frozen(found.ends_at):
        transact(lambda: mark(actor("marketer"), one(found.id, person.email).id, R.ATTENDED))
        (touched,) = deals("USD", found.campaign_id)
        assert [touch.what for touch in touched.touches] == [f"Registered for {found.name}", f"Attended {found.name}"]
        assert (touched.id, touched.source) == (won.id, found.campaign_id)
        shown = client_of("marketer").get(f"/campaigns/{found.campaign_id}").text
    assert f"Registered for {found.name}" in shown
    assert "3 invited, 0 opened, 0 clicked, 1 registered, 1 attended" in " ".join(shown.split())


def test_without_a_campaign_of_its_own_the_mailing_counts(invited: Any) -> None:
    found, person, mailing = invited
    theirs, found.campaign_id = found.campaign_id, None
    db.session.commit()
    deal(account_id=person.account_id, created_at=NOON + timedelta(days=1))
    with clock.frozen(NOON + timedelta(days=2)):
        assert [touch.campaign_id for one in deals("USD", theirs) for touch in one.touches] == [theirs]


class TestSegments:
    @pytest.fixture
    def past(self, app: Any, actor: Any, run_jobs: Any) -> Any:
        """An event that is over: Guest 1 attended, 2 did not, 3 waited, 4 cancelled; Guest 5 is coming to another one."""
        found = event(capacity=2)
        for n in (1, 2, 3):
            guest(found.id, n)
        coming = event(starts_at=NOON + timedelta(days=90), ends_at=NOON + timedelta(days=91))
        guest(coming.id, 5)
        with clock.frozen(found.ends_at):
            transact(lambda: mark(actor("marketer"), one(found.id, "guest-1@example.com").id, R.ATTENDED))
        run_jobs()
        with unit_of_work():
            end_events(found.ends_at)
        return found

    @staticmethod
    def meant(rule: dict[str, Any], now: Any) -> set[str]:
        with clock.frozen(now):
            return set(db.session.scalars(db.select(Contact.last_name).where(matching(check(rule)))))

    def test_ask_who_registered_attended_and_did_not(self, past: Any) -> None:
        now = past.ends_at + timedelta(days=1)
        specific = {"which": "specific", "id": past.id}
        for rule, expected in (
            ({"event": "event.registered"}, {"1", "2", "5"}),
            ({"event": "event.registered", **specific}, {"1", "2"}),
            ({"event": "event.waiting"}, {"3"}),
            ({"event": "event.attended"}, {"1"}),
            ({"event": "event.attended", "exactly": 0}, {"2"}),  # nobody who is still coming, or was never asked
            ({"event": "event.attended", "exactly": 0, **specific}, {"2"}),
            ({"event": "event.attended", "within_days": 7}, {"1"}),
            ({"event": "event.cancelled"}, set()),
        ):
            assert (rule, self.meant(rule, now)) == (rule, expected)
        assert self.meant({"event": "event.attended", "within_days": 7}, now + timedelta(days=30)) == set()

    def test_say_why(self, past: Any, actor: Any) -> None:
        segment = make_segment("Came", {"all": [{"event": "event.attended"}]})
        person = one(past.id, "guest-1@example.com").contact_id
        with clock.frozen(past.ends_at + timedelta(days=1)):
            told = explain(actor("marketer"), segment, person or 0)
        assert told.inside
        told_of = {(h.verb, h.name, h.at) for reason in told.reasons for h in reason.happenings}
        assert ("attended", past.name, past.starts_at) in told_of

    def test_are_kept_as_guests_come(self, past: Any, actor: Any, run_jobs: Any) -> None:
        segment = make_segment("Came", {"all": [{"event": "event.attended"}]})
        with unit_of_work():
            segments.refresh(segment.id)
        run_jobs()
        assert self.inside(segment.id) == {"1"}
        with clock.frozen(past.ends_at):
            transact(lambda: mark(actor("marketer"), one(past.id, "guest-2@example.com").id, R.ATTENDED))
        with unit_of_work():
            segments.follow()
        assert self.inside(segment.id) == {"1", "2"}

    @staticmethod
    def inside(segment_id: int) -> set[str]:
        members = db.select(SegmentMember.contact_id).filter_by(segment_id=segment_id, left_at=None)
        return set(db.session.scalars(db.select(Contact.last_name).where(Contact.id.in_(members))))


def test_the_event_block_of_a_mail_is_filled_from_an_event(client_of: Any) -> None:
    soon = clock.now() + timedelta(days=9)
    found = event(starts_at=soon, ends_at=soon + timedelta(hours=2), summary="Come and ride.", timezone="UTC")
    event(name="Not yet announced", state="draft", starts_at=soon, ends_at=soon + timedelta(hours=1))
    draft, marketer = email("event"), client_of("marketer")
    (block,) = (block for block, _ in walk(draft.document) if block["kind"] == "event")
    shown = marketer.get(f"/emails/{draft.id}?block={block['id']}").text
    assert (found.name in shown, "Not yet announced" in shown) == (True, False)
    there = f"/emails/{draft.id}/blocks/{block['id']}"
    props = {f"p_{key}": value for key, value in block["props"].items()}
    assert marketer.post(there, data=props | {"p_event": found.slug}).status_code == 303
    filled = find(db.session.get_one(Email, draft.id).document, block["id"])["props"]
    assert (filled["title"], filled["text"], filled["place"]) == (found.name, "Come and ride.", "Hall 1, Hamburg")
    assert filled["href"] == f"http://portal.test/event/{found.slug}?m={{{{ links.invitee }}}}"
    mine = {f"p_{key}": value for key, value in filled.items()} | {"p_title": "In my words"}
    assert marketer.post(there, data=mine).status_code == 303  # the same event again leaves what was written
    assert find(db.session.get_one(Email, draft.id).document, block["id"])["props"]["title"] == "In my words"
    assert marketer.post(there, data=props | {"p_event": "no-such-event"}).status_code == 422
