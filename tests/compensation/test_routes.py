"""Incentive pay in the browser, as everybody it concerns and some it does not."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import select

from portal.compensation import queries
from portal.compensation.models import Adjustment, Dispute, PayoutPeriod, PlanVersion, Statement
from portal.kernel.db import db
from tests import world
from tests.conftest import Client
from tests.opportunities import makers as sales
from tests.organization.makers import deputy

from . import makers
from .test_services import FLAT

Sign = Callable[[str], Client]
COMPONENT = {
    "name": "Commission", "kind": "commission", "measure": "invoiced", "credits": ["direct"], "interval": "quarter",
    "method": "marginal", "basis": "attainment", "unit": "percent", "weight": "100", "clawback_percent": "100",
    "tiers-0-start": "0", "tiers-0-end": "60", "tiers-0-rate": "1.2", "tiers-1-start": "60", "tiers-1-rate": "1.8",
}  # fmt: skip


def test_a_plan_from_nothing_to_approved(client_of: Sign) -> None:
    operator, finance = client_of("operator"), client_of("finance")
    assert "No plans yet" in operator.get("/compensation/plans").text
    made = operator.post("/compensation/plans/new", data={"name": "Reseller", "starts_on": "2026-01-01", "nonce": "a"})
    assert made.status_code == 303
    url = made.location
    place = f"{url}/components/0"
    assert "Rate table" in operator.get(place).text
    assert operator.post(place, data=COMPONENT | {"more": "1"}).text.count("Tier 5, from") == 1
    assert operator.post(place, data=COMPONENT).status_code == 303
    assert operator.post(place, data=COMPONENT | {"version": "1"}).status_code == 409
    position = world.position("rep").id
    plan_id = db.session.scalars(select(PlanVersion.plan_id)).one()
    joined = {"position_id": position, "starts_on": "2026-01-01", "target_incentive": "12000"}
    join = f"/compensation/plans/{plan_id}/participants/new"
    assert operator.get(join).status_code == 200
    assert operator.post(join, data=joined).status_code == 303
    assert "is on a plan in this position" in operator.post(join, data=joined).text
    assert operator.post(f"{url}/approval", data={}).status_code == 403
    refused = finance.post(f"{url}/approval", data={"seen": ""})
    assert refused.status_code == 422
    assert "accept what the check" in refused.text
    assert finance.post(f"{url}/approval", data={"seen": "1"}).status_code == 303
    assert "Approved" in finance.get(url).text
    assert operator.post(place, data=COMPONENT).status_code == 422
    mine = client_of("rep").get("/compensation").text
    assert "waits for your agreement" in mine
    who = db.session.scalars(select(queries.people.PlanParticipant.id)).one()
    assert client_of("rep").post(f"/compensation/participants/{who}/acceptance", data={}).status_code == 303
    assert client_of("colleague").post(f"/compensation/participants/{who}/acceptance", data={}).status_code == 404
    assert "waits for your agreement" not in client_of("rep").get("/compensation").text
    assert operator.post(f"/compensation/plans/{plan_id}/versions", data={"starts_on": "2026-02-02"}).status_code == 422
    next_one = operator.post(f"/compensation/plans/{plan_id}/versions", data={"starts_on": "2026-07-01"})
    assert finance.post(f"{next_one.location}/approval", data={"seen": "1"}).status_code == 303
    old, new = db.session.scalars(select(PlanVersion).order_by(PlanVersion.number)).all()
    assert (old.state, old.ends_on, new.state) == ("superseded", date(2026, 7, 1), "approved")


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"tiers-1-start": "61"}, "gap"),
        ({"tiers-1-start": "59"}, "overlap"),
        ({"tiers-1-end": "100"}, "must be open"),
        ({"tiers-0-rate": "much"}, "Not a valid decimal"),
        ({"kind": "spif"}, "how much each credit pays"),
        ({"name": ""}, "Give it a name"),
        ({"interval": "transaction"}, "needs a month"),
    ],
)
def test_a_bad_component_is_refused_where_it_is_wrong(client_of: Sign, bad: dict[str, str], said: str) -> None:
    version = makers.plan(approved=False)
    client = client_of("operator")
    answer = client.post(f"/compensation/versions/{version.id}/components/1", data=COMPONENT | bad)
    assert answer.status_code == 422
    assert said.lower() in answer.text.lower()
    assert len(db.session.get_one(PlanVersion, version.id).terms["components"]) == 1
    if "tiers-1-start" in bad:
        assert 'id="tiers-1-start-error"' in answer.text


def test_a_month_from_open_to_payroll(client_of: Sign, run_jobs: Callable[[], int]) -> None:
    makers.joins(makers.plan(FLAT), quota=None)
    makers.order(1000, date(2026, 1, 5))
    operator, finance, rep = client_of("operator"), client_of("finance"), client_of("rep")
    made = operator.post("/compensation/periods", data={"starts_on": "2026-01-07", "nonce": "p"})
    url = made.location
    assert operator.post("/compensation/periods", data={"starts_on": "2026-04-07"}).status_code == 422
    assert operator.post(f"{url}/calculation", data={}).status_code == 303
    assert "Refresh" in operator.get(url).text
    run_jobs()
    found = db.session.scalars(select(PayoutPeriod)).one()
    assert found.state == "calculated"
    who = db.session.scalars(select(Statement.participant_id)).one()
    extra = {"participant_id": who, "kind": "spif", "amount": "50", "reason": "First in Kiel"}
    assert operator.post(f"{url}/adjustments", data=extra | {"reason": ""}).status_code == 422
    assert operator.post(f"{url}/adjustments", data=extra).status_code == 303
    assert "Something was added" in operator.get(url).text
    assert operator.post(f"{url}/review", data={}).status_code == 422
    operator.post(f"{url}/calculation", data={})
    run_jobs()
    assert finance.get(f"{url}/payroll.csv").status_code == 422
    assert operator.post(f"{url}/review", data={}).status_code == 303
    assert operator.post(f"{url}/approval", data={}).status_code == 403
    assert finance.post(f"{url}/lock", data={}).status_code == 422
    assert finance.post(f"{url}/approval", data={}, htmx="period").status_code == 200
    assert finance.post(f"{url}/reopening", data={}).status_code == 303
    assert finance.post(f"{url}/approval", data={"nonce": "again"}).status_code == 303
    assert finance.post(f"{url}/lock", data={}).status_code == 303
    run_jobs()
    exported = finance.get(f"{url}/payroll.csv")
    assert '"150.00"' in exported.text or '"150"' in exported.text
    assert finance.get(f"{url}/payroll.xlsx").data.startswith(b"PK")
    assert operator.post(f"{url}/adjustments", data=extra).status_code == 422
    statement = db.session.scalars(select(Statement)).one()
    page = f"/compensation/statements/{statement.id}"
    assert "Why" in rep.get(page).text
    assert "First in Kiel" in rep.get(page).text
    assert db.session.get_one(Statement, statement.id).pdf_problem == ""
    assert rep.get(f"{page}/pdf").data.startswith(b"%PDF")
    assert rep.post(f"{page}/confirmation", data={}).status_code == 303
    assert statement.confirmed_at or db.session.get_one(Statement, statement.id).confirmed_at


def test_a_question_is_settled_in_the_open_month(client_of: Sign) -> None:
    makers.joins(makers.plan(FLAT), quota=None)
    makers.order(1000, date(2026, 1, 5))
    makers.locked()
    statement = db.session.scalars(select(Statement)).one()
    line = queries.lines_of(statement)[0]
    rep, operator, url = client_of("rep"), client_of("operator"), f"/compensation/statements/{statement.id}"
    assert client_of("colleague").post(f"{url}/disputes", data={"question": "Why?"}).status_code == 404
    assert rep.post(f"{url}/disputes", data={"question": ""}).status_code == 422
    assert rep.post(f"{url}/disputes", data={"question": "Was it 1,100?", "earning_id": line.id}).status_code == 303
    asked = db.session.scalars(select(Dispute.id)).one()
    assert "Was it 1,100?" in operator.get("/compensation/disputes").text
    assert rep.get(f"/compensation/disputes/{asked}").status_code == 403
    answer = {"answer": "Yes, sorry.", "amount": "10", "version": "1"}
    assert operator.post(f"/compensation/disputes/{asked}", data=answer).status_code == 422  # no month is open
    february = makers.month(2)
    assert operator.post(f"/compensation/disputes/{asked}", data=answer).status_code == 303
    correction = db.session.scalars(select(Adjustment)).one()
    assert (correction.period_id, correction.amount, correction.kind) == (february, 10, "correction")
    assert operator.post(f"/compensation/disputes/{asked}", data=answer | {"version": "2"}).status_code == 422
    assert "Yes, sorry." in rep.get(url).text


def test_pay_is_for_the_person_and_those_who_run_it(client_of: Sign) -> None:
    makers.joins(makers.plan(FLAT), quota=None)
    makers.order(1000, date(2026, 1, 5))
    makers.locked()
    url = f"/compensation/statements/{db.session.scalars(select(Statement.id)).one()}"
    said = {key: client_of(key).get(url).status_code for key in world.PEOPLE}
    seen = {"leader", "operator", "finance", "rep"}
    hidden = {"manager", "colleague", "outsider"}
    assert said == {key: 200 if key in seen else 404 if key in hidden else 403 for key in world.PEOPLE}
    client_of("operator").post("/compensation/policy", data={"managers_see_pay": "1"})
    assert client_of("manager").get(url).status_code == 200
    assert client_of("colleague").get(url).status_code == 404


def test_who_follows_in_a_position_does_not_see_former_pay(client_of: Sign) -> None:
    from portal.organization.models import Seat

    makers.joins(makers.plan(FLAT), quota=None)
    makers.order(1000, date(2026, 1, 5))
    makers.locked()
    url = f"/compensation/statements/{db.session.scalars(select(Statement.id)).one()}"
    world.add(
        Seat(position_id=world.position("rep").id, user_id=world.user("colleague").id, starts_on=date(2026, 1, 1))
    )
    assert client_of("colleague").get(url).status_code == 404


def test_a_deputy_does_not_see_the_pay_of_those_below_who_is_away(client_of: Sign) -> None:
    makers.joins(makers.plan(FLAT), quota=None)
    makers.order(1000, date(2026, 1, 5))
    makers.locked()
    url = f"/compensation/statements/{db.session.scalars(select(Statement.id)).one()}"
    client_of("operator").post("/compensation/policy", data={"managers_see_pay": "1"})
    deputy("manager", "colleague", date(2020, 1, 1), date(2090, 1, 1))
    assert client_of("colleague").get(url).status_code == 404
    assert client_of("manager").get(url).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_pages_ask_as_often_for_one_as_for_three(client_of: Sign, count_queries: list[str], count: int) -> None:
    version = makers.plan(FLAT)
    for key in ("rep", "colleague", "outsider")[:count]:
        makers.joins(version, key, quota=None)
        makers.order(1000, date(2026, 1, 5), key)
    period = makers.calculated()
    client = client_of("finance")
    for url, most in (
        ("/compensation/plans", 10), (f"/compensation/periods/{period.id}", 13), ("/compensation/periods", 9),
        ("/compensation/leaderboard", 15), (f"/compensation/versions/{version.id}", 16),
    ):  # fmt: skip
        count_queries.clear()
        assert client.get(url).status_code == 200
        assert len(count_queries) <= most, url


def test_what_a_deal_would_pay(client_of: Sign) -> None:
    makers.joins(makers.plan(FLAT), quota=None)
    deal = sales.deal(amount=makers.D(5000))
    rep = client_of("rep")
    assert "500" in rep.get(f"/compensation?deal={deal.id}").text
    assert "Would pay you" in rep.get(f"/opportunities/{deal.id}").text
    assert "Would pay you" not in client_of("manager").get(f"/opportunities/{deal.id}").text


def test_splits_on_the_page_of_the_deal(client_of: Sign) -> None:
    deal, manager = sales.deal(), client_of("manager")
    url = f"/opportunities/{deal.id}/splits"
    rows = {
        "rows-0-kind": "revenue", "rows-0-position_id": world.position("rep").id, "rows-0-percent": "60",
        "rows-1-kind": "revenue", "rows-1-position_id": world.position("colleague").id, "rows-1-percent": "41",
    }  # fmt: skip
    assert manager.get(url).status_code == 200
    refused = manager.post(url, data=rows)
    assert refused.status_code == 422
    assert "101 %" in refused.text
    assert manager.post(url, data=rows | {"rows-1-percent": "40"}).status_code == 303
    assert "Cole League" in manager.get(f"/opportunities/{deal.id}").text
    assert client_of("rep").post(url, data=rows).status_code == 403
    assert client_of("outsider").get(url).status_code in (403, 404)


def test_leaving_the_leaderboard(client_of: Sign) -> None:
    from portal.kernel import clock

    makers.joins(makers.plan(FLAT), quota=1000)
    with clock.frozen(makers.at(date(2026, 1, 20))):
        makers.order(1000, date(2026, 1, 5))
        makers.calculated()
        other = client_of("colleague")
        assert "Quota reached" in other.get("/compensation/leaderboard").text
        client_of("rep").post("/compensation/leaderboard", data={})
        assert "Rita Rep" not in other.get("/compensation/leaderboard").text
        assert "Rita Rep" in client_of("rep").get("/compensation/leaderboard").text
