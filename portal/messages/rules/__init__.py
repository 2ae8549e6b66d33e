"""What a server's answer means, when to try again, and how long a worker may hold a message."""

import random
import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, auto

from portal.consent.states import Channel, Purpose, SuppressionReason

from ..states import EventKind

LEASE = timedelta(seconds=45)  # a lost worker's messages move on within a minute: lease + tick
RENEW_AFTER = 5.0  # seconds of silence after which a waiting worker renews its lease and looks for what is urgent
PAUSE = timedelta(minutes=2)  # for a channel whose server is away or refuses us
RESEND_AFTER = timedelta(seconds=30)
ATTEMPTS = 10  # four to five days, as RFC 5321 4.5.4.1 asks for
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(hours=24)


@dataclass(frozen=True)
class Pace:
    """How a sender works: messages held at once, for how long, seconds after which it lets others have a turn, and
    seconds it waits for room when a limit of a second is reached."""

    slice: int = 100
    lease: timedelta = LEASE
    turn: float = 30.0
    wait: float = 0.05


class Kind(StrEnum):
    """What came of one handing over."""

    ACCEPTED = auto()
    DEFERRED = auto()  # certainly not taken; again later
    REFUSED = auto()  # certainly not taken; never again
    UNKNOWN = auto()  # handed over completely, but no answer came
    AWAY = auto()  # says nothing about the message: the server cannot be reached or does not want us


@dataclass(frozen=True)
class Outcome:
    kind: Kind
    why: str = ""
    suppress: SuppressionReason | None = None
    code: int = 0  # of the SMTP reply
    silent: bool = False  # the server kept us waiting until we gave up


ACCEPTED = Outcome(Kind.ACCEPTED)


def read_reply(verb: str, code: int, text: str) -> Outcome:
    """An SMTP reply (RFC 5321 4.2, RFC 3463) to connect, mail, rcpt, data or body.

    Only a refusal of the recipient blocks the address, and not one for policy (5.7) or a full mailbox (5.2.2).
    """
    why = f"{code} {text}".strip()[:500]
    if 200 <= code < 400:
        return ACCEPTED
    if verb in ("connect", "mail") and (code >= 500 or verb == "connect" or code in (421, 454)):
        return Outcome(Kind.AWAY, why, code=code)
    if code in (530, 535, 538):
        return Outcome(Kind.AWAY, why, code=code)
    if code < 500 or verb == "rcpt" and (code == 552 or "5.2.2" in text):
        return Outcome(Kind.DEFERRED, why, code=code)
    bounced = verb == "rcpt" and "5.7." not in text
    return Outcome(Kind.REFUSED, why, SuppressionReason.HARD_BOUNCE if bounced else None, code)


STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")  # RFC 3463


def bounce_in(outcome: Outcome, *, final: bool) -> EventKind | None:
    """What a refusal at our own door is called; the same names as for mail that comes back later.

    A refusal for now is a bounce when we give up. One that blocks nobody is about us or about what we wrote.
    """
    if outcome.kind == Kind.DEFERRED and final and outcome.code:
        return EventKind.SOFT_BOUNCED
    if outcome.kind != Kind.REFUSED or outcome.suppress == SuppressionReason.STOP:
        return None
    return EventKind.HARD_BOUNCED if outcome.suppress else EventKind.BLOCKED


def wait_after(attempt: int) -> timedelta | None:
    """5 min, 15 min, 45 min ... 24 h, each up to a fifth sooner or later; None when it is time to give up."""
    if attempt >= ATTEMPTS:
        return None
    wait: timedelta = min(FIRST_WAIT * 3 ** (attempt - 1), LONGEST_WAIT)
    return wait * random.uniform(0.8, 1.2)


def resends(purpose: Purpose, resent: bool) -> bool:
    """Whether a message with unknown outcome goes again: an invoice once, marketing never."""
    return purpose == Purpose.TRANSACTIONAL and not resent


CHANNEL_NAMES = {Channel.EMAIL: "Email", Channel.SMS: "SMS"}
