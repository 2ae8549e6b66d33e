"""Returned mails of many servers, and sentences that servers say, mean what they should."""

import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from portal.inbound.rules import read_mail
from portal.inbound.rules.replies import reply_text
from portal.inbound.states import Verdict as V
from portal.runtime.cli import load_commands

from .score import in_words, score

RETURNED = Path(__file__).parent / "returned"


def test_nearly_all_that_were_collected_are_read_as_their_collector_does() -> None:
    found = score(RETURNED)
    print(in_words(found))
    assert found.right >= 0.97, found.wrong


SAID = [
    (V.HARD, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup"),
    (V.HARD, "550 5.4.310 DNS domain exmaple.com does not exist"),
    (V.HARD, "556 5.1.10 The domain does not accept mail (nullMX)"),
    (V.HARD, "550 5.1.6 Mailbox has moved"),
    (V.HARD, "550 5.1.1 Benutzer existiert nicht"),
    (V.HARD, "User not listed in public Name & Address Book"),
    (V.SOFT, "552 5.2.2 The email account that you tried to reach is over quota."),
    (V.SOFT, "550 5.2.1 The email account that you tried to reach is disabled."),
    (
        V.SOFT,
        "Host or domain name not found. Name service error for name=example.com type=MX: Host not found, try again",
    ),
    (V.SOFT, "550 4.4.7 QUEUE.Expired; message expired"),
    (V.SOFT, "552 5.3.4 Message size exceeds fixed maximum message size (10485760)"),
    (V.SOFT, "554 5.4.14 Hop count exceeded - possible mail loop"),
    (V.BLOCK, "550-5.7.26 This mail has been blocked because the sender is unauthenticated."),
    (V.BLOCK, "554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org"),
    (V.BLOCK, "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to user complaints"),
    (V.BLOCK, "554 5.7.1 <a@b.example>: Relay access denied"),
    (V.BLOCK, "553 5.1.8 Sender address rejected: Domain not found"),
    (V.BLOCK, "550 High probability of spam"),
]


@pytest.mark.parametrize(("verdict", "said"), SAID)
def test_what_servers_say(verdict: V, said: str) -> None:
    mail = f"From: MAILER-DAEMON@mx.example\nTo: us@here.example\nSubject: Undelivered\n\n<a@b.example>: {said}\n"
    (notice,) = read_mail(mail.encode())
    assert (notice.verdict, notice.recipient) == (verdict, "a@b.example")


@pytest.mark.parametrize(
    ("head", "verdict"),
    [
        ("Subject: Re: Hello\nIn-Reply-To: <a@b.example>", V.REPLY),
        ("Subject: Hello", V.NONE),
        ("Subject: News\nPrecedence: bulk\nList-Id: <news.b.example>", V.NONE),
        ("Subject: Re: Hello\nIn-Reply-To: <a@b.example>\nPrecedence: bulk", V.AUTO_REPLY),
        ("Subject: =?utf-8?q?Absence_du_bureau?=", V.AUTO_REPLY),
        ("Subject: Hello\nAuto-Submitted: auto-replied; vacation", V.AUTO_REPLY),
    ],
)
def test_other_mail(head: str, verdict: V) -> None:
    assert read_mail(f"From: Ann <ann@b.example>\n{head}\n\nText\n".encode())[0].verdict == verdict


def test_the_command_line_says_it(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text('[{"event": "spamreport", "email": "a@b.example"}]')
    plain = tmp_path / "plain.eml"
    plain.write_bytes(b"From: a@b.example\nSubject: Hi\n\nHi\n")
    files = [str(event), str(plain)]
    told = CliRunner().invoke(load_commands(), ["bounce", "classify", *files])
    assert told.exit_code == 0
    assert [line.split()[0] for line in told.output.splitlines()] == ["complaint", "none"]


FROM_A_SERVER = b"From: mailer-daemon@mx.example\nSubject: Undeliverable\n\n"
AN_ANSWER = b"Subject: Re: Hello\nIn-Reply-To: <a@b.example>\n\n"


@pytest.mark.parametrize("text", [b"a@", b"<a", b" ", b"\n", b">\n", b"user ", b"550 ", b"mail from: ", b"10:00 a "])
@pytest.mark.parametrize("head", [FROM_A_SERVER, AN_ANSWER], ids=["server", "answer"])
def test_nobody_keeps_us_busy_with_a_strange_mail(head: bytes, text: bytes) -> None:
    raw = head + text * 50_000
    began = time.process_time()
    read_mail(raw)
    reply_text(raw)
    assert time.process_time() - began < 5  # it took minutes before the patterns were bounded
