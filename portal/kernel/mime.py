"""One finished e-mail as bytes: headers that cannot be broken into, a text part and an HTML part, attachments."""

import hashlib
import re
from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

import idna

LONGEST_SUBJECT = 300
LONGEST_NAME = 150
LONGEST_HEADER = 900
LONGEST_BODY = 1_000_000
MOST_ATTACHED = 20_000_000
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}")
MESSAGE_ID = re.compile(r"<[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+>")
MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+(; [a-z]+=[A-Za-z0-9-]+)*")
OURS = {"from", "to", "cc", "bcc", "sender", "reply-to", "subject", "date", "message-id", "mime-version", "return-path"}
BOUNDARY = "--=_part"


class Mailbox(NamedTuple):
    """One address with the name that people see."""

    address: str
    name: str = ""


class Attachment(NamedTuple):
    """A file that travels with the message."""

    filename: str
    content: bytes
    media_type: str = "application/pdf"


def build_email(
    *, message_id: str, sent_at: datetime, sender: Mailbox, to: Mailbox, subject: str, text: str, html: str,
    reply_to: Mailbox | None = None, headers: Mapping[str, str] | None = None, attachments: Sequence[Attachment] = (),
) -> bytes:  # fmt: skip
    """The message with CRLF line ends. ValueError says which part may not be sent and why."""
    if not MESSAGE_ID.fullmatch(message_id) or len(message_id) > 250:
        raise ValueError(f"{message_id[:80]!r} is not a message id of the form <left@right>")
    if sent_at.tzinfo is None:
        raise ValueError("the time of sending needs a time zone")
    mark = hashlib.sha256(message_id.encode()).hexdigest()[:24]
    head = [
        f"Message-ID: {message_id}",
        f"Date: {format_datetime(sent_at)}",
        f"From: {mailbox(sender)}",
        f"To: {mailbox(to)}",
    ]
    if reply_to:
        head.append(f"Reply-To: {mailbox(reply_to)}")
    head.append(f"Subject: {words(printable('subject', subject, LONGEST_SUBJECT))}")
    head += [_extra(name, value) for name, value in (headers or {}).items()]
    head.append("MIME-Version: 1.0")
    letter = _multipart("alternative", f"{mark}a", [_body("plain", text), _body("html", html)])
    if attachments:
        if sum(len(part.content) for part in attachments) > MOST_ATTACHED:
            raise ValueError(f"the attachments are larger than {MOST_ATTACHED // 1_000_000} MB together")
        letter = _multipart("mixed", f"{mark}m", [letter, *map(_attached, attachments)])
    return ("\r\n".join(head) + "\r\n" + letter).encode("ascii")


def printable(what: str, value: str, longest: int) -> str:
    """The value, or ValueError when it is too long or holds a line break or another control character."""
    if found := UNPRINTABLE.search(value):
        raise ValueError(f"{what} holds the control character U+{ord(found[0]):04X}; a header is one line of text")
    if len(value) > longest:
        raise ValueError(f"{what} has {len(value)} characters; at most {longest} are sent")
    return value


def words(value: str) -> str:
    """RFC 2047: plain when printable ASCII, else encoded words of at most 75 characters, folded."""
    if value.isascii() and "=?" not in value and len(value) <= 60:
        return value
    chunks, chunk = [], b""
    for letter in value:
        code = letter.encode()
        if len(chunk) + len(code) > 45:
            chunks.append(chunk)
            chunk = b""
        chunk += code
    chunks.append(chunk)
    return "\r\n ".join(f"=?utf-8?B?{b2a_base64(part, newline=False).decode()}?=" for part in chunks)


def address(value: str) -> str:
    """Exactly one address as ASCII, the domain in IDNA; ValueError for lists, comments, quoted parts and routes."""
    printable("address", value, 254)
    local, at, domain = value.rpartition("@")
    if not at or not LOCAL_PART.fullmatch(local) or len(local) > 64:
        raise ValueError(f"{value!r} is not one plain e-mail address")
    plain = _plain_domain(domain)
    if plain is None:
        raise ValueError(f"{value!r} is not an e-mail address: no valid domain follows the @")
    if len(local) + 1 + len(plain) > 254:
        raise ValueError(f"{value!r} is longer than 254 characters")
    return f"{local}@{plain}"


@lru_cache(4096)
def _plain_domain(domain: str) -> str | None:
    try:
        return idna.encode(domain, uts46=True, std3_rules=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        return None


def mailbox(box: Mailbox) -> str:
    """`"Name" <address>` for a header."""
    plain = address(box.address)
    name = printable("name", box.name, LONGEST_NAME)
    if not name:
        return plain
    if name.isascii() and "=?" not in name and len(name) <= 60:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{plain}>' if len(quoted) + len(plain) < 66 else f'"{quoted}"\r\n <{plain}>'
    return f"{words(name)}\r\n <{plain}>"


def _extra(name: str, value: str) -> str:
    if not HEADER_NAME.fullmatch(name) or name.lower() in OURS or name.lower().startswith("content-"):
        raise ValueError(f"the header {name[:80]!r} may not be set")
    printable(name, value, LONGEST_HEADER)
    return f"{name}: {value if value.isascii() else words(value)}"


def _body(subtype: str, content: str) -> str:
    if len(content) > LONGEST_BODY:
        raise ValueError(f"the {subtype} part has more than {LONGEST_BODY} characters")
    lines = content.splitlines()
    plain = content.isascii() and BOUNDARY not in content and "\0" not in content
    if plain and max(map(len, lines), default=0) < 900:
        coding, body = "7bit", "\r\n".join(lines) + "\r\n"
    else:
        coding, body = "base64", _base64("\r\n".join(lines).encode("utf-8", "replace"))
    return f'Content-Type: text/{subtype}; charset="utf-8"\r\nContent-Transfer-Encoding: {coding}\r\n\r\n{body}'


def _attached(part: Attachment) -> str:
    name = printable("file name", part.filename, LONGEST_NAME)
    if not name or "/" in name or "\\" in name:
        raise ValueError(f"{name!r} is not a file name")
    if not MEDIA_TYPE.fullmatch(part.media_type):
        raise ValueError(f"{part.media_type[:80]!r} is not a media type")
    plain = re.fullmatch(r"[A-Za-z0-9 ._()-]+", name)
    label = f'filename="{name}"' if plain else f"filename*=utf-8''{quote(name, safe='')}"
    return (
        f"Content-Type: {part.media_type}\r\nContent-Disposition: attachment;\r\n {label}\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{_base64(part.content)}"
    )


def _multipart(subtype: str, mark: str, parts: Sequence[str]) -> str:
    line = f"{BOUNDARY}{mark}"  # its first two hyphens are the delimiter's own
    inner = "".join(f"{line}\r\n{part}\r\n" for part in parts)
    return f'Content-Type: multipart/{subtype};\r\n boundary="{line[2:]}"\r\n\r\n{inner}{line}--\r\n'


def _base64(content: bytes) -> str:
    coded = b2a_base64(content, newline=False).decode()
    return "\r\n".join([coded[i : i + 76] for i in range(0, len(coded), 76)]) + "\r\n"
