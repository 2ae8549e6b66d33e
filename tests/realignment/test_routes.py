"""Scenarios in the browser."""

from typing import Any

import pytest
from sqlalchemy import func, select

from portal.accounts.models import Account
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.organization.models import Coverage
from portal.realignment import queries, services
from portal.realignment.models import Activation, Pin, Proposal
from portal.territories.models import Territory, TerritoryModel, TerritoryRule
from portal.territories.queries import active_model
from portal.territories.states import ModelState
from tests import world
from tests.realignment.makers import account, leader, plan, planned


def _california_to_northwest(model: TerritoryModel) -> None:
    mine = select(TerritoryRule).join(TerritoryRule.territory).where(Territory.model_id == model.id)
    with unit_of_work():
        db.session.scalars(mine.where(TerritoryRule.region == "CA")).one().territory_id = planned(model, "Northwest").id


def test_a_plan_is_copied_changed_compared_and_removed(client_of: Any) -> None:
    account("Alpha")
    client = client_of("operator")
    assert "Territories" in client.get("/realignment").text
    made = client.post("/realignment", data={"name": "Next year", "note": "Try"})
    assert made.status_code == 303
    model = db.session.scalars(select(TerritoryModel).where(TerritoryModel.name == "Next year")).one()
    assert model.made_by == "Ola Operator"
    assert "No account moves" in client.get(f"/realignment/{model.id}").text
    _california_to_northwest(model)
    page = client.get(f"/realignment/{model.id}").text
    assert "Rita Rep → Cole League" in page
    assert "Rule: country US, region CA, priority 100" in page
    file = client.get(f"/realignment/{model.id}/moves.csv").text
    assert '"T-Alpha","Alpha","Southwest","Northwest","Rita Rep","Cole League"' in file
    for name in ("US", "world"):
        both = client.get(f"/realignment/comparison?a={active_model().id}&b={model.id}&map={name}").text  # type: ignore[union-attr]
        assert "Every figure of both" in both
    tree = client.get(f"/territories?model={model.id}").text
    assert "A plan: nothing of it is in force" in tree
    rename = {"name": "Two years on", "note": "", "version": str(model.version)}
    assert client.post(f"/realignment/{model.id}", data=rename).status_code == 303
    assert client.post(f"/realignment/{model.id}", data=rename | {"name": "Three"}).status_code == 409
    copied = client.post(f"/realignment/{model.id}/copies", data={"name": "A copy"})
    assert copied.status_code == 303
    assert client.post(f"/realignment/{model.id}/removal").status_code == 303
    assert client.get(f"/realignment/{model.id}").status_code == 404


def test_what_is_in_force_is_not_removed_and_names_are_unique(client_of: Any) -> None:
    client, model = client_of("leader"), active_model()
    assert model is not None
    assert client.post(f"/realignment/{model.id}/removal").status_code == 422
    assert client.post("/realignment", data={"name": model.name}).status_code == 422
    assert client.post("/realignment", data={"name": ""}).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(TerritoryModel)) == 1


@pytest.mark.parametrize("key", ["rep", "manager", "marketer", "finance", "admin"])
def test_plans_do_not_exist_for_others(client_of: Any, key: str) -> None:
    model = plan()
    area = planned(model, "Southwest")
    client = client_of(key)
    assert client.get(f"/territories/{area.id}").status_code == 404
    assert client.get(f"/territories?model={model.id}").status_code == 404
    tree = client.get("/territories").text
    assert tree.count(">Southwest<") == 1
    assert client.get("/realignment").status_code == 403


def test_the_confirm_page_says_what_will_happen_and_the_act_does_it(client_of: Any, run_jobs: Any) -> None:
    one = account("Alpha")
    model = plan()
    _california_to_northwest(model)
    client = client_of("leader")
    confirm = client.get(f"/realignment/{model.id}/activation").text
    assert "1 account changes territory or owner; 1 of them go to somebody else" in confirm
    today = clock.now().date().isoformat()
    data = {"reason": "New year", "effective_on": today, "hold_over_days": "60", "moves": "1"}
    url = f"/realignment/{model.id}/activation"
    wrong: list[dict[str, str]] = [
        {"reason": ""}, {"effective_on": "2020-01-01"}, {"effective_on": "soon"}, {"hold_over_days": "999"}, {"moves": ""},
    ]  # fmt: skip
    for change in wrong:
        assert client.post(url, data=data | change).status_code == 422
    assert client.post(url, data=data | {"moves": "7"}).status_code == 409
    assert db.session.get_one(TerritoryModel, model.id).state == ModelState.PLANNING
    done = client.post(url, data=data)
    assert done.status_code == 303
    made = db.session.scalars(select(Activation)).one()
    assert "Accounts move" in client.get(f"/realignment/activations/{made.id}").text
    assert client.get(f"/realignment/activations/{made.id}", htmx="work").status_code == 200
    run_jobs()
    db.session.expire_all()
    assert db.session.get_one(Account, one.id).owner_id == world.position("colleague").id
    text = client.get(f"/realignment/activations/{made.id}").text
    assert "All accounts are where the model puts them" in text
    assert "Take it back: activate" in text
    assert client.post(url, data=data).status_code in (409, 422)


