"""The chart: moving and taking it back, units, ramps, vacancies and plans, sheets of paper."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Refused
from portal.leads.models import Lead
from portal.organization import documents, services
from portal.organization.models import Position, RampProfile, Seat, Unit
from portal.organization.queries import chart, planned, positions_below, unit_choices, vacancies, visible_to
from portal.organization.services import PositionFacts
from portal.workspace.models import LongWork
from tests import world
from tests.conftest import Client
from tests.opportunities import makers as sales
from tests.organization.makers import unit
from tests.organization.test_routes import FACTS

ClientOf = Callable[[str], Client]
DAY = date(2026, 6, 1)


def move(client: Client, key: str, under: object, **kwargs: object) -> object:
    return client.post(f"/organization/{world.position(key).id}/move", data={"reports_to_id": under}, **kwargs)


def test_a_move_can_be_taken_back(client_of: ClientOf) -> None:
    hr, before = client_of("hr"), world.position("rep").path
    answer = move(hr, "rep", world.position("leader").id)
    assert answer.status_code == 303  # type: ignore[attr-defined]
    assert world.position("rep").path == f"{world.position('leader').path}{world.position('rep').id}/"
    page = hr.get("/organization").text
    undo = f"/organization/{world.position('rep').id}/move/undo?under={world.position('manager').id}"
    assert undo in page
    assert hr.post(undo).status_code == 303
    assert world.position("rep").path == before


def test_a_circle_names_the_field(client_of: ClientOf) -> None:
    answer = move(client_of("hr"), "manager", world.position("rep").id)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert 'id="reports_to_id-error"' in answer.text  # type: ignore[attr-defined]
    assert move(client_of("rep"), "rep", "").status_code == 403  # type: ignore[attr-defined]
    assert move(client_of("hr"), "rep", 999_999).status_code == 422  # type: ignore[attr-defined]


def test_who_may_not_edit_gets_no_handles(client_of: ClientOf) -> None:
    page = client_of("rep").get("/organization").text
    assert "draggable" not in page
    assert "data-move-form" not in page
    assert "draggable" in client_of("hr").get("/organization").text


def test_the_book_of_a_leaver_stays_with_the_position(client_of: ClientOf, actor: Callable[[str], Actor]) -> None:
    made, position = sales.lead(), world.position("rep")
    today = clock.today("UTC")
    assert client_of("hr").post(f"/organization/{position.id}/vacancy", data={"ends_on": today}).status_code == 303
    assert db.session.get_one(Lead, made.id).owner_id == position.id
    page = client_of("manager").get(f"/leads/{made.id}").text
    assert "Vacant: Sales Representative Southwest" in page
    heir = {"user_id": world.user("outsider").id, "starts_on": today, "leaves_others": "y"}
    assert client_of("hr").post(f"/organization/{position.id}/seats", data=heir).status_code == 303
    assert client_of("outsider").get(f"/leads/{made.id}").status_code == 200
    assert db.session.scalar(visible_to(actor("manager"), Lead).where(Lead.id == made.id))


def test_a_planned_position_is_no_vacancy_before_it_opens(app: Flask) -> None:
    opens = DAY + timedelta(days=30)
    with unit_of_work():
        made = services.add_position(
            world_admin(), PositionFacts("Sales Rep East", opens_on=opens), world.position("manager").id
        )
    assert [p.id for p in planned(DAY)] == [made.id]
    assert not vacancies(DAY)
    assert [(v.position.id, v.since) for v in vacancies(opens)] == [(made.id, opens)]


def world_admin() -> Actor:
    from portal.organization.queries import actor_for

    return actor_for(world.user("hr"), DAY)


def test_a_vacancy_knows_since_when_and_until_when(app: Flask) -> None:
    position = world.position("rep")
    with unit_of_work():
        seat = db.session.scalars(select(Seat).where(Seat.position_id == position.id)).one()
        seat.ends_on = date(2026, 5, 1)
        later = Seat(position_id=position.id, user_id=world.user("admin").id, starts_on=date(2026, 9, 1))
        db.session.add(later)
    (found,) = vacancies(DAY)
    assert (found.position.id, found.since, found.next_on) == (position.id, date(2026, 5, 1), date(2026, 9, 1))


def test_a_plan_that_came_to_nothing_is_removed_and_a_used_position_is_not(client_of: ClientOf) -> None:
    hr = client_of("hr")
    hr.post("/organization/new", data=FACTS | {"title": "Idea", "opens_on": "2030-01-01"})
    made = db.session.scalars(select(Position).where(Position.title == "Idea")).one()
    for key in ("rep", "manager"):
        answer = hr.post(f"/organization/{world.position(key).id}/removal")
        assert answer.status_code == 422
        assert "not removed" in answer.text
    owned = sales.lead()
    with unit_of_work():
        db.session.get_one(Lead, owned.id).owner_id = made.id
    assert hr.post(f"/organization/{made.id}/removal").status_code == 422
    with unit_of_work():
        db.session.get_one(Lead, owned.id).owner_id = None
    assert hr.post(f"/organization/{made.id}/removal").status_code == 303
    assert db.session.get(Position, made.id) is None


@pytest.mark.parametrize(("capacity", "status"), [("0", 422), ("101", 422), ("x", 422), ("50", 303)])
def test_capacity_is_a_share(client_of: ClientOf, capacity: str, status: int) -> None:
    data = FACTS | {"title": "Half a rep", "capacity": capacity}
    assert client_of("hr").post("/organization/new", data=data).status_code == status
    made = db.session.scalar(select(Position.capacity).where(Position.title == "Half a rep"))
    assert made == (Decimal("0.5") if status == 303 else None)


def test_two_halves_are_one_person(client_of: ClientOf) -> None:
    hr, admin = client_of("hr"), world.user("admin").id
    for title in ("Half one", "Half two", "Half three"):
        hr.post("/organization/new", data=FACTS | {"title": title, "capacity": "50"})
    halves = db.session.scalars(select(Position.id).where(Position.title.like("Half %")).order_by(Position.id)).all()
    said = [
        hr.post(f"/organization/{half}/seats", data={"user_id": admin, "starts_on": "2026-01-01"}).status_code
        for half in halves
    ]
    assert said == [303, 303, 422]


def test_nobody_sits_in_a_position_before_it_opens(client_of: ClientOf) -> None:
    hr = client_of("hr")
    hr.post("/organization/new", data=FACTS | {"title": "Idea", "opens_on": "2030-01-01"})
    made = db.session.scalars(select(Position).where(Position.title == "Idea")).one()
    data = {"user_id": world.user("admin").id, "starts_on": "2029-12-31"}
    answer = hr.post(f"/organization/{made.id}/seats", data=data)
    assert answer.status_code == 422
    assert 'id="starts_on-error"' in answer.text
    assert hr.post(f"/organization/{made.id}/seats", data=data | {"starts_on": "2030-01-01"}).status_code == 303


def test_units_form_a_tree(client_of: ClientOf) -> None:
    hr, top = client_of("hr"), unit("Sales")
    assert hr.post("/organization/units", data={"name": "West", "kind": "team", "parent_id": top.id}).status_code == 303
    west = db.session.scalars(select(Unit).where(Unit.name == "West")).one()
    assert west.path == f"{top.path}{west.id}/"
    assert [text for _, text in unit_choices()] == ["Sales", "\u2003West"]
    circle = hr.post(f"/organization/units/{top.id}", data={"name": "Sales", "kind": "unit", "parent_id": west.id})
    assert circle.status_code == 422
    assert 'id="parent_id-error"' in circle.text
    twice = hr.post("/organization/units", data={"name": "West", "kind": "team", "parent_id": ""})
    assert twice.status_code == 422
    assert hr.post(f"/organization/units/{top.id}/removal").status_code == 422
    assert hr.post(f"/organization/units/{west.id}", data={"name": "Far West", "kind": "team"}).status_code == 303
    assert db.session.get_one(Unit, west.id).path == f"/{west.id}/"
    assert hr.post(f"/organization/units/{west.id}/removal").status_code == 303
    assert client_of("rep").post("/organization/units", data={"name": "Mine"}).status_code == 403


@pytest.mark.parametrize(
    ("percents", "stored"), [("0, 25,50;75", [0, 25, 50, 75]), ("101", None), ("", None), ("-5", None)]
)
def test_a_ramp_is_percent_by_month(client_of: ClientOf, percents: str, stored: list[int] | None) -> None:
    answer = client_of("hr").post("/organization/ramps", data={"name": "Slow", "percents": percents})
    assert answer.status_code == (303 if stored else 422)
    assert db.session.scalar(select(RampProfile.percents).where(RampProfile.name == "Slow")) == stored
    assert answer.status_code == 303 or 'id="percents-error"' in answer.text


def test_below_leaves_oneself_out(app: Flask, actor: Callable[[str], Actor]) -> None:
    assert positions_below(actor("manager")) == {world.position("rep").id, world.position("colleague").id}
    assert positions_below(actor("rep")) == frozenset()


def wide(count: int) -> None:
    boss = world.position("manager")
    with unit_of_work():
        for number in range(count):
            one = Position(title=f"Rep {number}", reports_to_id=boss.id)
            db.session.add(one)
            db.session.flush()
            one.path = f"{boss.path}{one.id}/"


@pytest.mark.parametrize("count", [0, 60])
def test_every_position_stands_on_a_sheet_and_none_upon_another(app: Flask, count: int) -> None:
    wide(count)
    sheets = documents.sheets(chart(DAY))
    shown = [box.node.position.id for sheet in sheets for box in sheet.boxes]
    assert set(shown) == set(db.session.scalars(select(Position.id)))
    assert len(sheets) == (1 if not count else 2)
    for sheet in sheets:
        places = {(box.x, box.y) for box in sheet.boxes}
        assert len(places) == len(sheet.boxes)
        clash = [(a, b) for a in places for b in places if a != b and abs(a[0] - b[0]) < 190 and abs(a[1] - b[1]) < 58]
        assert not clash
    going_on = [box.goes_on for box in sheets[0].boxes if box.goes_on]
    assert going_on == ([2] if count else [])


def test_the_chart_takes_the_same_queries_for_three_and_for_three_hundred(
    client_of: ClientOf, count_queries: list[str]
) -> None:
    client, counts = client_of("hr"), []
    for more in (0, 290):
        wide(more)
        count_queries.clear()
        assert client.get("/organization").status_code == 200
        counts.append(len([q for q in count_queries if q.startswith(("SELECT", "WITH"))]))
    assert counts == [8, 8]


def test_the_pdf_is_made_outside_the_request(client_of: ClientOf, run_jobs: Callable[[], int]) -> None:
    answer = client_of("rep").post("/organization/sheets", data={"size": "A3"})
    work = db.session.scalars(select(LongWork)).one()
    assert answer.location == f"/long-work/{work.id}"
    run_jobs()
    done = client_of("rep").get(f"/long-work/{work.id}/result")
    assert done.data.startswith(b"%PDF")
    (page,) = PdfReader(BytesIO(done.data)).pages
    assert round(float(page.mediabox.width) / 72 * 25.4) == 420
    assert "Max Manager" in page.extract_text()


def test_overlap_is_refused_in_the_domain_too(app: Flask) -> None:
    with pytest.raises(Refused, match="planned from that day"), unit_of_work():
        services.seat(world_admin(), world.position("rep").id, world.user("admin").id, date(2019, 1, 1))
