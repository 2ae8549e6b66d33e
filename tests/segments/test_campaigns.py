"""What rules ask about campaigns: members, responses, touches, and who came by one."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from portal.accounts.models import Contact
from portal.campaigns.models import CampaignMember
from portal.campaigns.services import add_member
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db, unit_of_work
from portal.leads.states import LeadState
from portal.messages.models import Message
from portal.messages.states import Verdict
from portal.segments.models import Segment
from portal.segments.queries import explain, matching
from portal.segments.rules import check, sentence
from tests import world
from tests.accounts.makers import make_contact
from tests.campaigns.makers import campaign
from tests.leads.makers import lead
from tests.segments.makers import mail, make_broadcast, make_segment


def found(key: str, **asked: Any) -> set[str]:
    rule = check({"event": f"campaign.{key}", **asked})
    assert sentence(rule, {}).startswith("All contacts who")
    return set(db.session.scalars(select(Contact.last_name).where(matching(rule))))


def test_members_responses_touches_and_who_came_by_it(actor: Any) -> None:
    spring, autumn = campaign(name="Spring", utm_campaign="spring"), campaign(name="Autumn", utm_campaign="autumn")
    mailing = make_broadcast()
    with unit_of_work():
        db.session.merge(mailing).campaign_id = spring.id
    silent, keen, clicks, machine, came, other = (
        make_contact(name, email=f"{name.lower()}@test.example")
        for name in ("Silent", "Keen", "Clicks", "Machine", "Came", "Other")
    )
    for contact in (silent, keen):
        world.add(CampaignMember(campaign_id=spring.id, contact_id=contact.id, source="by hand"))
    world.add(CampaignMember(campaign_id=autumn.id, contact_id=other.id, source="by hand", responded_at=clock.now()))
    with unit_of_work():
        member = db.session.scalars(select(CampaignMember).where(CampaignMember.contact_id == keen.id)).one()
        member.responded_at = clock.now()
    mail(clicks, 2, mailing, clicked=Verdict.HUMAN)
    mail(machine, 2, mailing, clicked=Verdict.SCANNER)
    for word in ("spring", "autumn"):
        lead(email=came.email, campaign=word, state=LeadState.QUALIFIED, qualified_at=clock.now())
    about = {"which": "specific", "id": spring.id}
    assert found("member", **about) == {"Silent", "Keen"}
    assert found("member", **about, exactly=0) == {"Clicks", "Machine", "Came", "Other"}
    assert found("responded", **about) == {"Keen"}
    assert found("responded", **about, exactly=0) == {"Silent"}, "only a member can be said not to have responded"
    assert found("touched", **about) == {"Keen", "Clicks", "Came"}
    assert found("touched") == {"Keen", "Clicks", "Came", "Other"}
    assert found("touched", at_least=2) == {"Came"}
    assert found("touched", **about, within_days=1) == {"Keen", "Came"}
    assert found("brought", **about) == {"Came"}
    assert found("brought", which="specific", id=autumn.id) == set(), "the first lead decides"
    assert db.session.scalar(select(Message.id)), "mails were sent"


def test_members_come_into_segments_as_they_come_into_the_campaign(
    actor: Callable[[str], Actor], run_jobs: Callable[[], int]
) -> None:
    spring, keen = campaign(name="Spring"), make_contact("Keen")
    segment = make_segment("Spring people", {"event": "campaign.responded", "which": "specific", "id": spring.id})
    run_jobs()
    marketer = actor("marketer")
    with unit_of_work():
        add_member(marketer, spring.id, keen.id, response="visited our stand")
    run_jobs()
    assert db.session.get_one(Segment, segment.id, populate_existing=True).size == 1
    reason = explain(marketer, db.session.get_one(Segment, segment.id), keen.id).reasons[0]
    assert (reason.met, [one.name for one in reason.happenings]) == (True, ["Spring", "Spring"])
