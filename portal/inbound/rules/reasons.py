"""Why a server did not deliver: its words first, then the enhanced status code (RFC 3463), then the SMTP code."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from re import Pattern

from portal.inbound.states import Reason

R = Reason
LONGEST = 5_000  # characters in which the reason must stand


def _read_words() -> Iterator[tuple[Reason, Pattern[str]]]:
    """words.txt: a reason, then indented the words that give it, as regular expressions. The first match wins."""
    for block in re.split(r"\n(?=\S)", (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").strip()):
        reason, *words = block.splitlines()
        yield Reason(reason), re.compile("|".join(line[4:] for line in words), re.IGNORECASE | re.DOTALL)


_BY_WORDS = list(_read_words())

# RFC 3463 subject.detail, most telling first; "x" stands for any detail.
_BY_STATUS = {
    "1.1": R.USER_UNKNOWN,
    "1.0": R.USER_UNKNOWN,
    "1.3": R.USER_UNKNOWN,
    "1.4": R.USER_UNKNOWN,
    "1.2": R.HOST_UNKNOWN,
    "1.6": R.MOVED,
    "1.7": R.SENDER_REFUSED,
    "1.8": R.SENDER_REFUSED,
    "1.10": R.NO_MAIL_HERE,
    "2.0": R.FILTERED,
    "2.1": R.DISABLED,
    "2.2": R.MAILBOX_FULL,
    "2.3": R.TOO_LARGE,
    "3.1": R.SYSTEM,
    "3.4": R.TOO_LARGE,
    "3.x": R.SYSTEM,
    "4.1": R.NETWORK,
    "4.4": R.HOST_UNKNOWN,
    "4.6": R.NETWORK,
    "4.7": R.EXPIRED,
    "4.x": R.NETWORK,
    "5.x": R.SYSTEM,
    "6.x": R.CONTENT,
    "7.x": R.POLICY,
}
_BY_REPLY = {"421": R.NETWORK, "450": R.SYSTEM, "451": R.SYSTEM, "452": R.MAILBOX_FULL, "552": R.MAILBOX_FULL}
_STATUS = re.compile(r"(?<![\d.])([245])[. ](\d{1,2})[. ](\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.:-])([45]\d\d)(?=[ -])")
_AT_DATA = re.compile(r"in reply to (end of )?data\b|smtp command data|>>> ?data\s|after end of data", re.IGNORECASE)
_AT_SENDER = re.compile(r"(after|in reply to|to) mail from\b", re.IGNORECASE)
_AT_RECIPIENT = re.compile(r"\brcpt[ _]to\b|smtp command rcpt|does not like recipient", re.IGNORECASE)
_POSTFIX = re.compile(r"recipient address rejected:\s*(access denied)?", re.IGNORECASE)
_ANY_ADDRESS = re.compile(r"[^\s@]{1,80}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,10}")
_NOISE = re.compile(r"https?://\S+|<[^<>\s@]{0,80}@[^<>\s]{0,200}>|\[?\b\d{1,3}(?:\.\d{1,3}){3}\b\]?")


def status_in(text: str) -> str:
    """The enhanced status code in it, like 5.1.1, or nothing."""
    found = sorted(_STATUS.findall(text), key=lambda code: code[0] == "2")  # a failure outweighs what went well before
    return ".".join(found[0]) if found else ""


def at_data(text: str) -> bool:
    """Whether the server had accepted the recipient and refused what came after."""
    return bool(_AT_DATA.search(" ".join(text.split())))


def at_recipient(text: str) -> bool:
    """Whether the server refused this very recipient."""
    return bool(_AT_RECIPIENT.search(" ".join(text.split())))


def bare_refusal(words: str) -> bool:
    """A 550 without an enhanced status says that the server refused, but hardly why."""
    return bool(re.search(r"(?<![\d.])550[ -]", words)) and not status_in(words)


def at_sender(text: str) -> bool:
    """Whether the server refused us before it heard of the recipient."""
    return bool(_AT_SENDER.search(" ".join(text.split())))


@lru_cache(64)  # a report may say the same of a thousand recipients
def by_words(diagnostic: str) -> Reason | None:
    """From the reply of the server, if one is quoted, else from all the words."""
    diagnostic = diagnostic[:LONGEST]
    reply = _REPLY.search(diagnostic)
    for text in [diagnostic[reply.end() :], diagnostic] if reply else [diagnostic]:
        words = " ".join(_ANY_ADDRESS.sub(" mailbox ", _NOISE.sub(" ", text)).split())
        # Microsoft and Postfix put this before whatever they mean; alone it means that nobody has the address.
        words = _POSTFIX.sub(
            lambda found: "no such user" if found[1] or not found.string[found.end() :].strip() else "", words
        )
        for reason, pattern in _BY_WORDS:
            if pattern.search(words):
                return reason
    return None


def by_status(code: str) -> Reason | None:
    subject = code.partition(".")[2]
    return _BY_STATUS.get(subject) or _BY_STATUS.get(subject.partition(".")[0] + ".x")


def by_reply(text: str) -> Reason | None:
    reply = _REPLY.search(text)
    return _BY_REPLY.get(reply[1]) if reply else None


def disabled(text: str) -> bool:
    """Whether it says that the mailbox is there, but out of use."""
    return any(
        pattern.search(" ".join(text[:LONGEST].split())) for reason, pattern in _BY_WORDS if reason == R.DISABLED
    )
