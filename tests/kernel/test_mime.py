"""Messages parse back without defects, and nothing in a name, subject or header can add another header."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.kernel.mime import Attachment, Mailbox, build_email

AT = datetime(2026, 11, 20, 8, 14, tzinfo=UTC)
BREAKS = ["\r\n", "\n", "\r", "\0", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"]
AFTER = ["Bcc: thief@evil.example", " folded", "\nbody", "Subject: other", ""]
PAYLOADS = [f"Ann{stop}{more}" for stop in BREAKS for more in AFTER]
MANY = [
    "a@b.example, c@d.example", "a@b.example;c@d.example", "a@b.example c@d.example", "<a@b.example>", "a@b.example>",
    "a@b@c.example", '"a b"@c.example', "(x)a@b.example", "a@[127.0.0.1]", "@b.example", "a@", "a", "", "a@b..example",
    "a@-b.example", "grüße@b.example", ".a@b.example", "a.@b.example", "a@b example", f"{'a' * 65}@b.example",
    f"a@{'b.' * 130}example",
]  # fmt: skip


def built(**over: Any) -> bytes:
    parts: dict[str, Any] = {
        "message_id": "<m1@adventure-works.example>", "sent_at": AT, "sender": Mailbox("hello@adventure-works.example",
        "Adventure Works"),
        "to": Mailbox("john@pedaling.example", "John Ault"), "subject": "Quote Q-2026-0042", "text": "Hello",
        "html": "<p>Hello</p>",
    }  # fmt: skip
    return build_email(**(parts | over))


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=policy.default)
    for part in message.walk():
        assert part.defects == []
        for value in part.values():
            assert value.defects == ()
    return message


def test_a_message_reads_back_as_it_was_written() -> None:
    text, html = "Grüße\naus Kiel", "<p>Grüße</p>" * 2000
    raw = built(
        sender=Mailbox("hello@münchen.example", 'Räder "Kiel"'), subject="Angebot für Frühjahr 2027 – " + "ß" * 100, text=text,
        html=html, reply_to=Mailbox("rachel@adventure-works.example"), headers={"List-Unsubscribe": "<https://a.example/u/1>"},
        attachments=[Attachment("Angebot für Müller.pdf", b"%PDF" * 999)],
    )  # fmt: skip
    message = parsed(raw)
    assert message["subject"] == "Angebot für Frühjahr 2027 – " + "ß" * 100
    assert message["from"].addresses[0].display_name == 'Räder "Kiel"'
    assert message["from"].addresses[0].addr_spec == "hello@xn--mnchen-3ya.example"
    assert message["list-unsubscribe"] == "<https://a.example/u/1>"
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert plain.get_content().splitlines() == text.splitlines()
    assert rich.get_content().strip() == html
    (file,) = message.iter_attachments()
    assert file.get_filename() == "Angebot für Müller.pdf"
    assert file.get_content() == b"%PDF" * 999
    assert max(map(len, raw.split(b"\r\n"))) < 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_control_character_is_refused_in_every_header(payload: str) -> None:
    box = Mailbox("a@b.example", payload)
    tries: list[dict[str, Any]] = [
        {"subject": payload}, {"to": box}, {"sender": box}, {"reply_to": box}, {"headers": {"X-Note": payload}},
        {"headers": {payload: "x"}}, {"message_id": payload}, {"to": Mailbox(payload)},
        {"to": Mailbox(f"{payload}@b.example")}, {"to": Mailbox(f"a@{payload}")}, {"attachments": [Attachment(payload, b"")]},
        {"attachments": [Attachment("a.pdf", b"", payload)]},
    ]  # fmt: skip
    for over in tries:
        with pytest.raises(ValueError, match=r"control character|may not be set|message id|media type"):
            built(**over)


@pytest.mark.parametrize("value", MANY)
def test_only_one_plain_address_is_taken(value: str) -> None:
    with pytest.raises(ValueError, match="address"):
        built(to=Mailbox(value))


@pytest.mark.parametrize("name", ["Bcc", "to", "Content-Type", "Subject", "X Y", "X:", ""])
def test_own_headers_cannot_be_set_twice(name: str) -> None:
    with pytest.raises(ValueError, match="may not be set"):
        built(headers={name: "x"})


def test_caps() -> None:
    for over in ({"subject": "x" * 301}, {"to": Mailbox("a@b.example", "x" * 151)}, {"headers": {"X-A": "x" * 901}}):
        with pytest.raises(ValueError, match="at most"):
            built(**over)
    with pytest.raises(ValueError, match="time zone"):
        built(sent_at=datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="not a file name"):
        built(attachments=[Attachment("../etc/passwd", b"")])


def test_a_name_cannot_pose_as_an_encoded_word_or_a_second_address() -> None:
    name = "=?utf-8?q?=0ABcc=3A?= <x@evil.example>, y"
    message = parsed(built(to=Mailbox("a@b.example", name)))
    assert [one.addr_spec for one in message["to"].addresses] == ["a@b.example"]
    assert message["to"].addresses[0].display_name == name


def test_a_body_cannot_close_its_part() -> None:
    boundary = parsed(built()).get_boundary()
    message = parsed(built(text=f"--{boundary}--\r\n\r\nBcc: x@y.example"))
    assert len(list(message.iter_parts())) == 2


ONE_LINE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=120)


@settings(max_examples=60, deadline=None)
@given(subject=ONE_LINE, name=ONE_LINE, text=st.text(max_size=300))
def test_anything_printable_survives(subject: str, name: str, text: str) -> None:
    message = parsed(built(subject=subject, to=Mailbox("a@b.example", name), text=text))
    assert [one.addr_spec for one in message["to"].addresses] == ["a@b.example"]
    assert set(message.keys()) == {"Message-ID", "Date", "From", "To", "Subject", "MIME-Version", "Content-Type"}
    assert " ".join(message["subject"].split()) == " ".join(subject.split())
