"""Counting what comes back of mailings, a little at a time, and crediting them with what came of it."""

from datetime import timedelta

from portal.broadcasts.services import count_due, uncounted
from portal.insights.services import credit_conversions
from portal.kernel import clock
from portal.kernel.db import transact

from .registry import every, sweeps

BACK = timedelta(days=2)  # each run looks at what happened since: a stop of some hours loses nothing


@sweeps("default", waits=uncounted)
def count_messages(worker: str) -> int:
    return count_due()


@every(timedelta(minutes=5))
def credit_what_came_of_it() -> None:
    transact(lambda: credit_conversions(clock.now() - BACK))
