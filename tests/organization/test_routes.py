"""Positions, seats, coverage and the company: who may change them and what is refused."""

from collections.abc import Callable
from io import BytesIO

import pytest
from sqlalchemy import select

from portal.kernel.db import db, unit_of_work
from portal.organization.models import Company, Coverage, Position, Seat
from tests import world
from tests.conftest import Client

ClientOf = Callable[[str], Client]
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 50


def path_of(position_id: int) -> str:
    return db.session.get_one(Position, position_id).path


FACTS = {"title": "Late", "role": "account_executive", "capacity": "100"}


def edit(client: Client, key: str, reports_to: str, **values: object) -> int:
    position = world.position(key)
    data = FACTS | {"title": position.title, "reports_to_id": reports_to, "version": position.version} | values
    return int(client.post(f"/organization/{position.id}", data=data).status_code)


def test_everybody_sees_the_chart_and_some_may_change_it(client_of: ClientOf) -> None:
    for key in ("rep", "finance", "marketer"):
        page = client_of(key).get("/organization").text
        assert "Max Manager" in page
        assert "/organization/new" not in page
        assert client_of(key).post("/organization/new", data=FACTS).status_code == 403
    for key in ("hr", "operator", "admin"):
        assert "/organization/new" in client_of(key).get("/organization").text


def test_a_new_position_hangs_below_its_superior(client_of: ClientOf) -> None:
    boss = world.position("manager")
    answer = client_of("hr").post(
        "/organization/new", data=FACTS | {"title": "Sales Rep East", "reports_to_id": boss.id}
    )
    made = db.session.scalars(select(Position).where(Position.title == "Sales Rep East")).one()
    assert answer.location == f"/organization/{made.id}"
    assert made.path == f"{world.position('manager').path}{made.id}/"


def test_moving_takes_everything_below_along(client_of: ClientOf) -> None:
    hr, manager, rep = client_of("hr"), world.position("manager"), world.position("rep")
    assert edit(hr, "manager", str(world.position("operator").id)) == 303
    top = path_of(world.position("operator").id)
    assert path_of(manager.id) == f"{top}{manager.id}/"
    assert path_of(rep.id) == f"{top}{manager.id}/{rep.id}/"


@pytest.mark.parametrize("under", ["rep", "manager"])
def test_a_circle_is_refused(client_of: ClientOf, under: str) -> None:
    before = {p.id: p.path for p in db.session.scalars(select(Position))}
    assert edit(client_of("hr"), "manager", str(world.position(under).id)) == 422
    assert {p.id: p.path for p in db.session.scalars(select(Position))} == before


def test_the_second_editor_gets_both_versions(client_of: ClientOf) -> None:
    hr, position = client_of("hr"), world.position("rep")
    assert edit(hr, "rep", str(position.reports_to_id), title="First") == 303
    data = FACTS | {"title": "Second", "reports_to_id": position.reports_to_id, "version": 1}
    answer = hr.post(f"/organization/{position.id}", data=data)
    assert answer.status_code == 409
    assert "First" in answer.text
    assert "Second" in answer.text


def test_a_successor_takes_the_seat_and_the_predecessor_leaves(client_of: ClientOf) -> None:
    hr, position, heir = client_of("hr"), world.position("rep"), world.user("outsider")
    taken = {"user_id": heir.id, "starts_on": "2026-09-01"}
    refused = hr.post(f"/organization/{position.id}/seats", data=taken)
    assert refused.status_code == 422
    assert "no share of full time" in refused.text
    taken |= {"leaves_others": "y"}
    assert hr.post(f"/organization/{position.id}/seats", data=taken).status_code == 303
    seats = list(db.session.scalars(select(Seat).where(Seat.position_id == position.id).order_by(Seat.starts_on)))
    assert [(s.user.name, str(s.ends_on)) for s in seats] == [("Rita Rep", "2026-09-01"), ("Otto Outsider", "None")]
    assert hr.post(f"/organization/{position.id}/seats", data=taken | {"starts_on": "2026-08-01"}).status_code == 422


