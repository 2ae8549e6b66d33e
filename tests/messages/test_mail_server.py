"""The mail server that administrators enter: sealed, tried with a real server, used where SMTP_URL is not set."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.consent.states import Channel
from portal.kernel import audit, settings
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Forbidden, Refused
from portal.messages import services
from portal.messages.queries import servers
from portal.web import mailserver
from portal.web.servers import SmtpServer
from portal.web.transport import SmtpTransport, transports
from tests.conftest import Client
from tests.messages.makers import mail_server

ClientOf = Callable[[str], Client]
TYPED = {
    "name": "Provider", "connections": "10", "active": "y", "transactional": "y", "host": "smtp.example.com", "port": "587",
    "security": "starttls", "user": "us", "password": "p@ss:word/ä",
}  # fmt: skip


@pytest.fixture
def here(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Settings under which servers inside the network may be entered."""
    open_inside = app.extensions["settings"].model_copy(update={"outbound_private": True})
    monkeypatch.setitem(app.extensions, "settings", open_inside)
    return open_inside


def the_servers(here: Any) -> list[SmtpServer]:
    db.session.rollback()
    return [server for _, server in mailserver.usable(here)]


def test_what_is_entered_is_sealed_and_used(here: Any, client_of: ClientOf) -> None:
    admin = client_of("admin")
    assert "No mail server yet." in admin.get("/mail-server").text
    assert admin.post("/mail-server/new", data=TYPED).status_code == 303

    assert the_servers(here) == [SmtpServer("smtp.example.com", 587, "starttls", "us", "p@ss:word/ä")]
    assert [type(way.transport) for way in transports(here)[Channel.EMAIL]] == [SmtpTransport]
    stored = servers.mail_servers()[0][0]
    assert "word" not in stored.url
    for path in ("/mail-server", f"/mail-server/{stored.id}"):
        assert "p@ss" not in admin.get(path).text
    entry = audit.history("company", 1)[0]
    assert (entry.action, entry.changes) == ("mail server entered", {"server": [None, "Provider"]})
    other_secret = type(here)(secret_key="another" * 8, database_url="sqlite://")
    assert mailserver.usable(other_secret) == []


def test_what_was_set_up_before_becomes_a_server_like_the_others(here: Any, client_of: ClientOf) -> None:
    """SMTP_URL, and the one server that was kept as a setting."""
    old = mailserver.sealed(here, SmtpServer("old.example", 465, "tls", "us", "secret"))
    with unit_of_work():
        settings.put(mailserver.FORMER, old)
    both = here.model_copy(update={"smtp_url": "smtp://mx.example"})
    mailserver.adopt(both)
    mailserver.adopt(both)
    assert the_servers(both) == [
        SmtpServer("old.example", 465, "tls", "us", "secret"),
        SmtpServer("mx.example", 25, "none"),
    ]
    assert settings.get(mailserver.FORMER) is None
    assert the_servers(here) == [SmtpServer("old.example", 465, "tls", "us", "secret")], "SMTP_URL is set no longer"
    number = next(server.id for server, _ in servers.mail_servers() if not server.url)
    admin = client_of("admin")
    assert "SMTP_URL decides." in admin.get(f"/mail-server/{number}").text.replace("\n", "") or not here.smtp
    assert (
        admin.post(
            f"/mail-server/{number}", data={"name": "Relay", "connections": 3, "per_second": 14, "bulk": "y"}
        ).status_code
        == 303
    )
    changed = servers.mail_server(number)
    assert (changed.name, changed.per_second, changed.transactional, changed.url) == ("Relay", 14, False, "")


