"""The portal's own mail server: what it acknowledges is kept, what it cannot keep stays with the sender."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from portal.runtime import intake

MAIL = b"From: a@b.example\r\nSubject: Hello\r\n\r\nHello\r\n.dotted\r\n"


@pytest.fixture
def server() -> Iterator[Any]:
    kept: list[tuple[bytes, str]] = []

    def take(raw: bytes, recipient: str) -> None:
        if recipient.startswith("broken"):
            raise RuntimeError("the database is away")
        kept.append((raw, recipient))

    with intake.Server(("127.0.0.1", 0), take) as made:
        made.kept = kept  # type: ignore[attr-defined]
        made.port = made.server_address[1]  # type: ignore[attr-defined]
        threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield made
        made.shutdown()


def test_lmtp_answers_for_each_recipient(server: Any) -> None:
    to = [b"RCPT TO:<%s@portal.test>\r\n" % who for who in (b"one", b"broken", b"TWO")]
    mail = MAIL.replace(b"\r\n.", b"\r\n..")
    heard = talk(server.port, b"LHLO x\r\nMAIL FROM:<>\r\n", *to, b"DATA\r\n", mail + b".\r\n", b"QUIT\r\n")
    told = heard.split(b"354 go on\r\n")[1].split(b"\r\n")
    assert [line[:3] for line in told if line] == [b"250", b"451", b"250", b"221"]
    assert server.kept == [(MAIL, "one@portal.test"), (MAIL, "two@portal.test")]


def test_smtp_answers_once(server: Any) -> None:
    with smtplib.SMTP("127.0.0.1", server.port) as client:
        client.sendmail("a@b.example", ["one@portal.test"], MAIL)
        with pytest.raises(smtplib.SMTPDataError):
            client.sendmail("a@b.example", ["one@portal.test", "broken@portal.test"], MAIL)


def test_what_is_too_large_or_goes_in_circles_is_refused(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST", 1000)
    with smtplib.SMTP("127.0.0.1", server.port) as client:
        for raw in (MAIL + b"x" * 2000, b"X: 1\r\n" + b"Received: y\r\n" * 60 + MAIL):
            with pytest.raises(smtplib.SMTPDataError) as error:
                client.docmd("NOOP")
                client.sendmail("a@b.example", ["one@portal.test"], raw)
            assert error.value.smtp_code in (552, 554)
    assert server.kept == []


def talk(port: int, *lines: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port)) as link:
        link.settimeout(5)
        for line in lines:
            link.sendall(line)
        link.shutdown(socket.SHUT_WR)
        heard = b""
        while data := link.recv(4096):
            heard += data
        return heard


def test_half_a_mail_is_none(server: Any) -> None:
    talk(server.port, b"HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<one@portal.test>\r\nDATA\r\nSubject: Hal")
    assert server.kept == []


def test_bare_line_feeds_do_not_end_a_mail(server: Any) -> None:
    """Otherwise one mail could carry another past the server in front of us."""
    lines = b"HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<one@portal.test>\r\nDATA\r\nHi\n.\nMAIL FROM:<>\r\n.\r\nQUIT\r\n"
    assert talk(server.port, lines).count(b"250 2.0.0") == 1
    assert server.kept == [(b"Hi\n.\nMAIL FROM:<>\r\n", "one@portal.test")]


def test_nonsense_is_answered_and_survived(server: Any) -> None:
    heard = talk(server.port, b"NOPE\r\nDATA\r\nRCPT TO:<a@b>\r\nMAIL FROM:<>\r\nRCPT TO:<>\r\nRSET\r\n" + b"A" * 3000)
    assert [line[:3] for line in heard.split(b"\r\n") if line] == [
        b"220",
        b"502",
        b"503",
        b"503",
        b"250",
        b"501",
        b"250",
        b"500",
    ]
