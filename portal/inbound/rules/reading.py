"""From the bytes of a returned mail to one notice per recipient."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes
from email.message import Message
from email.utils import getaddresses, parseaddr

from ..states import VERDICTS, Provider, Reason, Verdict
from . import parts
from .events import read_events
from .notice import Notice, judged
from .reasons import at_data, at_recipient, at_sender, bare_refusal, by_reply, by_status, by_words, disabled, status_in
from .replies import answers, is_automatic, is_away

_MACHINES = re.compile(
    r"mailer.?daemon|post.?master|mail.?(delivery|administrator|system)|mdaemon|bounce|no-?reply|delivery",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"undeliver|delivery|returned|fail|bounce|could not|unable|warning: message|nondelivery|rejected|unzustellbar|"
    r"non remis|error|problem|mail system|undeliverable|not be delivered|\bloop\b",
    re.IGNORECASE,
)
_FROM_US = re.compile(r"mail from:\s*<?\S*", re.IGNORECASE)
_DELAYED = re.compile(r"will (keep|retry|be (retried|retrying))|not need to resend|delayed", re.IGNORECASE)
_MBOX = re.compile(rb"(?:\A|\n\r?\n)From \S+ +\w{3} \w{3} [ \d]\d [\d:]{8} .*\n")
MOST = 1_000  # recipients of one report that are heard
_VAGUE = (Reason.UNKNOWN, Reason.SYSTEM, Reason.POLICY)


def read_mail(raw: bytes) -> list[Notice]:
    """At least one notice, in the order of the mail (or of the mails of an mbox). Never raises: what is no report says so."""
    mails = [one for one in _MBOX.split(raw) if one.strip()] if raw.startswith(b"From ") else [raw]
    found = [notice for one in mails for notice in _read(message_from_bytes(one))]
    return found[:MOST] or [Notice(Verdict.NONE)]


def _read(mail: Message) -> list[Notice]:
    for read in (_forwarded_event, _complaint, _report, _answer, _letter, _reply):
        if notices := list(read(mail)):
            return notices
    return [Notice(Verdict.NONE)]


def _forwarded_event(mail: Message) -> Iterator[Notice]:
    """An event of Amazon SES that its notification service sends by mail: JSON, then a footer."""
    text = "" if mail.is_multipart() else parts.decoded(mail).lstrip()
    if text.startswith('{"notificationType"'):
        with suppress(ValueError):
            event = json.JSONDecoder(strict=False).raw_decode(text)[0]
            yield from (told.notice for told in read_events(Provider.SES, event))


def _complaint(mail: Message) -> Iterator[Notice]:
    """A feedback report (RFC 5965), or the free text that stands for one at some providers."""
    fields = parts.part(mail, "message/feedback-report")
    copy = parts.copy(mail)
    told = re.match(r"complaint about message", str(mail.get("Subject", "")), re.IGNORECASE)
    if fields is None and "X-HmXmrOriginalRecipient" not in copy and not told:
        return
    report = parts.inner(fields) if fields else Message()
    named = [value for name in ("Original-Rcpt-To", "Removal-Recipient") for value in report.get_all(name, [])]
    named = named or copy.get_all("X-HmXmrOriginalRecipient", []) or copy.get_all("To", [])
    if report.get("Feedback-Type", "").strip().lower() == "auth-failure":  # RFC 6591: about us, nobody complained
        yield Notice(Verdict.BLOCK, parts.first_address(named), reason=Reason.AUTHENTICATION)
        return
    for recipient in parts.addresses(", ".join(named)) or parts.addresses(parts.said(mail))[:1] or [""]:
        yield Notice(Verdict.COMPLAINT, recipient, diagnostic=report.get("Feedback-Type", "abuse").strip())


def _report(mail: Message) -> Iterator[Notice]:
    """A delivery status notification (RFC 3464)."""
    blocks = parts.reports(mail)
    text = parts.said(mail)
    named_all = [parts.first_address([block.get("Final-Recipient", "")]) for block in blocks]
    seen = set()
    for block in blocks:
        named = block.get("Original-Recipient") or block.get("Final-Recipient") or block.get("X-Actual-Recipient")
        action = block.get("Action", "").split(" ")[0].strip().lower()
        if named is None or (named, action) in seen:
            continue
        seen.add((named, action))
        recipient = parts.first_address([block.get("Final-Recipient", ""), named])
        said = re.sub(r"^\s*[\w-]+\s*;\s*", "", " ".join(block.get("Diagnostic-Code", "").split()))
        status = status_in(block.get("Status", "") + " ")
        if action in ("deliverable", "delivered", "relayed", "expanded"):
            yield Notice(Verdict.DELIVERED, recipient, status, diagnostic=said)
        else:
            about = parts.about(text, recipient, named_all)
            alone = sum(map(bool, named_all)) < 2
            yield _failed(recipient, status, said, about, text, alone=alone, delayed=action == "delayed")


def _answer(mail: Message) -> Iterator[Notice]:
    """Somebody's machine answers, which is no failure."""
    subject = parts.header(mail, "Subject")
    fails = "X-Failed-Recipients" in mail or _FAILED.search(subject) and not is_away(subject)
    if is_automatic(mail) and not _from_machine(mail) and not fails:
        yield Notice(Verdict.AUTO_REPLY, parseaddr(mail.get("From", ""))[1].lower())


