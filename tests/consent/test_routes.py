"""The ledger for staff, and the preference page for whoever gets our mail."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.consent.models import Consent, ConsentEvent, Suppression
from portal.consent.queries import may_send, preference_token, unsubscribe_token
from portal.consent.services import ask, record
from portal.consent.states import Channel, ConsentState, Purpose
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.landing.models import LandingPage
from portal.messages.models import Message, MessageContent, MessageEvent
from portal.messages.states import EventKind
from tests.conftest import Client
from tests.consent.makers import person, topic
from tests.landing.makers import landing_page, send
from tests.messages.makers import agree, email, stored

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


def choose(client: Client, address: str, **values: Any) -> Any:
    return client.post(address, data={"channels": "email", "language": "en", "tracking": "y"} | values)


def test_the_customer_changes_their_mind_twice(client: Client) -> None:
    address = link()
    answer = choose(client, address, channels=[])
    assert (answer.status_code, answer.location) == (303, address)
    assert state() == ConsentState.OPTED_OUT
    choose(client, address)
    assert state() == ConsentState.OPTED_IN
    last = db.session.scalars(select(ConsentEvent).order_by(ConsentEvent.id.desc())).first()
    assert last
    assert (last.source, last.wording, last.ip) == ("preference page", "News and offers", "127.0.0.1")


def test_saving_without_a_change_is_no_evidence(client: Client) -> None:
    address = link()
    choose(client, address)
    assert events() == 1, "what was agreed before"


@pytest.mark.parametrize(
    "bad", [{"channels": "fax"}, {"topics": "99"}, {"language": "xx"}, {"paused_until": "soon"}, {"channels": "sms"}]
)
def test_a_choice_that_does_not_exist(client: Client, bad: dict[str, str]) -> None:
    assert choose(client, link(), **bad).status_code == 422
    assert events() == 1


def test_topics_pause_language_and_tracking(client: Client, app: Flask) -> None:
    events_topic, tips = topic("Events"), topic("Service tips")
    address, until = link(), clock.now().date() + timedelta(days=30)
    page = client.get(address).text
    assert page.count("checked") == 4, "email, both topics as part of the yes to news, and tracking"
    choose(client, address, topics=str(tips), paused_until=until.isoformat(), language="de", tracking="")
    said = {(c.purpose, c.topic_id): c.state for c in db.session.scalars(select(Consent))}
    assert said == {
        (Purpose.COMMERCIAL, None): ConsentState.OPTED_IN,
        (Purpose.COMMERCIAL, events_topic): ConsentState.OPTED_OUT,
        (Purpose.TRACKING, None): ConsentState.OPTED_OUT,
    }
    assert may_send(Channel.EMAIL, "ann@example.com", Purpose.COMMERCIAL).why == "The person has paused our messages."
    assert may_send(Channel.EMAIL, "ann@example.com", Purpose.TRANSACTIONAL).allowed
    assert not may_send(Channel.EMAIL, "ann@example.com", Purpose.COMMERCIAL, events_topic).allowed
    assert "Meine Wahl speichern" in client.get(address).text, "the page speaks the chosen language"


def test_unsubscribing_from_everything_reaches_every_channel(client: Client, app: Flask) -> None:
    person(email="ann@example.com", mobile="+12065550100")
    agree("+12065550100", Channel.SMS)
    assert client.post(f"{link()}/all").status_code == 303
    assert {c.state for c in db.session.scalars(select(Consent))} == {ConsentState.OPTED_OUT}
    assert db.session.scalar(select(func.count()).select_from(Consent)) == 2


def test_one_click_ends_the_topic_of_the_message_and_no_more(client: Client, app: Flask) -> None:
    agree("ann@example.com")
    number = topic("Events")
    message = email(purpose=Purpose.COMMERCIAL)
    token = unsubscribe_token(Channel.EMAIL, "ann@example.com", number, message)
    assert client.post(f"/c/{token}/one-click", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.post(f"/c/{token}/one-click").status_code == 200
    assert not may_send(Channel.EMAIL, "ann@example.com", Purpose.COMMERCIAL, number).allowed
    assert may_send(Channel.EMAIL, "ann@example.com", Purpose.COMMERCIAL).allowed
    assert stored(message).unsubscribed_at
    assert [e.kind for e in db.session.scalars(select(MessageEvent))] == [EventKind.UNSUBSCRIBED]


def ask_for_news(topic_id: int | None = None, address: str = "new@example.com") -> None:
    with unit_of_work():
        ask(address, source="landing:spring", wording="News, please", ip=None, language="de", topic_id=topic_id)


def confirmation(run_jobs: Callable[[], int]) -> str:
    """The link in the mail."""
    run_jobs()
    here = MessageContent.text.contains("/c/confirm/")
    content = db.session.scalars(select(MessageContent).where(here).order_by(MessageContent.id.desc())).first()
    assert content
    found = re.search(r"/c/confirm/[\w-]+", content.text)
    assert found
    return found[0]


def test_double_opt_in(client: Client, app: Flask, run_jobs: Callable[[], int]) -> None:
    ask_for_news()
    assert "not yet confirmed" in may_send(Channel.EMAIL, "new@example.com", Purpose.COMMERCIAL).why
    address = confirmation(run_jobs)
    assert client.get(address).status_code == 200
    assert state("new@example.com") == ConsentState.PENDING, "a scanner opens every link"
    assert client.post(address).status_code == 303
    assert client.post(address).status_code == 303, "twice is once"
    assert state("new@example.com") == ConsentState.OPTED_IN
    kept = list(db.session.scalars(select(ConsentEvent).order_by(ConsentEvent.id)))
    assert [(e.state, e.wording) for e in kept] == [
        (ConsentState.PENDING, "News, please"), (ConsentState.OPTED_IN, "News, please")
    ]  # fmt: skip
    assert "landing:spring" in kept[1].source
    ask_for_news()
    assert state("new@example.com") == ConsentState.OPTED_IN, "who said yes is not asked again"


def test_a_confirmation_ends_after_a_week_and_with_a_no(
    client: Client, app: Flask, run_jobs: Callable[[], int]
) -> None:
    ask_for_news()
    address = confirmation(run_jobs)
    with clock.frozen(clock.now() + timedelta(days=8)):
        assert client.post(address).status_code == 404
    with unit_of_work():
        record(Channel.EMAIL, "new@example.com", Purpose.COMMERCIAL, ConsentState.OPTED_OUT, source="by phone")
    assert client.post(address).status_code == 404
    assert state("new@example.com") == ConsentState.OPTED_OUT


def test_who_said_no_and_asks_again_is_heard_once_they_confirm(
    client: Client, app: Flask, run_jobs: Callable[[], int]
) -> None:
    with unit_of_work():
        record(Channel.EMAIL, "new@example.com", Purpose.COMMERCIAL, ConsentState.OPTED_OUT, source="by phone")
    ask_for_news(address=" New@EXAMPLE.com")
    address = confirmation(run_jobs)
    assert state("new@example.com") == ConsentState.OPTED_OUT, "anybody can fill in a form"
    assert client.post(address).status_code == 303
    assert state("new@example.com") == ConsentState.OPTED_IN


def test_a_stranger_cannot_flood_an_address_with_confirmations(app: Flask, run_jobs: Callable[[], int]) -> None:
    for _ in range(6):
        ask_for_news()
    run_jobs()
    assert db.session.scalar(select(func.count()).select_from(Message)) == 3
    assert events() == 3


def test_one_click_needs_no_cookie_and_no_token_of_a_form(app: Flask, client: Client, monkeypatch: Any) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    address = link()
    answer = client.post(f"{address}/one-click", data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert state() == ConsentState.OPTED_OUT
    assert client.post(f"{address}/one-click").status_code == 200, "twice is once"
    assert choose(client, address).status_code == 303
    assert client.post("/consent/suppression", data=ANN).status_code == 400, "CSRF is on for everybody else"


def test_the_page_speaks_german(client: Client) -> None:
    page = client.get(link(), headers={"Accept-Language": "de"}).text
    assert '<html lang="de"' in page
    assert "Neuigkeiten und Angebote" in page


def test_the_evidence_shows_the_page_as_it_was(
    client: Client, client_of: ClientOf, run_jobs: Callable[[], int]
) -> None:
    """Who, when, how, and the very page they saw, whatever was made of it since."""
    made = landing_page(news_wording="News, please", double_opt_in=True)
    send(client, email="new@example.com", news="y")
    with unit_of_work():
        db.session.get_one(LandingPage, made.id).news_wording = "All of it"
    client.post(confirmation(run_jobs))
    ann = person(email="new@example.com")
    kept = list(db.session.scalars(select(ConsentEvent).where(ConsentEvent.purpose == Purpose.COMMERCIAL)))
    assert [(e.state, e.wording, e.page_id) for e in kept] == [
        (ConsentState.PENDING, "News, please", made.id), (ConsentState.OPTED_IN, "News, please", made.id)
    ]  # fmt: skip
    marketer = client_of("marketer")
    tab = marketer.get(f"/contacts/{ann.id}?tab=consent").text
    link = f"/landing/{made.id}/versions/{kept[0].page_version}"
    assert link in tab
    assert "mailed link, asked by Page resellers" in tab
    assert "News, please" in marketer.get(link).text
    assert "All of it" in marketer.get(f"/landing/{made.id}/preview").text
    assert "Consent</a>" not in client_of("finance").get(f"/contacts/{ann.id}").text
