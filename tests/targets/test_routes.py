"""The pages: everybody their part, forms without JavaScript, refusals that name their field."""

import re
from decimal import Decimal

import pytest

from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.organization.models import Position
from portal.targets import queries
from portal.targets.states import Metric, PlanState
from tests import world
from tests.targets.makers import MAY, node, order, plan


@pytest.fixture
def draft(app):
    return plan({"rep": 100, "colleague": 50, "manager": 200}, approved=False)


@pytest.fixture(autouse=True)
def _in_may():
    with clock.frozen(MAY):
        yield


PAGES = ("", "?span=month&metric=deals", "?year=2025-01-01", "?year=x&metric=x&span=x&plan=x")


@pytest.mark.parametrize("who", ["rep", "manager", "leader", "operator", "finance", "hr", "admin"])
def test_everybody_looks_at_targets(client_of, who, draft):
    someone = client_of(who)
    order("rep", 30, (5, 5))
    for query in (*PAGES, f"?plan={draft.id}"):
        assert someone.get(f"/targets{query}").status_code == 200
    assert someone.get(f"/targets/plans/{draft.id}/table.csv").status_code == 200
    for page in ("/targets/plans", f"/targets/plans/{draft.id}"):
        assert someone.get(page).status_code == 200
    assert someone.get(f"/targets/{node(draft, 'rep')}").status_code == 200
    assert someone.get(f"/targets/{node(draft, 'company')}").status_code == (404 if who in ("rep", "manager") else 200)
    assert client_of("marketer").get("/targets").status_code == 403


def test_setting_a_target(client_of, draft):
    here, manager = f"/targets/{node(draft, 'rep')}/numbers", client_of("manager")
    page = manager.get(here)
    assert page.status_code == 200
    version = str(queries.target(node(draft, "rep"), Metric.BOOKINGS).version)
    data = {"m0": "300", "m3": "330.50", "m6": "300", "m9": "300", "stretch_percent": "10", "version": version}
    assert manager.post(here, data=data | {"total": "1230.5"}).status_code == 303
    assert queries.quota_of(world.position("rep").id, queries.current_period()) == 0  # a draft counts nowhere
    held = queries.tree(_actor("leader"), draft.starts_on, plan=draft).find(f"position:{world.position('rep').id}")
    assert (held.year, held.stretch_percent, held.amounts[0]) == (Decimal("1230.50"), Decimal(10), Decimal(100))
    assert manager.post(here, data=data | {"m0": "301"}).status_code == 409
    assert client_of("rep").post(here, data=data).status_code == 403
    assert client_of("outsider").get(here).status_code == 403
    assert client_of("finance").get(here).status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("m0", "-1", "from 0"), ("m3", "", "Give an amount"), ("m6", "NaN", ""), ("m9", "0.001", "2 decimal places"),
        ("total", "5", "add up to"), ("stretch_percent", "-3", "percentage"),
    ],
)  # fmt: skip
def test_bad_numbers_name_their_field(client_of, draft, field, value, words):
    here = f"/targets/{node(draft, 'rep')}/numbers"
    data = {"m0": "1", "m3": "1", "m6": "1", "m9": "1"}
    answer = client_of("operator").post(here, data=data | {field: value})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'href="#{field}"' in answer.text
    branch = queries.tree(_actor("leader"), draft.starts_on, plan=draft).find(f"position:{world.position('rep').id}")
    assert branch.year == 1200


def test_nobody_sets_their_own_target(client_of, draft):
    answer = client_of("manager").post(f"/targets/{node(draft, 'manager')}/numbers?span=year", data={"m0": "1"})
    assert answer.status_code == 422
    assert "Nobody sets their own target" in answer.text


def test_spreading_over_those_below(client_of, draft):
    here = f"/targets/{node(draft, 'manager')}/allocation"
    manager = client_of("manager")
    assert manager.get(here).status_code == 200
    assert manager.post(here, data={"method": "equal", "over_percent": "10", "deep": "y"}).status_code == 303
    team = queries.tree(_actor("leader"), draft.starts_on, plan=draft).find(f"team:{world.position('manager').id}")
    assert sum(team.below) == Decimal("2640.00")
    assert team.over_assigned == Decimal("0.1")
    assert [leaf.year for leaf in team.walk() if not leaf.children] == [Decimal(1320), Decimal(1320)]
    ids = [child.id for child in team.children]
    shares = {"method": "shares", f"share_{ids[0]}": "70", f"share_{ids[1]}": "20"}
    refused = manager.post(here, data=shares)
    assert refused.status_code == 422
    assert "add up to 90 %" in refused.text
    assert manager.post(here, data=shares | {f"share_{ids[1]}": "30"}).status_code == 303
    assert client_of("rep").get(here).status_code == 403


def test_proposing_from_below(client_of, draft):
    here = f"/targets/{node(draft, 'rep')}/proposal"
    rep = client_of("rep")
    assert rep.get(here).status_code == 200
    assert rep.post(here, data={"m0": "90", "m3": "-1", "m6": "0", "m9": "0"}).status_code == 422
    data = {"m0": "90", "m3": "90", "m6": "90", "m9": "90", "note": "Two large customers close"}
    assert rep.post(here, data=data).status_code == 303
    assert client_of("colleague").get(here).status_code == 404
    page = client_of("manager").get(f"/targets/{node(draft, 'rep')}")
    assert "Two large customers close" in page.text
    assert rep.post(f"{here}/acceptance").status_code == 403
    assert client_of("manager").post(f"{here}/acceptance").status_code == 303
    branch = queries.tree(_actor("leader"), draft.starts_on, plan=draft).find(f"position:{world.position('rep').id}")
    assert (branch.year, branch.proposed_year) == (Decimal(360), Decimal(360))