def _reply(mail: Message) -> Iterator[Notice]:
    """A person answers."""
    if answers(mail) and not is_automatic(mail) and not _from_machine(mail):
        yield Notice(Verdict.REPLY, parseaddr(mail.get("From", ""))[1].lower())


def _letter(mail: Message) -> Iterator[Notice]:
    """A bounce in prose: which addresses does it name before the copy of what we sent, and what does it say of each?"""
    subject = str(mail.get("Subject", ""))
    if not (_from_machine(mail) or "X-Failed-Recipients" in mail or _FAILED.search(subject)):
        return
    text = parts.said(mail)
    delayed = bool(_DELAYED.search(text))
    sessions = list(parts.transcript(text))
    if len({recipient for recipient, _ in sessions}) > 1 or sessions and ">>>" in text:
        for recipient, about in sessions:
            yield _failed(recipient, "", "", about, text, alone=False, delayed=delayed)
        return
    ours = {
        address for name in ("To", "Delivered-To", "Return-Path") for address in parts.addresses(mail.get(name, ""))
    }
    named = parts.addresses(", ".join(mail.get_all("X-Failed-Recipients", [])))
    named = named or [address for address in parts.named_in(_FROM_US.sub(" ", text)) if address not in ours]
    named = named or parts.addresses(parts.copy(mail).get("To", "")) or [""]
    for recipient in named:
        about = parts.about(text, recipient, named)
        yield _failed(recipient, "", "", about, text, alone=len(named) == 1, delayed=delayed)


def _failed(recipient: str, status: str, said: str, about: str, text: str, *, alone: bool, delayed: bool) -> Notice:
    """The diagnostic field tells most; when it tells nothing, what the text says of the recipient, then all of it."""
    reason, words = _why(status, said, about, text)
    code = status_in(words) or status or status_in(about)
    if VERDICTS[reason] == Verdict.HARD:
        around = text if alone else about
        reason = Reason.SENDER_REFUSED if at_sender(about) else _proven(reason, code, about, around)
        if reason == Reason.USER_UNKNOWN and not at_recipient(around) and _names_nobody(recipient, code, said, words):
            reason = Reason.FILTERED
        if alone and not code.startswith("5.1.") and disabled(text):
            reason = Reason.DISABLED
    return judged(recipient, code, reason, said or about, delayed=delayed)


def _why(status: str, said: str, about: str, text: str) -> tuple[Reason, str]:
    """The first clear reason, and the words that give it."""
    told = [(by_words(said), said), (by_words(about), about), (by_status(status_in(said) or status), said)]
    told += [(by_words(text), text), (by_status(status_in(about)), about), (by_reply(said or about or text), text)]
    found = [(reason, words) for reason, words in told if reason]
    clear = (pair for pair in found if pair[0] not in _VAGUE or pair[0] == Reason.POLICY and "polic" in pair[1].lower())
    return next(clear, found[0] if found else (Reason.UNKNOWN, said or about))


def _proven(reason: Reason, code: str, about: str, around: str) -> Reason:
    """Nobody is given up on doubtful evidence."""
    if reason != Reason.USER_UNKNOWN:
        return Reason.NETWORK if code.startswith("4.") else reason
    if code.startswith(("5.1.", "5.5.", "4.1.")):
        return reason
    if code.startswith("4."):
        return Reason.NETWORK
    refused_later = (
        at_data(about) or at_data(around) or (code.startswith(("5.2.", "5.7.")) and not at_recipient(around))
    )
    return Reason.FILTERED if refused_later else reason


def _names_nobody(recipient: str, code: str, said: str, words: str) -> bool:
    """Whether a refusal tells neither a code that means something nor whom it means: "550 user unknown"."""
    if said:
        return code == "5.0.0" and recipient not in said.lower()
    return not code and bare_refusal(words)


def _from_machine(mail: Message) -> bool:
    return any(_MACHINES.search(f"{name} {address}") for name, address in getaddresses(mail.get_all("From", [])))
