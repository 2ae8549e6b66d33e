"""Making, publishing and reading pages."""

from typing import Any

import pytest
from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.db import db
from portal.landing.models import LandingPage

from .makers import NOON, TYPED, WORDING, landing_page, send

PAGE = {
    "title": "Spring ride", "slug": "spring-ride", "language": "en", "source": "Spring ride", "thanks": "Thank you.",
    "consent_wording": WORDING, "body": "## Come\n\n- ride", "ask_phone": "y",
}  # fmt: skip
WRONG = (
    {"title": ""}, {"slug": "Spring Ride"}, {"slug": "a/b"}, {"slug": "-a"}, {"slug": "x" * 81}, {"language": "fr"},
    {"consent_wording": ""}, {"thanks": ""}, {"source": ""}, {"body": "x" * 20_001},
)  # fmt: skip


def only() -> LandingPage:
    return db.session.scalars(select(LandingPage)).one()


def test_a_page_is_made_looked_at_published_and_withdrawn(client_of: Any, client: Any) -> None:
    marketer = client_of("marketer")
    assert marketer.post("/landing/new", data=PAGE).status_code == 303
    assert client.get("/p/spring-ride").status_code == 404
    preview = marketer.get(f"/landing/{only().id}/preview").text
    assert "<h2>Come</h2>" in preview
    assert "disabled" in preview
    assert marketer.post(f"/landing/{only().id}/publication").status_code == 303
    assert client.get("/p/spring-ride").status_code == 200
    assert marketer.post(f"/landing/{only().id}/withdrawal").status_code == 303
    assert client.get("/p/spring-ride").status_code == 404


@pytest.mark.parametrize("wrong", WRONG)
def test_bad_input_is_refused(client_of: Any, wrong: dict[str, str]) -> None:
    answer = client_of("marketer").post("/landing/new", data=PAGE | wrong)
    assert answer.status_code == 422
    assert db.session.scalar(select(LandingPage.id)) is None


def test_an_address_is_taken_once(client_of: Any) -> None:
    landing_page(slug="spring-ride")
    answer = client_of("marketer").post("/landing/new", data=PAGE)
    assert answer.status_code == 422
    assert "Another page has this address." in answer.text


def test_the_second_of_two_editors_sees_both_versions(client_of: Any) -> None:
    found = landing_page()
    data = PAGE | {"version": str(found.version)}
    client = client_of("marketer")
    assert client.post(f"/landing/{found.id}/edit", data=data | {"title": "First"}).status_code == 303
    second = client.post(f"/landing/{found.id}/edit", data=data | {"title": "Second"})
    assert second.status_code == 409
    assert "First" in second.text
    assert only().title == "First"


def test_submissions_are_shown_as_they_were_sent(client_of: Any, client: Any, run_jobs: Any) -> None:
    found = landing_page()
    send(client, message="<script>alert(1)</script>", utm_source="=cmd()")
    with clock.frozen(NOON):
        before = client_of("operator").get(f"/landing/{found.id}").text
        run_jobs()
        after = client_of("operator").get(f"/landing/{found.id}").text
    assert "being made" in before
    assert "/leads/" in after
    assert "&lt;script&gt;" in after
    assert TYPED["email"] in after


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_costs_the_same_for_many(client_of: Any, count_queries: list[str], many: int) -> None:
    for number in range(many):
        landing_page(slug=f"page-{number}")
    client = client_of("marketer")
    client.get("/landing")
    count_queries.clear()
    assert client.get("/landing").status_code == 200
    assert len([s for s in count_queries if s.startswith("SELECT")]) == SELECTS


@pytest.mark.parametrize(("key", "status"), [("rep", 403), ("finance", 403), ("leader", 200), ("admin", 200)])
def test_who_sees_pages_and_who_makes_them(client_of: Any, key: str, status: int) -> None:
    found, client = landing_page(), client_of(key)
    for path in ("/landing", f"/landing/{found.id}", f"/landing/{found.id}/preview"):
        assert client.get(path).status_code == status
    assert client.get("/landing/new").status_code == 403
    assert client.post("/landing/new", data=PAGE).status_code == 403
    assert client.post(f"/landing/{found.id}/withdrawal").status_code == 403
    assert client_of("marketer").get("/landing/99999").status_code == 404


SELECTS = 6