def test_an_empty_password_keeps_the_one_of_the_same_server_only(here: Any, client_of: ClientOf) -> None:
    admin = client_of("admin")
    admin.post("/mail-server/new", data=TYPED)
    path = f"/mail-server/{servers.mail_servers()[0][0].id}"
    admin.post(path, data=TYPED | {"password": "", "port": "465", "security": "tls", "active": ""})
    assert the_servers(here) == []
    admin.post(path, data=TYPED | {"password": "", "port": "465", "security": "tls", "active": "y"})
    assert the_servers(here) == [SmtpServer("smtp.example.com", 465, "tls", "us", "p@ss:word/ä")]
    admin.post(path, data=TYPED | {"password": "", "host": "other.example.com", "active": "y"})
    assert the_servers(here) == [SmtpServer("other.example.com", 587, "starttls", "us", None)]
    assert admin.post(f"{path}/removal").status_code == 303
    assert servers.mail_servers() == []


def test_limits_are_read_and_shown_again(here: Any, client_of: ClientOf) -> None:
    limits = {"domain_limits": "gmail.com 600\r\nGMX.de 60", "warm_up": "50 100 200", "warm_up_from": "2027-03-01"}
    admin = client_of("admin")
    admin.post("/mail-server/new", data=TYPED | limits | {"sender_domains": "a.example B.example", "per_hour": "3600"})
    stored = servers.mail_servers()[0][0]
    assert stored.domain_limits == {"gmail.com": 600, "gmx.de": 60}
    assert (stored.warm_up, stored.sender_domains, stored.per_hour) == (
        [50, 100, 200],
        ["a.example", "b.example"],
        3600,
    )
    shown = admin.get(f"/mail-server/{stored.id}").text
    assert "gmx.de 60" in shown
    assert 'value="50 100 200"' in shown
    assert (
        admin.post("/mail-server/new", data=TYPED | {"name": "B", "domain_limits": "gmail.com many"}).status_code == 422
    )


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"host": ""}, "required"),
        ({"host": "a b"}, "A name like smtp.example.com."),
        ({"host": "x\r\ny"}, "A name like smtp.example.com."),
        ({"port": "70000"}, "between 1 and 65535"),
        ({"security": "ssl"}, "Not a valid choice"),
        ({"host": "127.0.0.1", "port": "25"}, "not on the public internet"),
        ({"host": "169.254.169.254", "port": "25"}, "not on the public internet"),
        ({"host": "127.0.0.1", "port": "6379"}, "Use one of the ports of mail"),
    ],
)
def test_what_cannot_be_a_mail_server_is_refused_and_kept(
    client_of: ClientOf, typed: dict[str, str], words: str
) -> None:
    for path in ("/mail-server/new", "/mail-server/test"):
        answer = client_of("admin").post(path, data=TYPED | typed)
        assert answer.status_code == 422
        assert words in answer.text
        assert 'value="us"' in answer.text
    assert servers.mail_servers() == []


def test_a_test_mail_says_what_the_server_said(here: Any, client_of: ClientOf, tmp_path: Path) -> None:
    admin = client_of("admin")
    with mail_server(tmp_path) as server:
        typed = TYPED | {"host": "127.0.0.1", "port": server.url.rpartition(":")[2], "user": "", "password": ""}
        assert (
            "The server took the test mail." in admin.post("/mail-server/test", data=typed | {"security": "none"}).text
        )
        assert "The test mail did not go out." in admin.post("/mail-server/test", data=typed).text  # it has no STARTTLS
    gone = admin.post("/mail-server/test", data=typed | {"security": "none"})
    assert "The test mail did not go out." in gone.text
    assert "127.0.0.1" in gone.text
    assert servers.mail_servers() == []


def test_only_administrators_enter_it(app: Flask, client_of: ClientOf, actor: Any) -> None:
    for path in ("/mail-server/new", "/mail-server/test", "/sender-domains"):
        assert client_of("operator").post(path, data=TYPED).status_code == 403
    with pytest.raises(Forbidden), unit_of_work():
        services.enter_server(actor("operator"), {})
    with pytest.raises(Refused):
        mailserver.entered(app.extensions["settings"], {**TYPED, "host": "localhost", "port": 25})
