"""How fast: one instant per server, domain or batch says when its next message is free; refusals halve, quiet doubles."""

import math
from datetime import datetime, timedelta

BURST = 0.2  # seconds' worth of messages that may go at once: never much more than the limit in any second
UNLIMITED = 1_000_000
FIRST = 10.0  # messages a second that a domain is taken to bear when it says for the first time that we are too fast
SLOWEST = 1 / 60
REST = timedelta(minutes=1)  # in which a domain gets nothing after it complained about our pace
DOUBLES = timedelta(minutes=15)  # of quiet after which the pace doubles, until it is as configured again
FULL = 100.0  # messages a second from which on a pace that was learned limits nothing any more
FAR = timedelta(hours=1)  # who waits for a slow domain is looked at again after this time at the latest
TOO_FAST = frozenset({421, 450, 451})  # RFC 5321: not now; what servers say who find us too fast

BREAKER_LAST, BREAKER_LEAST = 1_000, 100  # messages: looked at, and needed for a verdict
MOST_BOUNCES, MOST_COMPLAINTS = 0.04, 0.0008


def allowance(free_at: datetime | None, rate: float | None, now: datetime) -> int:
    """How many may go at `rate` a second when the next one is free at `free_at`."""
    if rate is None:
        return UNLIMITED
    waited = (now - _start(free_at, rate, now)).total_seconds()
    return math.floor(waited * rate + 1e-6) + 1 if waited >= 0 else 0


def spent(free_at: datetime | None, rate: float | None, now: datetime, count: int) -> datetime | None:
    """When the next one is free after `count` went."""
    return None if rate is None else _start(free_at, rate, now) + timedelta(seconds=count / rate)


def _start(free_at: datetime | None, rate: float, now: datetime) -> datetime:
    unused = timedelta(seconds=(max(1.0, rate * BURST) - 1) / rate)
    return max(free_at, now - unused) if free_at else now - unused


def least(*rates: float | None) -> float | None:
    """The strictest of the limits; None when there is none."""
    given = [rate for rate in rates if rate is not None]
    return min(given) if given else None


def recovered(learned: float | None, since: datetime | None, now: datetime) -> float | None:
    """What a pace that was learned at `since` has grown to; None when it limits nothing any more."""
    if learned is None or since is None:
        return None
    quiet = max(timedelta(0), now - since - REST)
    grown: float = learned * 2 ** min(20.0, quiet / DOUBLES)
    return grown if grown < FULL else None


def halved(rate: float | None) -> float:
    return max(SLOWEST, (rate or FIRST) / 2)


def tripped(sent: int, bounced: int, complained: int) -> str:
    """Why a batch must stop, in a sentence, from its last messages; "" when it may go on."""
    if sent < BREAKER_LEAST:
        return ""
    for count, most, what in (
        (bounced, MOST_BOUNCES, "bounced"),
        (complained, MOST_COMPLAINTS, "were reported as spam"),
    ):
        if count > max(1, sent * most):
            return f"{count} of the last {sent:,} messages {what}; more than {most:.2%} harms our name as a sender."
    return ""