def test_an_account_says_why_it_is_here_and_is_pinned(client_of: Any) -> None:
    one = account("Alpha", region="WA", territory="Southwest")
    client = client_of("operator")
    page = client_of("rep").get(f"/realignment/accounts/{one.id}").text
    assert "The rules in force put it elsewhere" in page
    assert "Pin it here" not in page
    assert client_of("outsider").get(f"/realignment/accounts/{one.id}").status_code == 404
    assert client.post(f"/realignment/accounts/{one.id}/pin", data={"reason": ""}).status_code == 422
    assert client.post(f"/realignment/accounts/{one.id}/pin", data={"reason": "Family"}).status_code == 303
    assert client_of("rep").post(f"/realignment/accounts/{one.id}/pin", data={"reason": "Mine"}).status_code == 403
    assert "Pinned: Family" in client.get(f"/realignment/accounts/{one.id}").text
    assert "Family" in client.get("/realignment/pins").text
    assert client.post(f"/realignment/accounts/{one.id}/pin/removal").status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Pin)) == 0


def test_a_search_is_asked_for_watched_and_read(client_of: Any, run_jobs: Any) -> None:
    for i in range(4):
        account(f"CA{i}")
    account("WA", region="WA", owner="colleague")
    client, model = client_of("leader"), active_model()
    assert model is not None
    url = f"/realignment/{model.id}/proposal"
    assert "Search" in client.get(url).text
    for wrong in ({"name": ""}, {"name": model.name}, {"most_moves": "0"}, {"most_moves": "many"}):
        assert client.post(url, data={"name": "Better", "most_moves": "3"} | wrong).status_code == 422
    assert client.post(url, data={"name": "Better", "most_moves": "3"}).status_code == 303
    made = db.session.scalars(select(Proposal)).one()
    assert "Searching" in client.get(f"/realignment/proposals/{made.id}").text
    run_jobs()
    assert "Nothing better was found" in client.get(f"/realignment/proposals/{made.id}").text


def test_planned_coverage_named_accounts_and_the_rest(client_of: Any) -> None:
    one = account("Alpha")
    model = plan()
    area, client = planned(model, "Germany"), client_of("operator")
    colleague = world.position("colleague").id
    assert client.post(f"/territories/{area.id}/coverage", data={"positions": [str(colleague)]}).status_code == 303
    assert db.session.scalars(select(Coverage.position_id).where(Coverage.territory_id == area.id)).all() == [colleague]
    live = world.territory("Germany").id
    assert client.post(f"/territories/{live}/coverage", data={"positions": []}).status_code == 422
    rule = {"priority": "100", "account": "Alpha (T-Alpha)"}
    assert client.post(f"/territories/{area.id}/rules", data=rule).status_code == 303
    assert [m.why for m in queries.preview(model.id).moves] == ["Named account T-Alpha"]
    assert client.post(f"/territories/{area.id}/rules", data=rule).status_code == 422  # named already
    assert client.post(f"/territories/{area.id}/rules", data=rule | {"account": "Nobody"}).status_code == 422
    assert client.post(f"/territories/{area.id}/rules", data=rule | {"country": "FR"}).status_code == 422
    assert client.post(f"/territories/{area.id}/rest", data={"takes": "1"}).status_code == 303
    assert planned(model, "Germany").is_default
    assert client.post(f"/realignment/{model.id}/removal").status_code == 303
    assert db.session.get_one(Account, one.id)


def test_an_archived_model_stays_as_it_was(client_of: Any) -> None:
    former, model = active_model(), plan()
    assert former is not None
    with unit_of_work():
        services.activate(leader(), model.id, reason="Now", effective_on=clock.now().date())
    client, kept = client_of("leader"), planned(former, "Germany")
    assert client.post(f"/territories/{kept.id}/rules", data={"country": "FR", "priority": "1"}).status_code == 422
    assert client.post(f"/territories/{kept.id}/removal").status_code == 422
    assert "Archived: it stays as it was" in client.get(f"/territories?model={former.id}").text
    assert client.get(f"/territories/{kept.id}").status_code == 200


def test_coverage_leads_to_where_it_is_mended(client_of: Any) -> None:
    account("Nowhere", country="FR", region="", territory=None)
    page = client_of("operator").get("/realignment/coverage").text
    assert "Nowhere" in page
    assert "/realignment/accounts/" in page
    assert "country DE" in page


def test_lists_ask_the_same_few_queries_for_any_number(client_of: Any, count_queries: list[str]) -> None:
    client = client_of("leader")
    client.get("/realignment")  # what is kept for a while is read now
    for name in ("One", "Two"):
        account(name)
        model = plan(name)
        paths = ["/realignment", f"/realignment/{model.id}", "/realignment/coverage", "/realignment/pins"]
        counts = []
        for path in paths:
            count_queries.clear()
            assert client.get(path).status_code == 200
            counts.append(len(count_queries))
        assert counts == [7, 28, 13, 6]
