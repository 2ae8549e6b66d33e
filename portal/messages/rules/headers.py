"""Headers that tell other servers what a mail is, the address it bounces to, and its DKIM signature."""

import hmac
import re
from base64 import b32decode, b32encode, b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Protocol

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from portal.consent.states import Purpose
from portal.kernel.mime import Mailbox

Signer = Callable[[bytes], bytes]
_key: list[bytes] = []


class Links(Protocol):
    """Addresses of pages that belong to one message."""

    @property
    def one_click(self) -> str:
        """Where a POST ends commercial messages, RFC 8058; "" where there is nothing to end."""

    def named(self) -> Mapping[str, str]:
        """What templates call `links`."""

    def track(self, html: str) -> str:
        """The marks of the content filled for this message."""


def use_key(secret: str) -> None:
    """Set once, when the app is made."""
    _key[:] = [hmac.digest(secret.encode(), b"return path", "sha256")]


def headers_of(row: Any, links: Links, house: Mailbox) -> dict[str, str]:
    """What mail programs and providers read: how to end it (RFC 8058), which list and mailing it is, who wrote it."""
    domain = house.address.rpartition("@")[2]
    if row.batch_id is None and row.purpose != Purpose.COMMERCIAL:
        return {}
    headers = {
        "List-Id": f"<{row.purpose}-{row.topic_id or 'all'}.{domain}>",  # RFC 2919
        "Feedback-ID": f"{row.batch_id or 0}:{row.noun_of or 'mail'}-{row.record_id or 0}:{row.purpose}:{domain}",
        "Precedence": "bulk",
    }
    if links.one_click:
        headers["List-Unsubscribe"] = f"<{links.one_click}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def return_path(message_id: int, message_key: str, domain: str) -> str:
    """Where this very message bounces to (VERP); "" without a domain for it. Case gets lost on the way, so base 32."""
    if not domain:
        return ""
    body = message_id.to_bytes(6)
    token = b32encode(body + hmac.digest(_key[0], body, "sha256")[:9]).decode().lower()
    return f"bounce+{token}@{domain}"


def message_behind(address: str) -> int | None:
    """The message that a return path names; None for one that was not made here."""
    token = address.partition("@")[0].rpartition("+")[2].upper()
    try:
        raw = b32decode(token) if len(token) == 24 else b""
    except ValueError:
        return None
    body, mac = raw[:6], raw[6:]
    genuine = len(mac) == 9 and hmac.compare_digest(mac, hmac.digest(_key[0], body, "sha256")[:9])
    return int.from_bytes(body) if genuine else None


SIGNED = (
    "from", "to", "reply-to", "subject", "date", "message-id", "mime-version", "content-type", "list-id",
    "list-unsubscribe", "list-unsubscribe-post", "feedback-id",
)  # fmt: skip
_BLANKS = re.compile(rb"[ \t]+")


def new_dkim_key() -> tuple[str, str]:
    """(private key as PEM, public key as the DNS record carries it): RSA with 2048 bits, which every receiver knows."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem.decode(), public_part(key.public_key())


def public_part(key: rsa.RSAPublicKey) -> str:
    der = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return b64encode(der).decode()


def dkim_signer(domain: str, selector: str, pem: str) -> Signer:
    """RFC 6376 with rsa-sha256, relaxed/relaxed: adds the signature on top of a message with CRLF line ends."""
    key = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)

    def sign(raw: bytes) -> bytes:
        head, _, body = raw.partition(b"\r\n\r\n")
        fields = [(name, value) for name, value in _fields(head) if name in _SIGNED]
        names = b":".join(name for name, _ in fields).decode()
        digest = b64encode(sha256(_relaxed_body(body)).digest()).decode()
        stub = f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain}; s={selector}; h={names}; bh={digest}; b="
        told = b"".join(name + b":" + value + b"\r\n" for name, value in fields) + b"dkim-signature:" + stub.encode()
        mark = b64encode(key.sign(told, padding.PKCS1v15(), hashes.SHA256())).decode()
        lines = "\r\n ".join(mark[at : at + 72] for at in range(0, len(mark), 72))
        return f"DKIM-Signature: {_folded(stub)}\r\n {lines}\r\n".encode() + raw

    return sign


_SIGNED = frozenset(name.encode() for name in SIGNED)


def _fields(head: bytes) -> list[tuple[bytes, bytes]]:
    """(name, value) of each header field, canonical by "relaxed" (RFC 6376 3.4.2)."""
    found = []
    for line in head.replace(b"\r\n ", b" ").replace(b"\r\n\t", b" ").split(b"\r\n"):
        name, _, value = line.partition(b":")
        found.append((name.strip().lower(), _BLANKS.sub(b" ", value).strip()))
    return found


def _relaxed_body(body: bytes) -> bytes:
    """RFC 6376 3.4.4: runs of blanks are one blank, none at line ends, no empty lines at the end."""
    if b"  " in body or b"\t" in body:
        body = _BLANKS.sub(b" ", body)
    if b" \r\n" in body:
        body = body.replace(b" \r\n", b"\r\n")
    return body.rstrip(b"\r\n") + b"\r\n" if body.strip(b"\r\n") else b""


def _folded(stub: str) -> str:
    """Header lines stay below 78 characters where they can; a fold is a blank to whoever verifies."""
    return stub.replace("; h=", ";\r\n h=").replace("; bh=", ";\r\n bh=").replace("; b=", ";\r\n b=")
