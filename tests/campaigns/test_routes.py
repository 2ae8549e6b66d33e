"""Pages of campaigns."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from portal.campaigns.models import Campaign, CampaignCost, CampaignMember
from portal.campaigns.states import CampaignState
from portal.kernel.db import db
from portal.segments.models import Segment
from portal.segments.states import SegmentKind
from tests.opportunities.makers import account, contact, deal, lead
from tests.world import add

from .makers import campaign

TYPED = {"name": "Spring ride", "goal": "leads", "goal_value": "50", "budget": "1000"}


def test_a_campaign_is_made_changed_and_shown(client_of: Any) -> None:
    marketer = client_of("marketer")
    assert marketer.post("/campaigns/new", data=TYPED).status_code == 303
    made = db.session.scalars(select(Campaign)).one()
    page = marketer.get(f"/campaigns/{made.id}").text
    assert "Spring ride" in page
    assert "spring-ride" in page
    first = made.version
    changed = TYPED | {"utm_campaign": "spring", "version": first}
    assert marketer.post(f"/campaigns/{made.id}/edit", data=changed).status_code == 303
    assert marketer.post(f"/campaigns/{made.id}/edit", data=changed | {"budget": "5"}).status_code == 409
    assert "Spring ride" in marketer.get("/campaigns").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("goal", "fame"),
        ("goal_value", "-1"),
        ("budget", "much"),
        ("starts_on", "soon"),
        ("utm_campaign", "!!"),
    ],
)
def test_bad_input_is_refused_at_its_field(client_of: Any, field: str, value: str) -> None:
    answer = client_of("marketer").post("/campaigns/new", data=TYPED | {field: value})
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text
    assert not db.session.scalars(select(Campaign)).all()


def test_it_starts_and_ends(client_of: Any) -> None:
    one, marketer = campaign(state=CampaignState.PLANNED), client_of("marketer")
    key = one.id
    assert marketer.post(f"/campaigns/{key}/state/active").status_code == 303
    assert db.session.get_one(Campaign, key).state == CampaignState.ACTIVE
    assert marketer.post(f"/campaigns/{key}/state/active").status_code == 422


def test_cost_comes_and_goes(client_of: Any) -> None:
    key, marketer = campaign().id, client_of("marketer")
    given = {"spent_on": date(2026, 5, 1), "what": "Stand", "amount": "99.50"}
    assert marketer.post(f"/campaigns/{key}/costs", data=given).status_code == 303
    assert marketer.post(f"/campaigns/{key}/costs", data=given | {"amount": "0"}).status_code == 422
    cost = db.session.scalars(select(CampaignCost)).one()
    assert "99.50" in marketer.get(f"/campaigns/{key}").text
    assert marketer.post(f"/campaigns/{key}/costs/{cost.id}/removal").status_code == 303
    assert not db.session.scalars(select(CampaignCost)).all()


def test_a_segment_and_a_person_become_members(client_of: Any) -> None:
    key, marketer = campaign().id, client_of("marketer")
    german = contact(account(country="DE"), country="DE")
    other = contact(account())
    rule = {"field": "contact.country", "op": "is", "value": "DE"}
    everybody = add(Segment(name="Germans", kind=SegmentKind.DYNAMIC, rule=rule))
    mail, german_id = other.email, german.id
    assert marketer.post(f"/campaigns/{key}/members/segment", data={"segment_id": everybody.id}).status_code == 303
    assert db.session.scalars(select(CampaignMember.contact_id)).all() == [german_id]
    given = {"email": mail, "response": "Visited our stand"}
    assert marketer.post(f"/campaigns/{key}/members", data=given).status_code == 303
    assert marketer.post(f"/campaigns/{key}/members", data={"email": "nobody@x.example"}).status_code == 422
    page = marketer.get(f"/campaigns/members?campaign={key}").text
    assert "Visited our stand" in page
    member = db.session.scalars(select(CampaignMember).where(CampaignMember.contact_id == german_id)).one()
    assert marketer.post(f"/campaigns/{key}/members/{member.id}/removal").status_code == 303
    assert len(db.session.scalars(select(CampaignMember)).all()) == 1


def test_a_rep_sees_only_members_of_contacts_he_sees(client_of: Any) -> None:
    one = campaign()
    for who, area in (("rep", "Southwest"), ("outsider", "Germany")):
        person = contact(account(owner=who, area=area), last_name=f"Of {who}")
        add(CampaignMember(campaign_id=one.id, contact_id=person.id, source="by hand"))
    page = client_of("rep").get(f"/campaigns/members?campaign={one.id}").text
    assert "Of rep" in page
    assert "Of outsider" not in page


def test_the_link_builder_changes_nothing(client_of: Any) -> None:
    one = campaign(utm_campaign="spring")
    rep = client_of("rep")
    made = rep.get(f"/campaigns/{one.id}/links?url=https://a.example/p&source=flyer&medium=print")
    assert "https://a.example/p?utm_source=flyer&amp;utm_medium=print&amp;utm_campaign=spring" in made.text
    assert rep.get(f"/campaigns/{one.id}/links?url=ftp://a&source=flyer&medium=print").status_code == 422


def test_returns_are_for_those_who_plan(client_of: Any) -> None:
    one = campaign()
    begun = lead(campaign=one.utm_campaign)
    begun_name = begun.name
    deal(lead_id=begun.id, amount=4321)
    assert "4,321" in client_of("leader").get("/campaigns/results?credit=first_touch").text
    assert "4,321" in client_of("finance").get(f"/campaigns/{one.id}").text
    page = client_of("leader").get(f"/campaigns/{one.id}?credit=last_touch").text
    assert "sourced</span>" in page  # the deal behind the figures, its share, and the sum of all
    assert '<th scope="row">Together</th>' in page
    leads = f"/leads?campaign={one.utm_campaign}"
    assert f'href="{leads}"' in page
    assert begun_name in client_of("leader").get(leads).text
    assert begun_name not in client_of("leader").get(f"{leads[:-1]}").text  # the whole word
    assert "What it brought" not in client_of("rep").get(f"/campaigns/{one.id}").text
    assert client_of("rep").get("/campaigns/results").status_code == 403
