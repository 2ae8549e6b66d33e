"""The message pages, asked by every kind of person."""

import re
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from portal.accounts.models import Contact
from portal.consent.states import Channel, Purpose
from portal.kernel import settings
from portal.kernel.db import db, unit_of_work
from portal.messages.models import CapturedMessage, Message, MessageContent
from portal.messages.rules.tracking import mark_links
from portal.messages.services import Capture, open_batch, run_batch
from portal.messages.states import MessageState as S
from tests import world
from tests.conftest import Client, create_schema, settings_for
from tests.messages.makers import agree, email, send_by, sms, stored
from tests.messages.test_delivery import Recording
from wsgi import make_app

ClientOf = Callable[[str], Client]


def uncertain(**values: Any) -> int:
    number = email(**values)
    with unit_of_work():
        stored_now = db.session.get(type(stored(number)), number)
        assert stored_now
        stored_now.state, stored_now.state_reason = S.UNCERTAIN, "no answer came"
    return number


def test_the_list_filters_and_shows_states(client_of: ClientOf) -> None:
    email("ann@example.com", subject="To Ann"), sms()
    answer = client_of("marketer").get("/messages")
    assert answer.status_code == 200
    assert "To Ann" in answer.text
    assert "Your order is on its way." in answer.text
    only_sms = client_of("marketer").get("/messages?channel=sms&state=queued").text
    assert "To Ann" not in only_sms
    assert "+12065550100" in only_sms


def test_the_list_says_that_no_server_is_set_up(client_of: ClientOf) -> None:
    assert "No server is set up for Email and SMS" in client_of("admin").get("/messages").text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_a_fixed_number_of_queries(client_of: ClientOf, count_queries: list[str], rows: int) -> None:
    for _ in range(rows):
        email()
    client = client_of("marketer")
    client.get("/messages")
    count_queries.clear()
    client.get("/messages")
    assert len([q for q in count_queries if q.startswith("SELECT")]) == LIST_QUERIES


LIST_QUERIES = 12


def test_a_message_shows_its_text_and_why(client_of: ClientOf) -> None:
    number = email("ann@example.com", purpose=Purpose.COMMERCIAL)
    answer = client_of("marketer").get(f"/messages/{number}")
    assert answer.status_code == 200
    assert "Hello Ann" in answer.text
    assert "commercial messages need a yes" in answer.text
    assert "frame-src 'self'" in answer.headers["Content-Security-Policy"]


def test_a_message_of_a_mailing_shows_what_its_recipient_reads(client_of: ClientOf) -> None:
    html, _ = mark_links(
        "<p>Dear {{ contact.first_name }}</p><a href='https://shop.example/'>Shop</a><a href='{{ links.unsubscribe }}'>Stop</a>"
    )
    number = email("ann@example.com", purpose=Purpose.COMMERCIAL)
    agree("ann@example.com")
    with unit_of_work():
        ann = Contact(first_name="Ann", last_name="Ash", email="ann@example.com", language="en")
        content = MessageContent(
            subject="News for {{ contact.first_name }}",
            text="Dear {{ contact.first_name }}",
            html=html,
            is_template=True,
        )
        db.session.add_all([ann, content])
        db.session.flush()
        batch = open_batch(Channel.EMAIL, "broadcasts", 1, content_id=content.id)
        run_batch(batch.id)
        changed = {"batch_id": batch.id, "content_id": None, "contact_id": ann.id}
        db.session.execute(update(Message).where(Message.id == number).values(changed))
    reader = client_of("marketer")
    assert "News for …" in reader.get("/messages").text
    before = reader.get(f"/messages/{number}"), reader.get(f"/messages/{number}/body")
    way = Recording()
    send_by(way)
    with unit_of_work():
        db.session.execute(update(Contact).where(Contact.id == ann.id).values(first_name="Anna"))
    for page, body in (before, (reader.get(f"/messages/{number}"), reader.get(f"/messages/{number}/body"))):
        assert "News for Ann</h1>" in page.text
        assert "<p>Dear Ann</p>" in body.text
        assert "href='https://shop.example/'" in body.text, "who looks at it is not tracked"
        assert "{{" not in page.text + body.text
    stop = re.search(r"/c/([\w-]+)/one-click", way.letters[0].raw.decode())
    assert stop
    assert f"/c/{stop[1]}'" in before[1].text, "its own link, as in the mail"


def test_the_body_is_a_document_that_can_do_nothing(client_of: ClientOf) -> None:
    number = email(
        html="<!doctype html><html><head><title>Hi</title></head><body><script>alert(1)</script><a href='https://x.example'>go</a></body></html>"
    )
    answer = client_of("marketer").get(f"/messages/{number}/body")
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    assert '<base target="_blank">' in answer.text


def test_an_outsider_does_not_see_the_message_of_another_territory(client_of: ClientOf) -> None:
    mine = email(owner_id=world.position("rep").id)
    assert client_of("rep").get(f"/messages/{mine}").status_code == 200
    for path in ("", "/body"):
        assert client_of("outsider").get(f"/messages/{mine}{path}").status_code == 404


@pytest.mark.parametrize("path", ["/messages", "/messages/1", "/messages/1/body", "/messages/uncertain"])
def test_hr_may_not_look(client_of: ClientOf, path: str) -> None:
    assert client_of("hr").get(path).status_code == 403


