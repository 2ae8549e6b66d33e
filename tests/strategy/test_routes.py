"""The strategy home and the capacity plan in the browser: who may what, what is refused, and what can be taken back."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from portal.kernel.db import db, unit_of_work
from portal.organization.models import Position
from portal.strategy.models import Hire, Scenario, StrategyStep
from portal.strategy.states import StepState
from portal.targets.queries import this_year
from tests import world
from tests.conftest import Client
from tests.targets.makers import plan

ClientOf = Callable[[str], Client]


def year() -> int:
    return this_year().starts_on.year


def step(name: str = "organization") -> StrategyStep | None:
    return db.session.scalar(select(StrategyStep).where(StrategyStep.step == name))


def test_who_sees_the_strategy(client_of: ClientOf) -> None:
    said = {key: client_of(key).get("/strategy").status_code for key in world.PEOPLE}
    assert said == dict.fromkeys(world.PEOPLE, 200) | dict.fromkeys(("rep", "colleague", "outsider"), 403)
    capacity = {key: client_of(key).get("/capacity").status_code for key in world.PEOPLE}
    assert {key for key, status in capacity.items() if status == 403} == {"rep", "colleague", "outsider", "marketer"}


def test_the_home_shows_what_the_reader_may_see(client_of: ClientOf) -> None:
    leader, hr = client_of("leader").get("/strategy").text, client_of("hr").get("/strategy").text
    for text in ("Work follows the targets", "Booked per seller", "Who reaches more earns more", "People enough"):
        assert text in leader
        assert text not in hr or text == "People enough"
    assert 'href="/organization/vacancies"' in leader or "Nothing" in leader
    assert ">Start<" in leader
    assert ">Start<" not in hr


def test_a_step_moves_along_and_back(client_of: ClientOf) -> None:
    leader, place = client_of("leader"), f"/strategy/{year()}/organization/state"
    assert leader.post(place, data={"state": "approved"}).status_code == 422
    assert step() is None
    assert leader.post(place, data={"state": "in_work"}).status_code == 303
    assert leader.post(place, data={"state": "approved"}).status_code == 303
    found = step()
    assert found
    assert (found.state, found.approved_by) == (StepState.APPROVED, "Lea Leader")
    undo = f"{place}?state=in_work"
    assert undo in leader.get("/strategy").text
    assert leader.post(undo).status_code == 303
    found = step()
    assert found
    assert (found.state, found.approved_at) == (StepState.IN_WORK, None)


def test_targets_are_approved_where_they_are_made(client_of: ClientOf) -> None:
    leader, place = client_of("leader"), f"/strategy/{year()}/targets/state"
    leader.post(place, data={"state": "in_work"})
    answer = leader.post(place, data={"state": "approved"})
    assert answer.status_code == 422
    assert "Approve the target plan of the year first." in answer.text
    found = step("targets")
    assert found
    assert found.state == StepState.IN_WORK


def test_who_and_when(client_of: ClientOf) -> None:
    leader, place = client_of("leader"), f"/strategy/{year()}/organization"
    data = {"lead_id": world.position("operator").id, "due_on": "2026-01-31", "note": "Germany first"}
    assert leader.get(place).status_code == 200
    assert leader.post(place, data=data).status_code == 303
    page = leader.get("/strategy").text
    assert "Ola Operator" in page
    assert "Late" in page
    stale = leader.post(place, data=data | {"note": "Other", "version": 0})
    assert stale.status_code == 409
    assert leader.post(place, data={"due_on": "soon"}).status_code == 422
    found = step()
    assert found
    assert found.note == "Germany first"


@pytest.mark.parametrize("path", ["/strategy/2026/lunch", "/strategy/1066/targets"])
def test_what_does_not_exist(client_of: ClientOf, path: str) -> None:
    assert client_of("leader").get(path).status_code == 404
    assert client_of("leader").post(f"{path}/state", data={"state": "in_work"}).status_code == 404


def test_only_leadership_and_operations_write(client_of: ClientOf) -> None:
    for key in ("manager", "finance", "hr", "marketer"):
        client = client_of(key)
        assert client.post(f"/strategy/{year()}/organization", data={"note": "Mine"}).status_code == 403
        assert client.post(f"/strategy/{year()}/organization/state", data={"state": "in_work"}).status_code == 403
    assert step() is None


def hire(client: Client, made: Scenario, **values: object) -> int:
    given: dict[str, object] = {
        "title": "Account executive", "count": "2", "opens_on": f"{year()}-04-01", "quota": "120000",
        "reports_to_id": world.position("manager").id,
    }  # fmt: skip
    return int(client.post(f"/capacity/scenarios/{made.id}/hires", data=given | values).status_code)


def saved(client: Client, name: str = "Two in April") -> Scenario:
    client.post(f"/capacity/{year()}/scenarios", data={"name": name})
    return db.session.scalars(select(Scenario)).one()


def test_hire_two_in_april(client_of: ClientOf) -> None:
    plan({"company": 500, "rep": 100})
    operator = client_of("operator")
    made = saved(operator)
    assert hire(operator, made) == 303
    page = operator.get(f"/capacity?scenario={made.id}").text
    assert "2 × Account executive" in page
    assert "What if: Two in April" in page
    assert operator.post(f"/capacity/scenarios/{made.id}/decision").status_code == 303
    new = db.session.scalars(select(Position).where(Position.title == "Account executive")).all()
    assert [(p.carries_quota, str(p.opens_on), p.reports_to_id) for p in new] == [
        (True, f"{year()}-04-01", world.position("manager").id)
    ] * 2
    assert not db.session.scalars(select(Scenario)).all()


@pytest.mark.parametrize(
    ("bad", "field"),
    [({"count": "0"}, "count"), ({"count": "x"}, "count"), ({"opens_on": "2019-01-01"}, "opens_on"), ({"title": ""}, "title"),
     ({"reports_to_id": "999999"}, "reports_to_id"), ({"quota": "-5"}, "quota"), ({"quota": "1e30"}, "quota")],
)  # fmt: skip
def test_bad_hires_are_refused_with_the_field(client_of: ClientOf, bad: dict[str, object], field: str) -> None:
    plan({"rep": 100})
    operator = client_of("operator")
    made = saved(operator)
    answer = operator.post(
        f"/capacity/scenarios/{made.id}/hires",
        data={"title": "AE", "count": "1", "opens_on": f"{year()}-04-01", "reports_to_id": world.position("manager").id}
        | bad,
    )
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert not db.session.scalars(select(Hire)).all()


def test_scenarios_are_undone_and_named_once(client_of: ClientOf) -> None:
    plan({"rep": 100})
    hr = client_of("hr")
    made = saved(hr)
    assert hr.post(f"/capacity/{year()}/scenarios", data={"name": "Two in April"}).status_code == 422
    hire(hr, made)
    one = db.session.scalars(select(Hire)).one()
    assert hr.post(f"/capacity/scenarios/{made.id}/hires/999/removal").status_code == 404
    assert hr.post(f"/capacity/scenarios/{made.id}/hires/{one.id}/removal").status_code == 303
    assert hr.post(f"/capacity/scenarios/{made.id}/decision").status_code == 422
    assert hr.post(f"/capacity/scenarios/{made.id}/removal").status_code == 303
    assert client_of("hr").get(f"/capacity?scenario={made.id}").status_code == 404


def test_leadership_plans_and_does_not_make_positions(client_of: ClientOf) -> None:
    plan({"rep": 100})
    leader = client_of("leader")
    made = saved(leader)
    assert hire(leader, made) == 303
    assert leader.post(f"/capacity/scenarios/{made.id}/decision").status_code == 403
    assert hire(client_of("manager"), made) == 403


@pytest.mark.parametrize("path", ["/strategy", "/capacity"])
def test_the_pages_ask_as_much_for_three_positions_as_for_forty(
    client_of: ClientOf, count_queries: list[str], path: str
) -> None:
    plan({"company": 500, "rep": 100})
    leader, counts = client_of("leader"), []
    leader.get(path)
    for more in (1, 36):
        boss = world.position("manager")
        with unit_of_work():
            for number in range(more):
                one = Position(title=f"Rep {number}", reports_to_id=boss.id, carries_quota=True)
                db.session.add(one)
                db.session.flush()
                one.path = f"{boss.path}{one.id}/"
        count_queries.clear()
        assert leader.get(path).status_code == 200
        counts.append(len([q for q in count_queries if q.startswith("SELECT")]))
    assert counts[0] == counts[1] == {"/strategy": 63, "/capacity": 17}[path]