def test_a_vacated_position_keeps_its_place(client_of: ClientOf) -> None:
    hr, position = client_of("hr"), world.position("rep")
    assert hr.post(f"/organization/{position.id}/vacancy", data={"ends_on": "2021-01-01"}).status_code == 303
    assert "Vacant" in hr.get("/organization").text
    assert hr.post(f"/organization/{position.id}/vacancy", data={"ends_on": "2022-01-01"}).status_code == 422


def test_coverage_is_exactly_what_was_chosen(client_of: ClientOf) -> None:
    position, germany = world.position("rep"), world.territory("Germany")
    client_of("operator").post(f"/organization/{position.id}/coverage", data={"territories": [germany.id]})
    covered = select(Coverage.territory_id).where(Coverage.position_id == position.id)
    assert list(db.session.scalars(covered)) == [germany.id]


def test_an_unknown_position_is_not_here(client_of: ClientOf) -> None:
    assert client_of("hr").get("/organization/999999").status_code == 404
    assert client_of("hr").post("/organization/999999/vacancy", data={"ends_on": "2026-01-01"}).status_code == 404


def company_form(**values: object) -> dict[str, object]:
    company = db.session.get_one(Company, 1)
    names = (
        "name", "legal_name", "street", "postcode", "city", "region", "country", "vat_id", "email", "phone", "website",
        "currency", "fiscal_year_start", "timezone", "locale", "accent", "bank_name", "iban", "bic", "version",
    )  # fmt: skip
    return {name: getattr(company, name) for name in names} | values


def test_only_administrators_edit_the_company(client_of: ClientOf) -> None:
    for key in ("hr", "rep", "leader", "finance"):
        assert client_of(key).get("/company").status_code == 403
        assert client_of(key).post("/company", data=company_form(name="Mine")).status_code == 403
    assert client_of("admin").post("/company", data=company_form(name="Newer")).status_code == 303
    assert db.session.get_one(Company, 1).name == "Newer"


@pytest.mark.parametrize(
    "bad", [{"name": ""}, {"country": "Germany"}, {"currency": "XXX"}, {"accent": "red;"}, {"email": "no"},
            {"website": "javascript:alert(1)"}, {"timezone": "Mars"}, {"fiscal_year_start": "13"}],
)  # fmt: skip
def test_bad_facts_are_refused(client_of: ClientOf, bad: dict[str, object]) -> None:
    assert client_of("admin").post("/company", data=company_form(**bad)).status_code == 422
    assert db.session.get_one(Company, 1).name == "Test Cycles"


def test_a_logo_is_a_picture_by_its_bytes(client_of: ClientOf, client: Client) -> None:
    admin = client_of("admin")
    for content in (b"<svg onload=alert(1)>", b"GIF89a", b"", PNG + b"0" * 600_000):
        answer = admin.post("/company/logo", data={"logo": (BytesIO(content), "logo.png")})
        assert answer.status_code == 422
    assert client.get("/company/logo").status_code == 404
    assert admin.post("/company/logo", data={"logo": (BytesIO(PNG), "evil.svg")}).status_code == 303
    shown = client.get("/company/logo")
    assert (shown.mimetype, shown.headers["X-Content-Type-Options"]) == ("image/png", "nosniff")
    admin.post("/company/logo/removal")
    assert client.get("/company/logo").status_code == 404


def test_positions_of_the_person_are_on_their_page(client_of: ClientOf) -> None:
    assert "Sales Representative Southwest" in client_of("hr").get(f"/users/{world.user('rep').id}").text


def test_a_stale_flush_is_a_conflict_too(client_of: ClientOf) -> None:
    position = world.position("rep")
    with unit_of_work():
        db.session.get_one(Position, position.id).title = "Moved on"
    answer = client_of("hr").post(
        f"/organization/{position.id}", data=FACTS | {"reports_to_id": position.reports_to_id, "version": 1}
    )
    assert answer.status_code == 409
