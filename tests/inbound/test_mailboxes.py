"""Mailboxes are read once, in order, and nothing is lost when a worker ends in the middle."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from jobs.inbound import poll, poll_mailboxes
from portal.inbound.models import InboundMail, Mailbox
from portal.inbound.services import enter, take_one
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, transact
from portal.web import mailboxes, mailserver
from portal.web.mailboxes import Account, CannotFetch, fetch

from .mail_boxes import Imap, Pop, mailbox

MAILS = tuple(f"From: a{n}@b.example\nSubject: Mail {n}\n\nText {n}".encode() for n in range(3))


@pytest.fixture(autouse=True)
def _inside(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    changed = app.extensions["settings"].model_copy(update={"outbound_private": True})
    monkeypatch.setitem(app.extensions, "settings", changed)


def account(server: Any, kind: str, password: str = "right") -> Account:
    return Account(kind, "127.0.0.1", server.port, "us", password)  # type: ignore[arg-type]


def entered(app: Flask, there: Account) -> int:
    url = mailserver.seal(app.extensions["settings"], there.url())
    return transact(lambda: enter(SYSTEM, {"name": "Replies", "url": url}).id)


def subjects() -> list[str]:
    return list(db.session.scalars(select(InboundMail.subject).order_by(InboundMail.id)))


@pytest.fixture(params=[("imap", Imap), ("pop3", Pop)], ids=["imap", "pop3"])
def there(request: pytest.FixtureRequest) -> Iterator[tuple[str, Any]]:
    kind, speaks = request.param
    with mailbox(speaks, *MAILS) as server:
        yield kind, server


def test_each_mail_is_taken_in_once(app: Flask, there: tuple[str, Any]) -> None:
    kind, server = there
    number = entered(app, account(server, kind))
    poll_mailboxes()
    poll_mailboxes()
    assert subjects() == ["Mail 0", "Mail 1", "Mail 2"]
    assert server.fetched == [1, 2, 3]
    box = db.session.get_one(Mailbox, number)
    assert box.polled_at
    assert box.problem == ""


def test_a_worker_that_ends_in_the_middle_loses_nothing(
    app: Flask, there: tuple[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, server = there
    number = entered(app, account(server, kind))
    url = db.session.get_one(Mailbox, number).url

    def ends(*values: Any) -> bool:
        take_one(*values)
        if len(subjects()) == 2:
            raise KeyboardInterrupt
        return True

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("portal.inbound.services.take_one", ends)
        poll(number, url, "")
    poll_mailboxes()
    assert subjects() == ["Mail 0", "Mail 1", "Mail 2"]


def test_a_wrong_password_is_told(app: Flask, there: tuple[str, Any]) -> None:
    kind, server = there
    number = entered(app, account(server, kind, "wrong"))
    poll_mailboxes()
    assert "wrong password" in db.session.get_one(Mailbox, number).problem


def test_of_a_mail_that_is_too_large_the_head_is_enough() -> None:
    with mailbox(Imap, *MAILS) as server:
        server.sizes[2] = mailboxes.MOST + 1
        found = list(fetch(account(server, "imap"), "", lambda marks: set(), private=True))
    assert [b"Text" in one.raw for one in found] == [True, False, True]


def test_a_mailbox_that_was_made_anew_is_read_anew() -> None:
    with mailbox(Imap, *MAILS) as server:
        assert len(list(fetch(account(server, "imap"), "7:2", lambda marks: set(), private=True))) == 1
        assert list(fetch(account(server, "imap"), "7:3", lambda marks: set(), private=True)) == []
        server.validity = 8
        assert len(list(fetch(account(server, "imap"), "7:3", lambda marks: set(), private=True))) == 3


def test_a_server_inside_is_not_called_unless_allowed() -> None:
    with mailbox(Imap, *MAILS) as server, pytest.raises(CannotFetch, match="public internet"):
        list(fetch(account(server, "imap"), "", lambda marks: set()))


def test_addresses_survive_any_password() -> None:
    there = Account("imaps", "imap.example.com", 993, "us@example.com", "p/a:s@s? #%", "INBOX/Answers here")
    assert mailboxes.parse(there.url()) == there
