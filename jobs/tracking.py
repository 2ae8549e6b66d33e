"""Openings and clicks: out of the log of the web processes, then judged."""

from flask import current_app

from portal.messages.queries.visits import visits_wait
from portal.messages.services.visits import judge_new, take_in

from .registry import sweeps


def log_waits() -> bool:
    return bool(current_app.extensions["tracking"].finished())


@sweeps("default", waits=log_waits)
def read_log(worker: str) -> int:
    return sum(take_in(file) for file in current_app.extensions["tracking"].finished())


@sweeps("default", waits=visits_wait)
def judge_visits(worker: str) -> int:
    return judge_new()
