"""The model in the browser."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select

from portal.kernel.db import db, unit_of_work
from portal.kernel.outbox import OutboxEntry
from portal.leads.models import Lead
from portal.scoring.models import ScoreRule
from portal.scoring.services import DEFAULT, ensure_default_model
from tests.leads.makers import lead

RULE = {
    "part": "fit",
    "label": "Sells here",
    "fact": "country",
    "operator": "is",
    "value": "US",
    "points": "7",
    "active": "y",
}


@pytest.fixture(autouse=True)
def model(app: Any) -> None:
    with unit_of_work():
        ensure_default_model()


def count() -> int:
    return db.session.scalar(select(func.count()).select_from(ScoreRule)) or 0


def first() -> ScoreRule:
    return db.session.scalars(select(ScoreRule).order_by(ScoreRule.id)).first()  # type: ignore[return-value]


def test_the_default_model_is_made_once(app: Any) -> None:
    with unit_of_work():
        ensure_default_model()
    assert count() == len(DEFAULT)


def test_the_model_is_shown(client_of: Callable[[str], Any]) -> None:
    page = client_of("rep").get("/scoring")
    assert page.status_code == 200
    assert "Buys or decides" in page.text
    assert "New rule" not in page.text


@pytest.mark.parametrize("key", ["marketer", "operator"])
def test_a_rule_is_added_and_every_lead_scored_anew(client_of: Any, run_jobs: Any, key: str) -> None:
    one = lead()
    answer = client_of(key).post("/scoring/rules/new", data=RULE)
    assert answer.status_code == 303
    run_jobs()
    assert db.session.get_one(Lead, one.id).fit == 12  # 7, and 5 for the company


def test_a_change_can_be_tried_before_it_is_saved(client_of: Any) -> None:
    one = lead()
    answer = client_of("marketer").post("/scoring/rules/new", data=RULE | {"preview": "1"})
    assert answer.status_code == 200
    assert "nothing is saved yet" in answer.text
    assert one.name in answer.text
    assert count() == len(DEFAULT)
    assert db.session.scalar(select(func.count()).select_from(OutboxEntry)) == 0


WRONG: tuple[dict[str, str], ...] = (
    {"points": "0"}, {"points": "101"}, {"points": "x"}, {"value": ""}, {"operator": "yes"}, {"fact": "age"},
    {"label": ""}, {"half_life": "3"}, {"cap": "0"},
)  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("preview", [{}, {"preview": "1"}])
def test_a_bad_rule_is_refused(client_of: Any, wrong: dict[str, str], preview: dict[str, str]) -> None:
    answer = client_of("marketer").post("/scoring/rules/new", data=RULE | wrong | preview)
    assert answer.status_code in ((422,) if not preview else (200, 422))
    assert count() == len(DEFAULT)


def test_the_second_of_two_editors_sees_both_versions(client_of: Any) -> None:
    found = first()
    data = RULE | {"version": str(found.version)}
    assert client_of("marketer").post(f"/scoring/rules/{found.id}", data=data | {"label": "Mine"}).status_code == 303
    second = client_of("operator").post(f"/scoring/rules/{found.id}", data=data | {"label": "Theirs"})
    assert second.status_code == 409
    assert "Mine" in second.text
    assert first().label == "Mine"


def test_a_rule_is_switched_off_and_on(client_of: Any) -> None:
    found = first()
    client_of("marketer").post(f"/scoring/rules/{found.id}/suspension")
    assert not first().active
    client_of("marketer").post(f"/scoring/rules/{found.id}/activation")
    assert first().active


@pytest.mark.parametrize("key", ["rep", "manager", "leader", "admin"])
def test_only_marketing_and_operations_change_it(client_of: Any, key: str) -> None:
    assert client_of(key).get("/scoring").status_code == 200
    assert client_of(key).get("/scoring/rules/new").status_code == 403
    assert client_of(key).post("/scoring/rules/new", data=RULE).status_code == 403
    assert client_of(key).post(f"/scoring/rules/{first().id}/suspension").status_code == 403
    assert client_of("finance").get("/scoring").status_code == 403
    assert client_of("marketer").get("/scoring/rules/99999").status_code == 404


@pytest.mark.parametrize("leads", [1, 3])
def test_the_page_costs_the_same_for_many_leads(client_of: Any, count_queries: list[str], leads: int) -> None:
    for _ in range(leads):
        lead()
    client = client_of("marketer")
    client.get("/scoring")
    count_queries.clear()
    client.get("/scoring")
    assert len([s for s in count_queries if s.startswith("SELECT")]) == SELECTS


SELECTS = 5
