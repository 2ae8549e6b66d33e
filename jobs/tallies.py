"""Counting what comes back of mailings, a little at a time."""

from portal.broadcasts.services import count_due, uncounted

from .registry import sweeps


@sweeps("default", waits=uncounted)
def count_messages(worker: str) -> int:
    return count_due()
