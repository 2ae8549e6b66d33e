"""What other servers read: the signature, the address a mail bounces to, who sent which list."""

import re
import subprocess
from base64 import b64decode
from email import message_from_bytes, policy
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from flask import Flask

from portal.consent.states import Purpose
from portal.messages.models import SenderDomain
from portal.messages.rules import headers
from portal.messages.rules.headers import dkim_signer, message_behind, new_dkim_key, return_path
from portal.web import mailserver
from tests.messages.makers import SETTINGS, agree, email, send_by
from tests.messages.test_delivery import Recording
from tests.world import add

MAIL = (
    b"From: Ann <ann@shop.example>\r\nTo: bea@example.com\r\nSubject: A  long\r\n\tsubject\r\n"
    b"Message-ID: <1@shop.example>\r\nList-Unsubscribe: <https://x.example/c/1/one-click>\r\n"
    b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\nX-Other: not signed\r\n\r\nHello  \t world \r\n\r\nBye\r\n\r\n\r\n"
)


def verify(raw: bytes, public: str) -> str:
    """RFC 6376 by the book and without a line of ours: the list of signed fields. Raises InvalidSignature, AssertionError."""
    head, _, body = raw.partition(b"\r\n\r\n")
    lines = re.split(rb"\r\n(?![ \t])", head)
    fields = [(line.split(b":", 1)[0].strip().lower(), line.split(b":", 1)[1]) for line in lines]
    assert fields[0][0] == b"dkim-signature"
    tags = dict(part.strip().split(b"=", 1) for part in re.sub(rb"\r\n", b"", fields[0][1]).split(b";"))
    assert (tags[b"a"], tags[b"c"]) == (b"rsa-sha256", b"relaxed/relaxed")
    canonical = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while canonical and not canonical[-1]:
        canonical.pop()
    assert b64decode(tags[b"bh"]) == sha256(b"".join(line + b"\r\n" for line in canonical)).digest(), (
        "the body was changed"
    )

    def relaxed(name: bytes, value: bytes) -> bytes:
        return name + b":" + re.sub(rb"[ \t]+", b" ", re.sub(rb"\r\n(?=[ \t])", b"", value)).strip()

    signed = b""
    left = list(fields[1:])
    for name in tags[b"h"].split(b":"):
        value = next(found for found in reversed(left) if found[0] == name.strip().lower())
        left.remove(value)
        signed += relaxed(*value) + b"\r\n"
    signed += relaxed(fields[0][0], re.sub(rb"\bb=[^;]*$", b"b=", re.sub(rb"\r\n(?=[ \t])", b"", fields[0][1])))
    key = serialization.load_der_public_key(b64decode(public))
    assert isinstance(key, rsa.RSAPublicKey)
    key.verify(b64decode(re.sub(rb"\s", b"", tags[b"b"])), signed, padding.PKCS1v15(), hashes.SHA256())
    return tags[b"h"].decode()


def test_the_signature_holds_and_covers_what_ends_the_list() -> None:
    private, public = new_dkim_key()
    signed = dkim_signer("shop.example", "portal", private)(MAIL)
    names = verify(signed, public).split(":")
    assert {"from", "subject", "message-id", "list-unsubscribe", "list-unsubscribe-post"} <= set(names)
    assert all(len(line) < 1000 for line in signed.split(b"\r\n"))
    for broken in (signed.replace(b"Bye", b"Buy"), signed.replace(b"One-Click\r\n", b"Two-Click\r\n")):
        with pytest.raises((InvalidSignature, AssertionError)):
            verify(broken, public)


def test_openssl_reads_the_key_that_dns_gets(tmp_path: Path) -> None:
    private, public = new_dkim_key()
    (tmp_path / "key.pem").write_text(private)
    command = ["openssl", "pkey", "-in", "key.pem", "-pubout", "-outform", "DER"]
    shown = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
    assert shown.stdout == b64decode(public)


def test_a_mailing_says_what_it_is_and_its_signature_holds(app: Flask) -> None:
    private, public = new_dkim_key()
    sealed = mailserver.seal(SETTINGS, private)
    add(SenderDomain(domain="test-cycles.example", private_key=sealed, public_key=public, signing=True,
                     return_domain="bounces.example"))  # fmt: skip
    agree("ann@example.com")
    number = email("ann@example.com", purpose=Purpose.COMMERCIAL)
    way: Any = Recording()
    send_by(way)
    letter = way.letters[0]
    assert "list-unsubscribe-post" in verify(letter.raw, public)
    found = message_from_bytes(letter.raw, policy=policy.default)
    assert found["List-Id"] == "<commercial-all.test-cycles.example>"
    assert found["Feedback-ID"].endswith(":commercial:test-cycles.example")
    assert found["Precedence"] == "bulk"
    assert letter.sender.endswith("@bounces.example")
    assert message_behind(letter.sender) == number


def test_a_return_path_names_its_message_and_cannot_be_made_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(headers, "_key", [b"k" * 32])
    address = return_path(77, "<1@x>", "bounces.example")
    assert message_behind(address) == message_behind(address.upper()) == 77
    forged = address.replace(address[7:9], "zz")
    assert message_behind(forged) is None
    assert message_behind("bounce+short@bounces.example") is None
    assert message_behind("ann@example.com") is None
    assert return_path(77, "<1@x>", "") == ""
