"""How often somebody may do something: counted in Redis for all processes, in this process while Redis is away.

One round trip for all limits of a request, or none: what strangers send is counted here and told to Redis a moment later,
so that the busiest page we have waits for nobody; other processes learn of it then. Never raises.
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
from portal.kernel.soon import Soon

QUIET_AFTER_FAILURE = 10.0  # seconds in which nobody waits for a server that did not answer
COUNT = """
local counts = {}
for place, key in ipairs(KEYS) do
  counts[place] = redis.call('INCRBY', key, ARGV[2 * place - 1])
  redis.call('EXPIRE', key, ARGV[2 * place])
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

    def slot(self, now: float) -> tuple[str, float]:
        """The key of the counter at that moment, and when it ends."""
        seconds = self.period.total_seconds()
        slot = int(now // seconds)
        return f"limit:{self.name}:{blake2s(self.who.encode(), digest_size=12).hexdigest()}:{slot}", (
            slot + 1
        ) * seconds


class Counters:
    def __init__(self, connection: Redis) -> None:
        self._script = connection.register_script(COUNT)
        self._quiet_until = 0.0
        self._own: dict[str, tuple[int, float]] = {}  # key: count and end
        self._owed: dict[str, tuple[int, float]] = {}  # counted here, not told yet
        self._soon = Soon(self._tell_owed)
        self._lock = Lock()

    def wait(self, limits: Sequence[Limit], *, alone: bool = False) -> timedelta | None:
        """Count this request against every limit; how long to wait when one is used up, else None.

        `alone`: go by what this process knows, and tell the others a moment later.
        """
        now = clock.now().timestamp()
        slots = [limit.slot(now) for limit in limits]
        counts = self._count_alone(slots, now) if alone else self._count(slots, now, 1)
        over = [end - now for limit, count, (_, end) in zip(limits, counts, slots, strict=True) if count > limit.times]
        return timedelta(seconds=max(over)) if over else None

    def refund(self, limits: Sequence[Limit]) -> None:
        """The request counted against these limits was a good one after all."""
        now = clock.now().timestamp()
        self._count([limit.slot(now) for limit in limits], now, -1)

    def _count(self, slots: Sequence[tuple[str, float]], now: float, by: int) -> list[int]:
        changes = {key: (by, end) for key, end in slots}
        return self._tell(changes, now) or self._count_here(changes, now)

    def _tell(self, changes: dict[str, tuple[int, float]], now: float) -> list[int]:
        """Everybody's counts after these changes; nothing while Redis is away."""
        if time.monotonic() < self._quiet_until:
            return []
        try:
            return list(
                self._script([*changes], [part for by, end in changes.values() for part in (by, int(end - now) + 60)])
            )
        except RedisError:
            self._quiet_until = time.monotonic() + QUIET_AFTER_FAILURE
            return []

    def _count_here(self, changes: dict[str, tuple[int, float]], now: float) -> list[int]:
        with self._lock:
            if len(self._own) > REMEMBERED:
                self._own = {key: kept for key, kept in self._own.items() if kept[1] > now}
            if len(self._own) > REMEMBERED:
                self._own.clear()
            return [_add(self._own, key, by, end) for key, (by, end) in changes.items()]

    def _count_alone(self, slots: Sequence[tuple[str, float]], now: float) -> list[int]:
        counts = self._count_here({key: (1, end) for key, end in slots}, now)
        with self._lock:
            for key, end in slots:
                _add(self._owed, key, 1, end)
        self._soon.ask()
        return counts

    def _tell_owed(self) -> None:
        with self._lock:
            owed, self._owed = self._owed, {}
        counts = self._tell(owed, clock.now().timestamp())
        with self._lock:
            for key, count in zip(owed, counts, strict=False):  # none while Redis is away
                self._own[key] = (count + self._owed.get(key, (0, 0.0))[0], owed[key][1])


def _add(counts: dict[str, tuple[int, float]], key: str, by: int, end: float) -> int:
    count = counts.get(key, (0, end))[0] + by
    counts[key] = (count, end)
    return count


def register(app: Flask) -> None:
    """After the bell: both use the one connection pool."""
    app.extensions["counters"] = Counters(app.extensions["bell"].connection)


def wait(*limits: Limit, alone: bool = False) -> timedelta | None:
    """How long this visitor must wait; None lets the request through. `alone`: see Counters."""
    if not current_app.config.get("RATELIMIT_ENABLED", True):
        return None
    counters: Counters = current_app.extensions["counters"]
    return counters.wait(limits, alone=alone)


def refund(*limits: Limit) -> None:
    """Only what fails shall count: call this when it did not."""
    if current_app.config.get("RATELIMIT_ENABLED", True):
        current_app.extensions["counters"].refund(limits)
