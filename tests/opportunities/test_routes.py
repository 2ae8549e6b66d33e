"""Deals in the browser: what works, who may, what is refused, with and without htmx."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from portal.kernel.db import db, unit_of_work
from portal.opportunities import services
from portal.opportunities.models import Opportunity, OpportunityLine
from portal.opportunities.states import OpportunityState, Stage
from tests import world

from .makers import account, contact, deal, lead, product, ready

SOON = (date.today() + timedelta(days=40)).isoformat()


def again(record):
    return db.session.get(Opportunity, record.id, populate_existing=True)


@pytest.mark.parametrize(
    "path",
    [
        "/opportunities",
        "/opportunities?state=open&stage=qualify&sort=-amount",
        "/opportunities/board",
        "/opportunities/board?owner=1&territory=1&lane=qualify",
        "/opportunities/board?owner=x&lane=nowhere",
        "/opportunities/new",
        "/opportunities/new?find=wheel",
        "/opportunities/new?find=%00%22*(",
        "/opportunities/new?account={account}",
        "/opportunities/{deal}",
        "/opportunities/{deal}?tab=timeline",
        "/opportunities/{deal}?tab=files",
        "/opportunities/{deal}?tab=changes",
        "/opportunities/{deal}?tab=nonsense&find=road",
        "/opportunities/{deal}/edit",
        "/opportunities/{deal}/closing",
        "/opportunities/{deal}/closing?as=lost",
        "/opportunities/{deal}/stage?to=qualify",
        "/opportunities/{deal}/lines/{line}",
        "/leads/{lead}/qualification",
    ],
)
def test_every_page_for_its_owner_and_not_for_others(client_of, actor, path):
    one, bike = ready(stage=Stage.DEVELOP), product()
    with unit_of_work():
        line = services.add_line(actor("rep"), one.id, product_id=bike.id, quantity=Decimal(2))
    url = path.format(deal=one.id, account=one.account_id, line=line, lead=lead().id)
    assert client_of("rep").get(url).status_code == 200
    hidden = "{" in path
    assert client_of("outsider").get(url).status_code == (404 if hidden else 200)
    assert client_of("hr").get(url).status_code == 403


def posts(one, line=0):
    here = f"/opportunities/{one.id}"
    return [
        (f"{here}/stage", {"stage": "develop"}),
        (f"{here}/next-step", {"text": "Call"}),
        (f"{here}/next-step/completion", {}),
        (f"{here}/edit", {"name": "New", "close_on": SOON}),
        (f"{here}/lines", {"product_id": "1", "quantity": "1"}),
        (f"{here}/lines/{line}", {"quantity": "1"}),
        (f"{here}/lines/{line}/removal", {}),
        (f"{here}/win", {"actual_revenue": "5", "on": SOON}),
        (f"{here}/loss", {"reason": "Price"}),
        (f"{here}/reopening", {"reason": "again"}),
    ]


@pytest.mark.parametrize("number", range(10))
def test_acts_are_not_for_everybody(client_of, actor, number):
    one, bike = ready(), product()
    with unit_of_work():
        line = services.add_line(actor("rep"), one.id, product_id=bike.id, quantity=Decimal(2))
    url, data = posts(one, line)[number]
    before = (one.version, one.state)
    assert client_of("outsider").post(url, data=data).status_code == 404
    assert client_of("marketer").post(url, data=data).status_code == 403
    assert client_of("rep").get(url).status_code in (200, 404, 405)
    assert (again(one).version, one.state) == before


def test_reading_rights_do_not_move_a_deal_of_the_territory(client_of):
    theirs = ready(owner_id=world.position("colleague").id)
    rep = client_of("rep")
    assert rep.get(f"/opportunities/{theirs.id}").status_code == 200
    assert rep.post(f"/opportunities/{theirs.id}/stage", data={"stage": "develop"}).status_code == 403


def test_moving_on_the_board_with_and_without_htmx(client_of):
    one, rep = ready(), client_of("rep")
    answer = rep.post(f"/opportunities/{one.id}/stage", data={"stage": "develop", "from": "board"})
    assert (answer.status_code, answer.location) == (303, "/opportunities/board")
    assert again(one).stage == Stage.DEVELOP
    two = ready()
    answer = rep.post(f"/opportunities/{two.id}/stage", data={"stage": "develop", "from": "board"}, htmx="board")
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div class="stack" id="board">')
    assert "is now in Develop" in answer.text


@pytest.mark.parametrize("htmx", [None, "board"])
def test_a_refused_move_says_why_on_the_board(client_of, htmx):
    one = deal()
    answer = client_of("rep").post(
        f"/opportunities/{one.id}/stage", data={"stage": "develop", "from": "board"}, htmx=htmx
    )
    assert answer.status_code == 422
    assert "contact named" in answer.text
    assert again(one).stage == Stage.QUALIFY


@pytest.mark.parametrize("stage", ["", "nowhere", "won"])
def test_a_stage_that_does_not_exist_changes_nothing(client_of, stage):
    one = ready()
    answer = client_of("rep").post(f"/opportunities/{one.id}/stage", data={"stage": stage})
    assert answer.status_code == 422
    assert again(one).stage == Stage.QUALIFY


def test_going_back_asks_why(client_of):
    one, rep = ready(stage=Stage.DEVELOP), client_of("rep")
    asked = rep.post(f"/opportunities/{one.id}/stage", data={"stage": "qualify"})
    assert asked.location == f"/opportunities/{one.id}/stage?to=qualify"
    refused = rep.post(f"/opportunities/{one.id}/stage", data={"stage": "qualify", "reason": " "})
    assert refused.status_code == 422
    assert again(one).stage == Stage.DEVELOP
    rep.post(f"/opportunities/{one.id}/stage", data={"stage": "qualify", "reason": "No budget yet"})
    assert again(one).stage == Stage.QUALIFY
    assert rep.get(f"/opportunities/{one.id}/stage?to=moon").status_code == 404


def test_a_new_deal_and_its_double_click(client_of):
    home, rep = account(), client_of("rep")
    data = {"name": "Spring order", "amount": "1200.50", "close_on": SOON, "contact_id": "", "nonce": "n1"}
    first = rep.post(f"/opportunities/new?account={home.id}", data=data)
    second = rep.post(f"/opportunities/new?account={home.id}", data=data)
    assert first.location == second.location
    made = db.session.scalars(select(Opportunity)).one()
    assert (made.name, made.amount, made.stage) == ("Spring order", Decimal("1200.50"), Stage.QUALIFY)


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": "x" * 201},
        {"amount": "-1"},
        {"amount": "NaN"},
        {"amount": "1e30"},
        {"amount": "0.00001"},
        {"close_on": "yesterday"},
        {"contact_id": "999"},
        {"contact_id": "abc"},
    ],
)
def test_bad_input_opens_nothing(client_of, bad):
    data = {"name": "Spring order", "amount": "1", "close_on": SOON, "contact_id": ""} | bad
    answer = client_of("rep").post(f"/opportunities/new?account={account().id}", data=data)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert db.session.scalar(select(func.count()).select_from(Opportunity)) == 0


def test_hostile_text_stays_text(client_of):
    one, rep = ready(), client_of("rep")
    rep.post(f"/opportunities/{one.id}/next-step", data={"text": "<script>{{7*7}}</script>\x00=1+1"})
    assert again(one).next_step == "<script>{{7*7}}</script>=1+1"
    assert "<script>{{7*7}}" not in rep.get(f"/opportunities/{one.id}").text


def test_editing_and_the_second_editor(client_of):
    one, rep = ready(), client_of("rep")
    data = {"name": "Mine", "close_on": SOON, "contact_id": str(one.contact_id), "version": str(one.version)}
    assert rep.post(f"/opportunities/{one.id}/edit", data=data).status_code == 303
    late = client_of("manager").post(f"/opportunities/{one.id}/edit", data=data | {"name": "Theirs"})
    assert late.status_code == 409
    assert "Theirs" in late.text
    assert "Mine" in late.text
    assert again(one).name == "Mine"


def test_products_are_found_added_changed_and_removed(client_of):
    one, bike, rep = ready(), product("250", name="Cyclone Racer"), client_of("rep")
    here = f"/opportunities/{one.id}"
    assert "Cyclone Racer" in rep.get(f"{here}?find=cyclone", htmx="record").text
    answer = rep.post(f"{here}/lines", data={"product_id": bike.id, "quantity": "2"}, htmx="record")
    assert (answer.status_code, again(one).amount) == (200, Decimal(500))
    line = db.session.scalars(select(OpportunityLine)).one()
    for bad in ({"quantity": "0"}, {"quantity": "x"}, {"quantity": "1", "discount_percent": "101"}):
        assert rep.post(f"{here}/lines/{line.id}", data=bad).status_code == 422
    rep.post(f"{here}/lines/{line.id}", data={"quantity": "3", "unit_price": "200", "discount_percent": "50"})
    assert again(one).amount == Decimal(300)
    rep.post(f"{here}/lines/{line.id}/removal", data={})
    assert again(one).amount == Decimal(0)
    assert rep.post(f"{here}/lines/{line.id}/removal", data={}).status_code == 404


def test_closing_and_reopening(client_of):
    one, rep = ready(), client_of("rep")
    here = f"/opportunities/{one.id}"
    assert rep.post(f"{here}/loss", data={"reason": "Bad weather"}).status_code == 422
    assert rep.post(f"{here}/loss", data={"reason": "Price"}).status_code == 303
    assert rep.post(f"{here}/loss", data={"reason": "Price"}).status_code == 422
    assert "Reopen" in rep.get(here).text
    assert rep.post(f"{here}/reopening", data={"reason": ""}).status_code == 422
    assert rep.post(f"{here}/reopening", data={"reason": "They called"}).status_code == 303
    won = {"actual_revenue": "990", "on": (date.today() - timedelta(days=1)).isoformat()}
    assert rep.post(f"{here}/win", data=won).status_code == 303
    assert (again(one).state, one.actual_revenue) == (OpportunityState.WON, Decimal(990))
    assert one.closed_at.date() == date.today() - timedelta(days=1)
    assert rep.post(f"{here}/win", data=won | {"actual_revenue": ""}).status_code == 422


def qualifying(**changes):
    data = {"account": "new", "contact": "new", "open_deal": "yes", "name": "First order", "amount": "10"}
    return data | {"close_on": SOON} | changes


def test_one_screen_qualifies_a_lead(client_of):
    one, rep = lead(company="Bike World"), client_of("rep")
    home = account(name="Bike World LLC")
    person = contact(home, email=one.email)
    page = rep.get(f"/leads/{one.id}/qualification").text
    assert f'value="{home.id}"' in page
    assert f'value="{person.id}"' in page
    chosen = qualifying(account=str(home.id), contact=str(person.id), nonce="q1")
    answer = rep.post(f"/leads/{one.id}/qualification", data=chosen)
    made = db.session.scalars(select(Opportunity)).one()
    assert (made.account_id, made.contact_id, made.name) == (home.id, person.id, "First order")
    assert answer.location == f"/opportunities/{made.id}"
    assert rep.post(f"/leads/{one.id}/qualification", data=chosen).location == answer.location
    assert "Take the qualification back" in rep.get(f"/leads/{one.id}/qualification").text
    assert rep.post(f"/leads/{one.id}/qualification/undo").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Opportunity)) == 0
    assert rep.post(f"/leads/{one.id}/qualification/undo").status_code == 422


@pytest.mark.parametrize(
    "bad",
    [{"name": ""}, {"close_on": ""}, {"account": "999999"}, {"account": ""}, {"amount": "lots"}, {"open_deal": "?"}],
)
def test_a_bad_qualification_makes_nothing(client_of, bad):
    one = lead()
    answer = client_of("rep").post(f"/leads/{one.id}/qualification", data=qualifying(**bad))
    assert answer.status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Opportunity)) == 0


def test_who_may_qualify(client_of):
    one = lead()
    for who, status in (("outsider", 404), ("marketer", 403), ("finance", 403)):
        assert client_of(who).post(f"/leads/{one.id}/qualification", data=qualifying()).status_code == status
    assert client_of("rep").post(f"/leads/{one.id}/qualification", data=qualifying(open_deal="no")).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Opportunity)) == 0


def test_the_board_page_keeps_its_statements(client_of, count_queries):
    home, rep = account(), client_of("rep")
    deal(of=home)
    rep.get("/opportunities/board")
    count_queries.clear()
    rep.get("/opportunities/board")
    few = len(count_queries)
    for _ in range(3):
        deal(of=home)
    count_queries.clear()
    rep.get("/opportunities/board")
    assert len(count_queries) == few


def test_a_deal_gets_another_owner(client_of):
    one = deal()
    url, new = f"/opportunities/{one.id}/owner", world.position("colleague").id
    rep = client_of("rep")
    assert "Change owner" in rep.get(f"/opportunities/{one.id}").text
    assert rep.get(url).status_code == 200
    assert client_of("outsider").get(url).status_code == 404
    assert client_of("marketer").post(url, data={"owner_id": new, "reason": "x"}).status_code == 403
    assert rep.post(url, data={"owner_id": new, "reason": ""}).status_code == 422
    assert again(one).owner_id != new
    assert rep.post(url, data={"owner_id": new, "reason": "Speaks French"}).status_code == 303
    assert again(one).owner_id == new
    assert "Speaks French" in client_of("manager").get(f"/opportunities/{one.id}?tab=timeline").text


def test_many_deals_change_hands_or_are_lost_from_the_list(client_of):
    one, other, new = deal(), deal(), world.position("colleague").id
    rep, acts = client_of("rep"), "/lists/opportunities/acts"
    assert rep.post(f"{acts}/loss", data={"pick": one.id, "value-loss": "Because"}).status_code == 303
    assert again(one).state == OpportunityState.OPEN
    assert rep.post(f"{acts}/loss", data={"pick": one.id, "value-loss": "Timing"}).status_code == 303
    assert again(one).state == OpportunityState.LOST
    answer = rep.post(
        f"{acts}/owner", data={"pick": [one.id, other.id], "value-owner": str(new)}, follow_redirects=True
    )
    assert "1 left as it was. This deal is lost." in answer.text
    assert (again(one).owner_id == new, again(other).owner_id == new) == (False, True)
