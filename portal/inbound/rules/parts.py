"""The pieces of a mail that came back: what a server wrote itself, its report, and the copy of what we had sent."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from email import message_from_string
from email.header import decode_header, make_header
from email.message import Message
from typing import Any

ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]{1,80}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}")
_COPY = re.compile(
    r"""^(?:[-=_*> \t]{0,80}(?:(?:this|below|included|enclosed)[ ]is[ ]a[ ]copy|.{0,20}\boriginal[ ]message|unsent[ ]message|
    .{0,30}header[s]?[ ](?:of|from|information|follow)|.{0,20}(?:returned|undelivered)[ ]message\b.{0,12}$|
    message[ ](?:header|text|follows)|.{0,30}below[ ]this[ ]line|.{0,20}copy[ ]of[ ](?:the|your)[ ]message)|
    (?:received|return-path|message-id|mime-version|x-[\w-]+|dkim-signature):[ ])""",
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
_FIELDS = re.compile(r"(?im)^(?:reporting-mta|final-recipient|original-recipient):")
_RECIPIENT = re.compile(r"(?im)^final-recipient:")
LONGEST = 20_000  # characters of a mail that are looked at: bounces come to the point
_TAG = re.compile(r"<(?!\S{1,80}@)[^<>]*>")


def part(mail: Message, kind: str) -> Message | None:
    return next((one for one in mail.walk() if one.get_content_type() == kind), None)


def headers(text: str) -> Message:
    return message_from_string(text.strip() + "\n\n")


def _mails(payload: list[Any]) -> list[Message]:
    return [one for one in payload if isinstance(one, Message)] or [Message()]


def inner(one: Message) -> Message:
    """The fields of a report, which the parser takes for a mail within the mail."""
    payload = one.get_payload()
    return _mails(payload)[0] if isinstance(payload, list) else headers(decoded(one))


def text_of(one: Message) -> str:
    payload = one.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return str(one.get_payload())
    try:
        return payload.decode(one.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return payload.decode("utf-8", "replace")


def header(mail: Message, name: str) -> str:
    """In words, whatever its encoding."""
    with suppress(ValueError, LookupError):
        return str(make_header(decode_header(str(mail.get(name, ""))))).strip()
    return str(mail.get(name, "")).strip()


def storable(text: str, most: int) -> str:
    """Without what no database keeps: NUL, and bytes that are no text."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()[:most]


def decoded(one: Message) -> str:
    """The text of a part; HTML without its tags."""
    text = text_of(one)
    return _TAG.sub(" ", text) if one.get_content_type() == "text/html" else text


def written(mail: Message, *, whole: bool = False) -> str:
    """All text before a part that is the copy of our mail; `whole`: that one as well."""
    texts = []
    for one in mail.walk() if mail.is_multipart() else [mail]:
        kind = one.get_content_type()
        if kind in ("message/rfc822", "text/rfc822-headers") and not whole:
            break
        if kind in ("text/plain", "text/html") or not mail.is_multipart():
            texts.append(decoded(one))
    text = ("\n".join(texts) or mail.as_string()).replace("\r", "")[:LONGEST]
    return _forwarded(text) if re.match(r"fwd?:", str(mail.get("Subject", "")), re.IGNORECASE) else text


def _forwarded(text: str) -> str:
    """The body of the mail that somebody passed on."""
    plain = re.sub(r"(?m)^> ?", "", text)
    quoted = re.search(r"(?ms)^From: .*?\n[ ]*\n(.*)", plain)
    return quoted[1] if quoted else plain


def said(mail: Message) -> str:
    """What the server wrote itself, in prose: up to any copy of our mail or any fields of a report."""
    text = written(mail)
    fields = _FIELDS.search(text)
    cut = _COPY.search(text)
    ends = [found.start() for found in (fields, cut) if found and text[: found.start()].strip()]
    return text[: min(ends, default=len(text))]


def reports(mail: Message) -> list[Message]:
    """The blocks of fields of a status notification (RFC 3464), also of one that stands in plain text."""
    formal = part(mail, "message/delivery-status")
    if formal is not None:
        payload = formal.get_payload()
        return _mails(payload) if isinstance(payload, list) else [headers(decoded(formal))]
    return [headers(block) for block in re.split(r"\n\s*\n", written(mail)) if _RECIPIENT.search(block)]


def copy(mail: Message) -> Message:
    """The headers of our mail that the report brings back."""
    for one in mail.walk():
        if one.get_content_type() == "text/rfc822-headers":
            return headers(decoded(one))
        if one.get_content_type() == "message/rfc822" and isinstance(payload := one.get_payload(), list):
            return _mails(payload)[0]
    whole = decoded(mail) if not mail.is_multipart() else ""
    start = re.search(
        r"^(?:received|return-path|message-id|from|to|subject|date):\s", whole, re.IGNORECASE | re.MULTILINE
    )
    return headers(whole[start.start() :] if start else "")


def addresses(text: str) -> list[str]:
    """Each once, in lower case, in their order."""
    return list(dict.fromkeys(address.lower().rstrip(".") for address in ADDRESS.findall(text)))


def first_address(values: Iterable[str]) -> str:
    return next((address for value in values for address in addresses(value)), "")


def about(text: str, recipient: str, named: Iterable[str]) -> str:
    """The part of the text that speaks of the recipient: from its first mention to that of the next one."""
    lower = text.lower()
    start = lower.find(recipient) if recipient else -1
    if start < 0:
        return ""
    others = [lower.find(other, start + len(recipient)) for other in named if other and other != recipient]
    return text[start : min([place for place in others if place > 0], default=start + 2000)]


_TRANSCRIPT = re.compile(r"(?m)^\d{3}[ -](?:[\d.]+ )?<([^<>\s@]{1,80}@[^<>\s@]{1,200})>\.\.\..*$")


def transcript(text: str) -> Iterator[tuple[str, str]]:
    """(recipient, what led to it) of a session that is told line by line and ends with a verdict for each."""
    at = 0
    for line in _TRANSCRIPT.finditer(text):
        yield line[1].lower(), text[at : line.end()]
        at = line.end()


# Where a text names those who did not get the mail, most certain first.
_NAMED = (
    re.compile(
        r"^\W{0,20}(?:in:)?[ \t]{0,20}rcpt to:[ \t]{0,20}<?([^\s<>@]{1,80}@[^\s<>@]{1,200})",
        re.IGNORECASE | re.MULTILINE,
    ),
    re.compile(r"^[ \t]*<([^\s<>@]{1,80}@[^\s<>@]{1,200})>", re.MULTILINE),
    re.compile(r"^[ \t]*([^\s<>:@]{1,80}@[^\s<>:@]{1,200}?)(?::|[ \t]*$)", re.MULTILINE),
    re.compile(f"({ADDRESS.pattern})"),
)


def named_in(text: str) -> list[str]:
    for pattern in _NAMED:
        if found := addresses(" ".join(pattern.findall(text))):
            return found
    return []
