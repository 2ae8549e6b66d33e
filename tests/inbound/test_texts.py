"""Text messages that come in: STOP is heard at once, START takes it back, and anything else is an answer."""

import base64
import hmac
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.activities.models import Activity
from portal.activities.states import Kind
from portal.consent.models import ConsentEvent, Suppression
from portal.consent.queries import may_send
from portal.consent.services import record
from portal.consent.states import Channel, ConsentState, Purpose
from portal.inbound.models import InboundMail
from portal.inbound.rules.keywords import Keyword, keyword_in
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message
from portal.runtime.settings import Settings
from tests.conftest import Client
from tests.consent.makers import person
from tests.messages.makers import sms, stored

NUMBER, TOKEN = "+12065550100", "token"
PURPOSES = (Purpose.COMMERCIAL, Purpose.TRANSACTIONAL)


@pytest.fixture(autouse=True)
def _gateway(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    known: Settings = app.extensions["settings"]
    url = f"https://account:{TOKEN}@gateway.example/?from=%2B15551234567"
    monkeypatch.setitem(app.extensions, "settings", known.model_copy(update={"sms_url": url}))


def text(client: Client, body: str, key: str = "SM1", *, token: str = TOKEN, **more: str) -> Any:
    """As Twilio signs it."""
    fields = {"MessageSid": key, "From": NUMBER, "To": "+15551234567", "Body": body, **more}
    told = "http://portal.test/hooks/sms" + "".join(name + fields[name] for name in sorted(fields))
    signature = base64.b64encode(hmac.digest(token.encode(), told.encode(), "sha1")).decode()
    return client.post("/hooks/sms", data=fields, headers={"X-Twilio-Signature": signature})


def may() -> list[bool]:
    db.session.rollback()
    return [may_send(Channel.SMS, NUMBER, purpose).allowed for purpose in PURPOSES]


def agree() -> None:
    with unit_of_work():
        record(Channel.SMS, NUMBER, Purpose.COMMERCIAL, ConsentState.OPTED_IN, source="test")


def sent() -> Message:
    number = sms(NUMBER)
    with unit_of_work():
        stored(number).sent_at = clock.now()
    return stored(number)


def test_stop_and_start(client: Client) -> None:
    agree()
    message = sent()
    for _ in range(2):
        answer = text(client, " Stop. ")
        assert (answer.status_code, answer.mimetype) == (200, "text/xml")
        assert b"Message" not in answer.data, "the gateway says goodbye itself; one more would be refused"
    assert may() == [False, False]
    assert stored(message.id).unsubscribed_at
    assert db.session.scalar(select(func.count()).select_from(InboundMail)) == 1
    said = db.session.scalars(select(ConsentEvent).order_by(ConsentEvent.id.desc()).limit(1)).one()
    assert (said.source, said.wording, said.state) == ("text message", "Stop.", ConsentState.OPTED_OUT)
    text(client, "yes", "SM2")
    assert may() == [True, True]
    assert db.session.scalar(select(Suppression)) is None


def test_a_yes_to_nothing_is_an_answer(client: Client) -> None:
    text(client, "YES")
    assert may() == [False, True]
    assert db.session.scalar(select(func.count()).select_from(ConsentEvent)) == 0


def test_help_is_answered_once(client: Client) -> None:
    assert b"Answer STOP" in text(client, "help").data
    assert b"Message" not in text(client, "help", "SM2", OptOutType="HELP").data


def test_an_answer_is_on_the_timeline(client: Client) -> None:
    ann = person(email="ann@example.com", mobile=NUMBER)
    message = sent()
    text(client, "stop by on Friday, please")
    assert may() == [False, True], "nobody said anything about news"
    logged = db.session.scalars(select(Activity).where(Activity.kind == Kind.SMS)).one()
    assert (logged.author, logged.body) == (ann.name, "stop by on Friday, please")
    assert stored(message.id).replied_at


@pytest.mark.parametrize("more", [{"token": "other"}, {"key": ""}, {"From": "AMAZON"}])
def test_what_is_not_signed_or_from_nobody_changes_nothing(client: Client, more: dict[str, str]) -> None:
    agree()
    assert text(client, "STOP", **more).status_code == (403 if "token" in more else 200)  # type: ignore[arg-type]
    assert may() == [True, True]


def test_without_a_gateway_there_is_no_door(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    known: Settings = app.extensions["settings"]
    monkeypatch.setitem(app.extensions, "settings", known.model_copy(update={"sms_url": ""}))
    assert text(client, "STOP").status_code == 404


@pytest.mark.parametrize(
    ("said", "meant"),
    [("STOP", Keyword.STOP), ("stopall", Keyword.STOP), ("Quit!", Keyword.STOP), ("Stopp", Keyword.STOP),
     ("unstop", Keyword.START), ("Info", Keyword.HELP), ("STOP PLEASE", None), ("", None), ("ENDE GUT", None)],
)  # fmt: skip
def test_only_the_whole_message_is_a_keyword(said: str, meant: Keyword | None) -> None:
    assert keyword_in(said) == meant
