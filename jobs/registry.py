"""Which function reacts to which event, what each queue sweeps besides, and what runs on a schedule."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from portal.kernel.outbox import Event, subscribe

QUEUES = ("default", "mail", "pdf")

Reaction = Callable[..., None]


@dataclass(frozen=True)
class Job:
    """`alone`: the function opens its own units of work, because it does something outside the database."""

    run: Reaction
    alone: bool


@dataclass(frozen=True)
class Periodic:
    run: Callable[[], None]
    every: timedelta


jobs: dict[str, Job] = {}
sweepers: dict[str, list[Callable[[str], int]]] = defaultdict(list)
waiting: dict[str, list[Callable[[], bool]]] = defaultdict(list)
periodic: dict[str, Periodic] = {}


def on(event: type[Event], *, queue: str = "default", alone: bool = False) -> Callable[[Reaction], Reaction]:
    """The job gets the event's fields as keyword arguments, in one unit of work, and must bear being run twice."""
    assert queue in QUEUES

    def register(job: Reaction) -> Reaction:
        name = f"{job.__module__}.{job.__name__}"
        jobs[name] = Job(job, alone)
        subscribe(event, name, queue)
        return job

    return register


def sweeps(queue: str, *, waits: Callable[[], bool]) -> Callable[[Callable[[str], int]], Callable[[str], int]]:
    """The function works off a table of its own (worker name in, rows done out); `waits` tells whether rows are due."""

    def register(sweeper: Callable[[str], int]) -> Callable[[str], int]:
        sweepers[queue].append(sweeper)
        waiting[queue].append(waits)
        return sweeper

    return register


def every(period: timedelta) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Run once per period (aligned to the UTC epoch), whatever the number of schedulers."""

    def register(job: Callable[[], None]) -> Callable[[], None]:
        periodic[f"{job.__module__}.{job.__name__}"] = Periodic(job, period)
        return job

    return register


def due_elsewhere() -> list[str]:
    """Queues whose own tables have due rows."""
    return [queue for queue, checks in waiting.items() if any(check() for check in checks)]


def describe() -> dict[str, Any]:
    """For `portal doctor` and the system page."""
    return {"jobs": sorted(jobs), "periodic": sorted(periodic)}
