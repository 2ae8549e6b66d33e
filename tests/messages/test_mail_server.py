"""The mail server that administrators enter: sealed, tried with a real server, used where SMTP_URL is not set."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.consent.states import Channel
from portal.kernel import audit, settings
from portal.kernel.db import unit_of_work
from portal.kernel.errors import Forbidden, Refused
from portal.web import mailserver
from portal.web.servers import SmtpServer
from portal.web.transport import SmtpTransport, transports
from tests.conftest import Client
from tests.messages.makers import mail_server

ClientOf = Callable[[str], Client]
TYPED = {"host": "smtp.example.com", "port": "587", "security": "starttls", "user": "us", "password": "p@ss:word/ä"}


@pytest.fixture
def here(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Settings under which servers inside the network may be entered."""
    open_inside = app.extensions["settings"].model_copy(update={"outbound_private": True})
    monkeypatch.setitem(app.extensions, "settings", open_inside)
    return open_inside


def test_what_is_entered_is_sealed_and_used_unless_the_environment_says_otherwise(
    here: Any, client_of: ClientOf
) -> None:
    admin = client_of("admin")
    assert "No mail server yet." in admin.get("/mail-server").text
    assert admin.post("/mail-server", data=TYPED).status_code == 303

    server = SmtpServer("smtp.example.com", 587, "starttls", "us", "p@ss:word/ä")
    assert mailserver.current(here) == server
    assert isinstance(transports(here)[Channel.EMAIL], SmtpTransport)
    assert "word" not in (settings.get(mailserver.STORED) or "")
    assert "p@ss" not in admin.get("/mail-server").text
    entry = audit.history("company", 1)[0]
    assert (entry.action, entry.changes) == ("mail server changed", {"server": [None, "smtp.example.com:587"]})
    fixed = here.model_copy(update={"smtp_url": "smtp://mx.example"})
    assert mailserver.current(fixed) == SmtpServer("mx.example", 25, "none")
    assert (
        mailserver.current(here.model_copy(update={"given_secret_key": "another" * 8})) is not None
    )  # cached property
    assert mailserver.stored(type(here)(secret_key="another" * 8, database_url="sqlite://")) is None


def test_an_empty_password_keeps_the_one_of_the_same_server_only(here: Any, client_of: ClientOf) -> None:
    admin = client_of("admin")
    admin.post("/mail-server", data=TYPED)
    admin.post("/mail-server", data=TYPED | {"password": "", "port": "465", "security": "tls"})
    assert mailserver.current(here) == SmtpServer("smtp.example.com", 465, "tls", "us", "p@ss:word/ä")
    admin.post("/mail-server", data=TYPED | {"password": "", "host": "other.example.com"})
    assert mailserver.current(here) == SmtpServer("other.example.com", 587, "starttls", "us", None)
    assert admin.post("/mail-server/removal", data={"nonce": "x"}).status_code == 303
    assert mailserver.current(here) is None


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
    for path in ("/mail-server", "/mail-server/test"):
        answer = client_of("admin").post(path, data=TYPED | typed)
        assert answer.status_code == 422
        assert words in answer.text
        assert 'value="us"' in answer.text
    assert settings.get(mailserver.STORED) is None


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
    assert settings.get(mailserver.STORED) is None


def test_only_administrators_enter_it(app: Flask, client_of: ClientOf, actor: Any) -> None:
    for path in ("/mail-server", "/mail-server/test", "/mail-server/removal"):
        assert client_of("operator").post(path, data=TYPED).status_code == 403
    with pytest.raises(Forbidden), unit_of_work():
        mailserver.keep(actor("operator"), app.extensions["settings"], None)
    with pytest.raises(Refused):
        mailserver.entered(app.extensions["settings"], {**TYPED, "host": "localhost", "port": 25})
