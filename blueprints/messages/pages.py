"""Parts of the message pages, and e-mail bodies as answers that can do no harm."""

import re
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import NamedTuple

from portal.messages.models import Message
from portal.messages.queries import blocked_now
from portal.messages.states import EventKind, MessageState, Verdict

BADGES = {
    MessageState.QUEUED: "now",
    MessageState.SENDING: "now",
    MessageState.SENT: "good",
    MessageState.DEFERRED: "warn",
    MessageState.UNCERTAIN: "warn",
    MessageState.FAILED: "bad",
    MessageState.SUPPRESSED: "none",
    MessageState.CANCELLED: "none",
}
EVENT_BADGES = {
    EventKind.DELIVERED: "good", EventKind.OPENED: "good", EventKind.CLICKED: "good", EventKind.REPLIED: "good",
    EventKind.HARD_BOUNCED: "bad", EventKind.COMPLAINED: "bad", EventKind.SOFT_BOUNCED: "warn", EventKind.BLOCKED: "warn",
}  # fmt: skip
VERDICT_BADGES = {Verdict.HUMAN: "good", Verdict.PROXY: "none", Verdict.SCANNER: "warn"}
LINK = re.compile(r"https?://[^\s<>\"')\]]+")


class Opened(NamedTuple):
    """A captured message, taken apart."""

    sender: str
    text: str
    html: str
    links: Sequence[str]
    attachments: Sequence[tuple[str, int]]  # name, bytes


def opened(raw: bytes, *, is_email: bool) -> Opened:
    if not is_email:
        text = raw.decode("utf-8", "replace")
        return Opened("", text, "", LINK.findall(text), [])
    mail = message_from_bytes(raw, policy=policy.default)
    text, html = _part(mail, "plain"), _part(mail, "html")
    files = [(part.get_filename() or "file", len(_bytes(part))) for part in mail.iter_attachments()]
    links = list(dict.fromkeys(LINK.findall(text)))
    return Opened(str(mail["From"]), text, html, links, files)


def attachment(raw: bytes, number: int) -> tuple[str, bytes] | None:
    """(name, content) of the n-th file, counted from 0."""
    mail = message_from_bytes(raw, policy=policy.default)
    files = list(mail.iter_attachments())
    return (files[number].get_filename() or "file", _bytes(files[number])) if number < len(files) else None


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    return str(part.get_content()) if part else ""


def _bytes(part: EmailMessage) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def explain(message: Message) -> Sequence[str]:
    """Why the message is where it is, in sentences: what decided so far, and what would decide now."""
    said = []
    if message.state_reason and message.state != MessageState.SUPPRESSED:
        said.append(message.state_reason)
    blocked = blocked_now(message)
    if message.state == MessageState.SUPPRESSED:
        said.append("When it was due, it was stopped.")
    said.append(blocked or "Consent and blocks would let it go now.")
    return said