@pytest.mark.parametrize(
    ("path", "data"),
    [("resolution", {"decision": "resend"}), ("cancellation", {})],
)
def test_a_rep_may_look_but_not_decide(client_of: ClientOf, path: str, data: dict[str, str]) -> None:
    number = uncertain(owner_id=world.position("rep").id)
    assert client_of("rep").post(f"/messages/{number}/{path}", data=data).status_code == 403
    assert stored(number).state == S.UNCERTAIN


@pytest.mark.parametrize(("decision", "becomes"), [("resend", S.QUEUED), ("sent", S.SENT)])
def test_a_person_decides_about_an_uncertain_message(client_of: ClientOf, decision: str, becomes: S) -> None:
    number = uncertain()
    client = client_of("marketer")
    assert "no answer came" in client.get("/messages/uncertain").text
    answer = client.post(f"/messages/{number}/resolution", data={"decision": decision})
    assert (answer.status_code, answer.location) == (303, "/messages/uncertain")
    assert stored(number).state == becomes


def test_with_htmx_the_list_of_uncertain_comes_back(client_of: ClientOf) -> None:
    number = uncertain()
    answer = client_of("marketer").post(f"/messages/{number}/resolution", data={"decision": "sent"}, htmx="uncertain")
    assert answer.status_code == 200
    assert "Nothing is uncertain" in answer.text
    assert "<html" not in answer.text


def test_bad_decisions_change_nothing(client_of: ClientOf) -> None:
    number = uncertain()
    answer = client_of("marketer").post(f"/messages/{number}/resolution", data={"decision": "burn"})
    assert answer.status_code == 422
    assert stored(number).state == S.UNCERTAIN
    sent = email()
    assert client_of("marketer").post(f"/messages/{sent}/resolution", data={"decision": "resend"}).status_code == 422


def test_a_waiting_message_can_be_stopped_and_a_sent_one_cannot(client_of: ClientOf) -> None:
    number = email()
    assert client_of("finance").post(f"/messages/{number}/cancellation").status_code == 303
    assert stored(number).state == S.CANCELLED
    assert client_of("finance").post(f"/messages/{number}/cancellation").status_code == 422


def test_only_the_admin_holds_and_releases(client_of: ClientOf) -> None:
    assert client_of("marketer").post("/messages/hold", data={"why": "x"}).status_code == 403
    admin = client_of("admin")
    assert admin.post("/messages/hold", data={"why": "Restored"}).status_code == 303
    assert "Sending is on hold" in admin.get("/messages").text
    assert (settings.get("hold_sending") or "").startswith("Restored (Ada Admin")
    assert admin.post("/messages/release").status_code == 303
    assert settings.get("hold_sending") is None


def test_outside_a_demo_there_is_no_outbox(app: Flask, client: Client, client_of: ClientOf) -> None:
    assert client.get("/dev/outbox").status_code == 404
    assert client_of("admin").get("/dev/outbox").status_code == 404
    assert not [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/dev")]


def test_a_demo_shows_what_it_captured(tmp_path: Path) -> None:
    demo = make_app(settings_for(tmp_path).model_copy(update={"demo": True}), TESTING=True, WTF_CSRF_ENABLED=False)
    demo.test_client_class = Client
    with demo.app_context():
        create_schema(db.engine)
        world.populate()
        text = "Open https://portal.test/q/abc please"
        email(text=text, html="<p><a href='https://portal.test/q/abc'>Open</a></p>", subject="Your quote")
        sms()
        for channel in Channel:
            assert send_by(Capture(), channel) == 1
        client = demo.test_client()
        page = client.get("/dev/outbox").text
        assert "Your quote" in page
        numbers = [int(n) for n in re.findall(r'/dev/outbox/(\d+)"', page)]
        mail = client.get(f"/dev/outbox/{min(numbers)}").text
        assert 'href="https://portal.test/q/abc"' in mail
        assert "sandbox" in client.get(f"/dev/outbox/{min(numbers)}/body").headers["Content-Security-Policy"]
        assert "Your order is on its way." in client.get(f"/dev/outbox/{max(numbers)}").text
        assert client.get("/dev/outbox/999").status_code == 404
        db.session.remove()
        db.engine.dispose()


def test_captured_files_come_as_downloads(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Invoice", "a@example.com", "b@example.com"
    mail.set_content("see file")
    mail.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="<b>.pdf")
    demo = make_app(settings_for(tmp_path).model_copy(update={"demo": True}), TESTING=True)
    demo.test_client_class = Client
    with demo.app_context():
        create_schema(db.engine)
        world.populate()
        with unit_of_work():
            db.session.add(CapturedMessage(channel=Channel.EMAIL, address="b@example.com", raw=mail.as_bytes()))
        client = demo.test_client()
        assert "&lt;b&gt;.pdf" in client.get("/dev/outbox/1").text
        file = client.get("/dev/outbox/1/files/0")
        assert file.data == b"%PDF-1.7"
        assert file.headers["Content-Disposition"].startswith("attachment")
        assert client.get("/dev/outbox/1/files/7").status_code == 404
        db.session.remove()
        db.engine.dispose()
