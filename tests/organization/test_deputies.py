"""Deputies: on their days they reach what the position reaches, and sign as "X for Y"; not a day longer."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.actor import Scope
from portal.kernel.audit import history
from portal.kernel.db import db
from portal.leads.models import Lead
from portal.organization.models import Delegation
from portal.organization.queries import actor_for, allows, deputy_of, own_position
from tests import world
from tests.conftest import Client
from tests.opportunities import makers as sales
from tests.organization.makers import deputy

ClientOf = Callable[[str], Client]
FIRST, END = date(2026, 7, 1), date(2026, 7, 15)
DAYS = [(date(2026, 6, 30), False), (FIRST, True), (date(2026, 7, 14), True), (END, False)]


@pytest.mark.parametrize(("day", "acts"), DAYS)
def test_a_deputy_reaches_the_position_on_these_days_alone(app: Flask, day: date, acts: bool) -> None:
    deputy("rep", "outsider", FIRST, END)
    made = sales.lead()
    someone = actor_for(world.user("outsider"), day)
    assert allows(someone, "leads.edit", db.session.get_one(Lead, made.id)) == acts
    assert (deputy_of(world.position("rep").id, day) is not None) == acts


def test_the_absent_person_keeps_everything(app: Flask) -> None:
    deputy("rep", "outsider", FIRST, END)
    assert world.position("rep").id in actor_for(world.user("rep"), FIRST).position_ids


def test_a_deputy_of_a_manager_reaches_the_team(app: Flask) -> None:
    deputy("manager", "outsider", FIRST, END)
    lead_of_rep = sales.lead()
    someone = actor_for(world.user("outsider"), FIRST)
    assert allows(someone, "leads.assign", db.session.get_one(Lead, lead_of_rep.id))
    assert someone.signs(world.position("rep").id) == "Otto Outsider for Max Manager"
    assert someone.signs(world.position("outsider").id) == "Otto Outsider"


def test_what_reaches_everything_is_not_lent(app: Flask) -> None:
    deputy("leader", "rep", FIRST, END)
    deputy("hr", "rep", FIRST, END)
    someone = actor_for(world.user("rep"), FIRST)
    usual = actor_for(world.user("rep"), END)
    assert {p for p, s in someone.grants.items() if Scope.ALL in s} == {
        p for p, s in usual.grants.items() if Scope.ALL in s
    }
    assert not someone.may("organization.edit")


def test_new_records_stay_with_the_own_position(app: Flask) -> None:
    deputy("leader", "rep", FIRST, END)
    assert own_position(actor_for(world.user("rep"), FIRST)) == world.position("rep").id


def test_the_audit_and_the_page_say_for_whom(client_of: ClientOf) -> None:
    deputy("rep", "colleague")
    made = sales.lead()
    colleague = client_of("colleague")
    page = colleague.get(f"/leads/{made.id}")
    assert page.status_code == 200
    assert "For Rita Rep" in page.text
    version = db.session.get_one(Lead, made.id).version
    data = {"last_name": "Newer", "email": made.email, "country": "US", "source": "web", "version": version}
    assert colleague.post(f"/leads/{made.id}/edit", data=data).status_code == 303
    entry = history("leads", made.id)[0]
    assert (entry.actor, entry.user_id) == ("Cole League for Rita Rep", world.user("colleague").id)
    colleague.post(f"/timeline/leads/{made.id}/notes", data={"note-body": "Called back"})
    assert "Cole League for Rita Rep" in colleague.get(f"/leads/{made.id}?tab=timeline").text


def name_deputy(client: Client, key: str, **values: object) -> int:
    today = clock.today("UTC")
    data = {"deputy_id": world.user("colleague").id, "first_day": today, "last_day": today + timedelta(days=5)} | values
    return int(client.post(f"/organization/{world.position(key).id}/delegations", data=data).status_code)


def test_who_names_a_deputy(client_of: ClientOf) -> None:
    said = {
        key: name_deputy(client_of(key), "rep", first_day=date(2027, 1, n), last_day=date(2027, 1, n))
        for n, key in enumerate(("rep", "manager", "leader", "hr", "outsider", "marketer", "finance"), 1)
    }
    assert said == dict.fromkeys(("rep", "manager", "leader", "hr"), 303) | dict.fromkeys(
        ("outsider", "marketer", "finance"), 403
    )


def test_nobody_makes_themselves_a_deputy(client_of: ClientOf) -> None:
    hr = world.user("hr").id
    assert name_deputy(client_of("hr"), "rep", deputy_id=hr) == 422
    assert not db.session.scalars(select(Delegation)).all()


def test_a_deputy_names_no_deputy(client_of: ClientOf) -> None:
    deputy("rep", "colleague")
    assert name_deputy(client_of("colleague"), "rep", deputy_id=world.user("outsider").id) == 403


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [("2026-07-14", "2026-07-20", 422), ("2026-06-20", "2026-07-01", 422), ("2026-07-15", "2026-07-20", 303),
     ("2026-07-20", "2026-07-19", 422)],
)  # fmt: skip
def test_deputies_do_not_overlap(client_of: ClientOf, first: str, last: str, status: int) -> None:
    deputy("rep", "outsider", FIRST, END)
    assert name_deputy(client_of("manager"), "rep", first_day=first, last_day=last) == status


def test_ending_early_and_taking_back(client_of: ClientOf) -> None:
    now = deputy("rep", "colleague")
    later = deputy("rep", "outsider", date(2030, 1, 1), date(2030, 2, 1))
    place, rep = f"/organization/{now.position_id}/delegations", client_of("rep")
    assert rep.post(f"{place}/{now.id}/end").status_code == 303
    assert db.session.get_one(Delegation, now.id).ends_on == clock.today("UTC")
    assert rep.post(f"{place}/{later.id}/end").status_code == 303
    assert db.session.get(Delegation, later.id) is None
    assert rep.post(f"{place}/999/end").status_code == 404


def test_a_deputy_costs_three_queries_more(app: Flask, count_queries: list[str]) -> None:
    deputy("manager", "outsider", FIRST, END)
    user = world.user("outsider")
    assert user.role_names
    count_queries.clear()
    actor_for(user, END)
    usual = len(count_queries)
    count_queries.clear()
    actor_for(user, FIRST)
    assert (usual, len(count_queries)) == (2, 5)
