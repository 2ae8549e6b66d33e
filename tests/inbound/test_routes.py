"""The pages of what comes in."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from portal.inbound.models import Mailbox, Webhook
from portal.kernel.db import db
from portal.web import mailserver
from tests.conftest import Client

from .makers import HARD, answer, arrived, contact, mailbox, report, sent

pytestmark = pytest.mark.usefixtures("app")
BOX = {
    "name": "Replies", "protocol": "imaps", "host": "imap.example.com", "port": "", "user": "us@example.com",
    "password": "secret", "folder": "INBOX",
}  # fmt: skip


def test_the_list_costs_the_same_for_one_and_for_three(
    client_of: Callable[[str], Client], count_queries: list[str]
) -> None:
    marketer = client_of("marketer")
    marketer.get("/inbound")
    for more, shown in ((1, 1), (2, 3)):
        for _ in range(more):
            arrived(report(sent(), HARD))
        count_queries.clear()
        assert marketer.get("/inbound").text.count("Hard bounce</span>") == shown
        assert len(count_queries) == 8


def test_one_mail_says_what_it_means_and_whose_it_is(client_of: Callable[[str], Client]) -> None:
    bounced, kept = arrived(report(sent())), arrived(answer(sent(contact=contact()), "<b>Yes</b>"))
    page = client_of("marketer").get(f"/inbound/{bounced.id}").text
    assert "User unknown" in page
    assert f"/messages/{bounced.message_id}" in page
    page = client_of("marketer").get(f"/inbound/{kept.id}").text
    assert "&lt;b&gt;Yes&lt;/b&gt;" in page
    raw = client_of("marketer").get(f"/inbound/{kept.id}/raw")
    assert raw.headers["Content-Disposition"].startswith("attachment")
    assert b"<b>Yes</b>" in raw.data
    assert client_of("marketer").get("/inbound/999999").status_code == 404


def test_it_is_read_again(client_of: Callable[[str], Client]) -> None:
    kept = arrived(report(sent()))
    assert client_of("marketer").post(f"/inbound/{kept.id}/reading").status_code == 303
    assert client_of("marketer").post(f"/inbound/{kept.id}/reading", htmx="mail").status_code == 200


def test_a_mailbox_is_entered_stopped_and_forgotten(client_of: Callable[[str], Client], app: Flask) -> None:
    admin = client_of("admin")
    assert admin.get("/mailboxes").status_code == 200
    assert admin.post("/mailboxes", data=BOX).status_code == 303
    box = db.session.scalars(select(Mailbox)).one()
    assert "secret" not in box.url
    assert (
        mailserver.unseal(app.extensions["settings"], box.url)
        == "imaps://us%40example.com:secret@imap.example.com:993/INBOX"
    )
    assert "Replies" in admin.get("/mailboxes").text
    admin.post(f"/mailboxes/{box.id}/switch")
    assert not db.session.get_one(Mailbox, box.id).active
    admin.post(f"/mailboxes/{box.id}/removal")
    assert db.session.get(Mailbox, box.id) is None


@pytest.mark.parametrize(
    "wrong", [{"host": "a b"}, {"name": ""}, {"protocol": "gopher"}, {"folder": 'x"y'}, {"port": "0"}]
)
def test_what_cannot_be_a_mailbox_is_refused(client_of: Callable[[str], Client], wrong: dict[str, str]) -> None:
    assert client_of("admin").post("/mailboxes", data=BOX | wrong).status_code == 422
    assert db.session.scalar(select(Mailbox)) is None


def test_a_name_is_given_once(client_of: Callable[[str], Client]) -> None:
    mailbox("Replies")
    assert client_of("admin").post("/mailboxes", data=BOX).status_code == 422


def test_a_secret_is_sealed_and_kept_when_left_empty(client_of: Callable[[str], Client], app: Flask) -> None:
    admin = client_of("admin")
    assert "Enter the secret first" in admin.post("/webhooks/mailgun", data={"active": "y"}, follow_redirects=True).text
    admin.post("/webhooks/mailgun", data={"secret": "key", "active": "y"})
    admin.post("/webhooks/mailgun", data={"secret": ""})
    hook = db.session.scalars(select(Webhook)).one()
    assert not hook.active
    assert mailserver.unseal(app.extensions["settings"], hook.secret) == "key"
    assert admin.post("/webhooks/nobody", data={"secret": "key"}).status_code == 404
