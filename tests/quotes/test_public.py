"""The page behind the customer's link."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from portal.kernel import clock, links
from portal.kernel.actor import SYSTEM
from portal.kernel.audit import history
from portal.kernel.db import Base, db, unit_of_work
from portal.orders.models import Order
from portal.quotes import services

from . import makers

YES = {"signed_as": "Kevin Liu", "reference": "PO 7", "may_sign": "y"}


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", page).split())


def dump() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    return {t.name: [tuple(r) for r in db.session.execute(t.select())] for t in Base.metadata.sorted_tables}


def test_the_customer_reads_accepts_and_sees_it(client: FlaskClient) -> None:
    found = makers.sent()
    url = f"/q/{makers.token(found)}"
    page = client.get(url)
    assert "$544.57" in words(page.text)
    assert "Test Cycles" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    answer = client.post(f"{url}/acceptance", data=YES)
    assert (answer.status_code, answer.location) == (303, url)
    after = words(client.get(url).text)
    assert "Accepted by Kevin Liu" in after
    assert "Your order is SO-" in after
    assert "Accept this offer" not in after
    assert history("quote_revisions", makers.revision(found).id)[0].actor == "Kevin Liu"


def test_a_german_customer_reads_german(client: FlaskClient) -> None:
    found = makers.sent(customer=makers.account("DE", "", "de"))
    page = client.get(f"/q/{makers.token(found)}").text
    assert '<html lang="de' in page
    assert "Dieses Angebot annehmen" in page
    assert "595,89" in words(page)


@pytest.mark.parametrize(
    "bad",
    [{"signed_as": ""}, {"signed_as": "x"}, {"signed_as": "x" * 121}, {"may_sign": None}, {"reference": "x" * 61}],
)
def test_an_incomplete_acceptance_is_refused(client: FlaskClient, bad: dict[str, str | None]) -> None:
    found = makers.sent()
    url = f"/q/{makers.token(found)}"
    data = {key: value for key, value in {**YES, **bad}.items() if value is not None}
    assert client.post(f"{url}/acceptance", data=data).status_code == 422
    assert makers.revision(found).state == "sent"


def test_declining_wants_a_reason(client: FlaskClient) -> None:
    found = makers.sent()
    url = f"/q/{makers.token(found)}"
    assert client.post(f"{url}/decline", data={"reason": ""}).status_code == 422
    assert client.post(f"{url}/decline", data={"reason": "Too dear <b>\0"}).status_code == 303
    assert makers.revision(found).declined_reason == "Too dear <b>"
    assert "You declined this offer" in client.get(url).text
    assert client.post(f"{url}/acceptance", data=YES).status_code == 422


def test_a_scanner_that_follows_links_changes_nothing(client: FlaskClient) -> None:
    url = f"/q/{makers.token(makers.sent())}"
    before = dump()
    for path in (url, f"{url}/pdf", url):
        client.get(path)
        client.head(path)
    for path in (f"{url}/acceptance", f"{url}/decline"):
        assert client.get(path).status_code == 405
    assert dump() == before


def test_an_unknown_or_bent_link_opens_nothing(client: FlaskClient) -> None:
    token = makers.token(makers.sent())
    for bad in ("x", token[:-1], token + "A", token[::-1], "%00", "../quotes"):
        assert client.get(f"/q/{bad}").status_code == 404
        assert client.post(f"/q/{bad}/acceptance", data=YES).status_code == 404
        assert client.get(f"/i/{bad}").status_code == 404


def test_a_link_is_for_one_purpose(client: FlaskClient) -> None:
    token = makers.token(makers.sent())
    assert client.get(f"/i/{token}").status_code == 404
    with unit_of_work():
        other = links.issue("invoice", 1, 1, expires_at=clock.now() + timedelta(days=1))
    assert client.get(f"/q/{other}").status_code == 404


def test_a_link_shows_its_own_quote_and_revision_only(client: FlaskClient) -> None:
    mine, other = makers.sent(), makers.sent()
    old = makers.token(mine, 1)
    with unit_of_work():
        services.revise(SYSTEM, mine.id)
    gone = client.get(f"/q/{old}")
    assert gone.status_code == 410
    assert "was replaced" in gone.text
    assert client.get(f"/q/{old}/pdf").status_code == 410
    assert client.post(f"/q/{old}/acceptance", data=YES).status_code == 410
    with unit_of_work():
        services.send(SYSTEM, mine.id, to="kevin@eastside.example")
    assert client.get(f"/q/{old}").status_code == 410
    new = client.get(f"/q/{makers.token(mine, 2)}").text
    assert mine.number in new
    assert other.number not in new


def test_an_unsent_draft_cannot_be_opened_even_with_a_link(client: FlaskClient) -> None:
    assert client.get(f"/q/{makers.token(makers.draft())}").status_code == 404


def test_an_expired_or_revoked_link_says_so(client: FlaskClient) -> None:
    found = makers.sent()
    short, long = makers.token(found, days=1), makers.token(found)
    with clock.frozen(clock.now() + timedelta(days=2)):
        assert client.get(f"/q/{short}").status_code == 404
        assert "This link has ended" in client.get(f"/q/{short}").text
        assert client.post(f"/q/{short}/acceptance", data=YES).status_code == 404
        assert client.get(f"/q/{long}").status_code == 200
    with unit_of_work():
        services.withdraw(SYSTEM, found.id)
    assert client.get(f"/q/{long}").status_code == 404
    assert client.post(f"/q/{long}/acceptance", data=YES).status_code == 404


def test_an_offer_over_its_day_cannot_be_accepted(client: FlaskClient) -> None:
    found = makers.sent()
    url = f"/q/{makers.token(found, days=90)}"
    with clock.frozen(clock.now() + timedelta(days=40)):
        assert "This offer has ended" in client.get(url).text
        assert client.post(f"{url}/acceptance", data=YES).status_code == 422
        with unit_of_work():
            services.expire_ended()
        assert client.get(url).status_code == 410
    assert db.session.scalar(select(Order.id).where(Order.revision_id == makers.revision(found).id)) is None


def test_a_double_click_accepts_once(client: FlaskClient) -> None:
    url = f"/q/{makers.token(makers.sent())}"
    before = db.session.scalar(text("SELECT count(*) FROM sales_order"))
    for _ in range(2):
        assert client.post(f"{url}/acceptance", data=YES | {"nonce": "same"}).location == url
    assert client.post(f"{url}/acceptance", data=YES | {"nonce": "other", "signed_as": "Eve Other"}).location == url
    assert db.session.scalar(text("SELECT count(*) FROM sales_order")) == before + 1
    assert "Accepted by Kevin Liu" in client.get(url).text


def test_the_pdf_is_the_printed_one(client: FlaskClient, run_jobs: Callable[[], int]) -> None:
    found = makers.sent()
    url = f"/q/{makers.token(found)}/pdf"
    assert client.get(url).status_code == 404
    run_jobs()
    if makers.revision(found).pdf_key:
        printed = client.get(url)
        assert printed.mimetype == "application/pdf"
        assert printed.data.startswith(b"%PDF")