def test_a_version_from_draft_to_approved(client_of, draft):
    leader, operator, here = client_of("leader"), client_of("operator"), f"/targets/plans/{draft.id}"
    assert operator.post(f"{here}/approval").status_code == 403
    assert operator.post(f"{here}/submission").status_code == 303
    assert client_of("manager").post(f"{here}/submission").status_code == 403
    assert leader.post(f"/targets/{node(draft, 'rep')}/numbers?span=year", data={"m0": "1"}).status_code == 409
    assert leader.post(f"{here}/approval").status_code == 303
    assert queries.plan(_actor("leader"), draft.id).state == PlanState.APPROVED
    assert queries.quota_of(world.position("rep").id, queries.current_period()) == 300
    year = "/targets/plans?year=2026-01-01"
    bad = leader.post(year, data={"effective_on": "2026-07-01", "reason": ""})
    assert (bad.status_code, 'href="#reason"' in bad.text) == (422, True)
    assert leader.post(year, data={"effective_on": "2027-07-01", "reason": "x"}).status_code == 422
    made = leader.post(year, data={"effective_on": "2026-07-01", "reason": "Two more people"})
    assert made.status_code == 303
    assert client_of("leader").get(f"{made.location}/comparison").status_code == 200
    assert operator.post(f"{made.location}/discard").status_code == 303
    assert operator.get(made.location).status_code == 404


def test_the_season_adds_up_to_a_hundred(client_of, draft):
    here = f"/targets/plans/{draft.id}/season"
    months = {f"month_{i}": "8" for i in range(12)}
    assert "add up to 96 %, not 100 %" in client_of("operator").post(here, data=months).text
    assert client_of("operator").post(here, data=months | {"month_11": "12"}).status_code == 303
    assert queries.seasonality(queries.plan(_actor("leader"), draft.id))[-1] == Decimal(12)


def test_moving_a_part_never_makes_a_circle(client_of, draft):
    team, rep, operator = node(draft, "manager"), node(draft, "rep"), client_of("operator")
    answer = operator.post(f"/targets/{team}/parent", data={"parent_id": str(rep)})
    assert (answer.status_code, "circle" in answer.text) == (422, True)
    assert operator.post(f"/targets/{rep}/parent", data={"parent_id": str(node(draft, "company"))}).status_code == 303
    assert queries.node(_actor("leader"), rep)[0].parent_id == node(draft, "company")


def test_tables_in_and_out(client_of, draft):
    operator, here = client_of("operator"), f"/targets/plans/{draft.id}/import"
    assert operator.get(here).status_code == 200
    for kind in ("csv", "xlsx"):
        sent = operator.get(f"/targets/plans/{draft.id}/table.{kind}")
        assert sent.status_code == 200
        answer = operator.post(here, data={"file": (_file(sent.data), f"t.{kind}")}, content_type="multipart/form-data")
        assert answer.status_code == 303
    pasted = "Name\tMetric\tCurrency\t2026-01\nSales Representative Southwest\tBookings\tEUR\t5\nNobody\tdeals\t\t1.5"
    wrong = operator.post(here, data={"text": pasted})
    assert wrong.status_code == 422
    for words in ("Targets are in USD, not EUR", "No part of the tree below you", '<th scope="row" class="num">2</th>'):
        assert words in wrong.text
    assert operator.post(here, data={}).status_code == 422
    assert client_of("rep").get(here).status_code == 403


def _file(content):
    import io

    return io.BytesIO(content)


def _actor(key):
    from datetime import date

    from portal.organization.queries import actor_for

    return actor_for(world.user(key), date(2026, 6, 1))


@pytest.mark.parametrize("more", [0, 30])
def test_the_pages_ask_as_often_for_many_as_for_few(client_of, count_queries, more):
    for n in range(more):
        _seller(n)
    made = plan({"rep": 100, "manager": 100})
    order("rep", 10, (5, 5)), order("colleague", 10, (5, 6))
    leader = client_of("leader")
    for url, number in (("/targets", 15), (f"/targets/{node(made, 'manager')}?span=month", 21)):
        leader.get(url)
        count_queries.clear()
        assert leader.get(url).status_code == 200
        assert len(count_queries) == number, url


def _seller(n):
    boss = world.position("manager")
    made = world.add(Position(title=f"Seller {n}", reports_to_id=boss.id, carries_quota=True))
    with unit_of_work():
        db.session.get(Position, made.id).path = f"{boss.path}{made.id}/"


def test_the_list_behind_a_figure_adds_up_to_it(client_of):
    plan({"rep": 100, "manager": 300})
    order("rep", 300, (4, 1)), order("rep", 45, (6, 30)), order("colleague", 90, (5, 5)), order("rep", 7, (7, 1))
    manager = client_of("manager")
    links = dict(
        re.findall(r'href="(/orders\?[^"]*)"><span class="money"><span class="cur">\$</span>([\d,]+)<', _text(manager))
    )
    assert set(links.values()) >= {"345", "435", "90"}
    for url, amount in links.items():
        listed = manager.get(url.replace("&amp;", "&"))
        together = re.search(r"Net of all these rows:.*?</strong>", listed.text, re.S)[0]
        assert f"{amount}.00" in together, url


def _text(client):
    return client.get("/targets").text
