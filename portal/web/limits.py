"""How often somebody may do something: counted in Redis for all processes, in this process while Redis is away.

One round trip for all limits of a request, since the public form is the busiest page we have. Never raises.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import blake2s
from threading import Lock

from flask import Flask, current_app
from redis import Redis
from redis.exceptions import RedisError

from portal.kernel import clock

QUIET_AFTER_FAILURE = 10.0  # seconds in which nobody waits for a server that did not answer
COUNT = """
local counts = {}
for place, key in ipairs(KEYS) do
  counts[place] = redis.call('INCRBY', key, ARGV[1])
  redis.call('EXPIRE', key, ARGV[place + 1])
end
return counts
"""
REMEMBERED = 20_000  # counters kept in the process


@dataclass(frozen=True)
class Limit:
    """At most `times` per `period` for one `who`; the period starts at multiples of its length."""

    name: str
    who: str
    times: int
    period: timedelta

    def key(self, slot: int) -> str:
        return f"limit:{self.name}:{blake2s(self.who.encode(), digest_size=12).hexdigest()}:{slot}"


class Counters:
    def __init__(self, connection: Redis) -> None:
        self._script = connection.register_script(COUNT)
        self._quiet_until = 0.0
        self._own: dict[str, tuple[int, float]] = {}
        self._lock = Lock()

    def wait(self, limits: Sequence[Limit]) -> timedelta | None:
        """Count this request against every limit; how long to wait when one is used up, else None."""
        now = clock.now().timestamp()
        slots = [int(now // limit.period.total_seconds()) for limit in limits]
        keys = [limit.key(slot) for limit, slot in zip(limits, slots, strict=True)]
        ends = [(slot + 1) * limit.period.total_seconds() for limit, slot in zip(limits, slots, strict=True)]
        counts = self._count(keys, ends, now)
        over = [end - now for limit, count, end in zip(limits, counts, ends, strict=True) if count > limit.times]
        return timedelta(seconds=max(over)) if over else None

    def refund(self, limits: Sequence[Limit]) -> None:
        """The request counted against these limits was a good one after all."""
        now = clock.now().timestamp()
        slots = [int(now // limit.period.total_seconds()) for limit in limits]
        ends = [(slot + 1) * limit.period.total_seconds() for limit, slot in zip(limits, slots, strict=True)]
        self._count([limit.key(slot) for limit, slot in zip(limits, slots, strict=True)], ends, now, -1)

    def _count(self, keys: Sequence[str], ends: Sequence[float], now: float, by: int = 1) -> list[int]:
        if time.monotonic() >= self._quiet_until:
            try:
                return [int(count) for count in self._script(keys, [by, *(int(end - now) + 60 for end in ends)])]
            except RedisError:
                self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
        return self._count_here(keys, ends, now, by)

    def _count_here(self, keys: Sequence[str], ends: Sequence[float], now: float, by: int) -> list[int]:
        with self._lock:
            if len(self._own) > REMEMBERED:
                self._own = {key: kept for key, kept in self._own.items() if kept[1] > now}
            if len(self._own) > REMEMBERED:
                self._own.clear()
            for key, end in zip(keys, ends, strict=True):
                self._own[key] = (self._own.get(key, (0, end))[0] + by, end)
            return [self._own[key][0] for key in keys]


def register(app: Flask) -> None:
    """After the bell: both use the one connection pool."""
    app.extensions["counters"] = Counters(app.extensions["bell"].connection)


def wait(*limits: Limit) -> timedelta | None:
    """How long this visitor must wait; None lets the request through."""
    if not current_app.config.get("RATELIMIT_ENABLED", True):
        return None
    counters: Counters = current_app.extensions["counters"]
    return counters.wait(limits)


def refund(*limits: Limit) -> None:
    """Only what fails shall count: call this when it did not."""
    if current_app.config.get("RATELIMIT_ENABLED", True):
        current_app.extensions["counters"].refund(limits)
