"""The ledger for staff, and the preference page for whoever gets our mail."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.consent.models import Consent, ConsentEvent, Suppression
from portal.consent.queries import may_send, preference_token
from portal.consent.states import Channel, ConsentState, Purpose
from portal.kernel.db import db
from tests.conftest import Client
from tests.messages.makers import agree

ClientOf = Callable[[str], Client]
ANN = {"channel": "email", "address": "ann@example.com"}


def link(address: str = "ann@example.com") -> str:
    agree(address)
    return f"/c/{preference_token(Channel.EMAIL, address)}"


def state(address: str = "ann@example.com") -> ConsentState | None:
    db.session.rollback()
    return db.session.scalar(select(Consent.state).where(Consent.address == address))


def events() -> int:
    return db.session.scalar(select(func.count()).select_from(ConsentEvent)) or 0


def test_the_ledger_says_why(client_of: ClientOf) -> None:
    agree("ann@example.com")
    page = client_of("rep").get("/consent?channel=email&q=Ann@Example.com").text
    assert "May we write to ann@example.com?" in page
    assert "The person said yes and nothing blocks the address." in page
    assert "Yes, write to me" in page
    assert "Write down a no" not in page, "a rep may look, not write"


def test_without_an_address_the_latest_evidence_is_shown(client_of: ClientOf) -> None:
    assert "Nobody has said anything yet" in client_of("marketer").get("/consent").text
    agree("ann@example.com")
    assert "ann@example.com" in client_of("marketer").get("/consent").text


@pytest.mark.parametrize("asked", ["nonsense", "a@b@c", "<script>alert(1)</script>@x", "\x00", "x" * 1000])
def test_a_bad_address_is_answered_kindly(client_of: ClientOf, asked: str) -> None:
    answer = client_of("marketer").get("/consent", query_string={"q": asked})
    assert answer.status_code in (200, 422)
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("withdrawal", {"purpose": "commercial", "source": "by phone"}),
        ("suppression", {"reason": "manual", "note": "asked for it"}),
        ("release", {"note": "mended"}),
    ],
)
def test_who_may_write(client_of: ClientOf, path: str, data: dict[str, str]) -> None:
    for key in ("rep", "manager", "finance", "hr"):
        assert client_of(key).post(f"/consent/{path}", data=ANN | data).status_code == 403
    assert events() == 0
    answer = client_of("marketer").post(f"/consent/{path}", data=ANN | data)
    assert (answer.status_code, answer.location) == (303, "/consent?channel=email&q=ann@example.com")
    assert client_of("admin").post(f"/consent/{path}", data=ANN | data, htmx="main").status_code == 204


def test_a_colleague_writes_down_a_no(client_of: ClientOf) -> None:
    agree("ann@example.com")
    client_of("marketer").post("/consent/withdrawal", data=ANN | {"purpose": "commercial", "source": "by phone"})
    assert state() == ConsentState.OPTED_OUT
    last = db.session.scalars(select(ConsentEvent).order_by(ConsentEvent.id.desc())).first()
    assert last
    assert last.source == "staff: Mia Marketer, by phone"


def test_a_colleague_blocks_and_releases(client_of: ClientOf) -> None:
    marketer = client_of("marketer")
    marketer.post("/consent/suppression", data=ANN | {"reason": "manual", "note": "lawyer's letter"})
    assert "lawyer" in marketer.get("/consent?q=ann@example.com").text
    assert not may_send(Channel.EMAIL, "ann@example.com", Purpose.TRANSACTIONAL).allowed
    marketer.post("/consent/release", data=ANN | {"note": "settled"})
    assert may_send(Channel.EMAIL, "ann@example.com", Purpose.TRANSACTIONAL).allowed


@pytest.mark.parametrize(
    "bad",
    [
        {"reason": "erased", "note": "x"},
        {"reason": "manual", "note": ""},
        {"reason": "manual", "note": "x" * 301},
        {"reason": "manual", "note": "x", "address": "nobody"},
        {"reason": "manual", "note": "x", "channel": "fax"},
    ],
)
def test_bad_input_changes_nothing(client_of: ClientOf, bad: dict[str, str]) -> None:
    assert client_of("marketer").post("/consent/suppression", data=ANN | bad).status_code == 422
    assert db.session.scalar(select(Suppression)) is None


def test_opening_a_preference_link_changes_nothing(client: Client) -> None:
    address = link()
    for path in (address, f"{address}/one-click"):
        assert client.get(path).status_code in (200, 303)
    assert state() == ConsentState.OPTED_IN
    assert events() == 1


@pytest.mark.parametrize("path", ["/c/1-wrong", "/c/x", "/c/1-wrong/one-click"])
def test_a_wrong_link_is_not_found(client: Client, path: str) -> None:
    link()
    assert client.post(path, data={"state": "opted_out"}).status_code == 404
    assert state() == ConsentState.OPTED_IN


def test_the_customer_changes_their_mind_twice(client: Client) -> None:
    address = link()
    answer = client.post(address, data={"state": "opted_out", "nonce": "a"})
    assert (answer.status_code, answer.location) == (303, address)
    assert state() == ConsentState.OPTED_OUT
    client.post(address, data={"state": "opted_in", "nonce": "b"})
    assert state() == ConsentState.OPTED_IN
    last = db.session.scalars(select(ConsentEvent).order_by(ConsentEvent.id.desc())).first()
    assert last
    assert (last.source, last.ip) == ("customer link", "127.0.0.1")


def test_a_choice_that_does_not_exist(client: Client) -> None:
    assert client.post(link(), data={"state": "perhaps"}).status_code == 422
    assert state() == ConsentState.OPTED_IN


def test_one_click_needs_no_cookie_and_no_token_of_a_form(app: Flask, client: Client, monkeypatch: Any) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    address = link()
    answer = client.post(f"{address}/one-click", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert state() == ConsentState.OPTED_OUT
    assert client.post(f"{address}/one-click").status_code == 200, "twice is once"
    assert client.post(address, data={"state": "opted_in"}).status_code == 303
    assert client.post("/consent/suppression", data=ANN).status_code == 400, "CSRF is on for everybody else"


def test_the_page_speaks_german(client: Client) -> None:
    page = client.get(link(), headers={"Accept-Language": "de"}).text
    assert '<html lang="de"' in page
    assert "Neuigkeiten und Angebote" in page
