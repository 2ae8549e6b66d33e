"""Openings and clicks: out of the log of the web processes, then judged, and judged again where the rules are better."""

from collections.abc import Iterator
from functools import partial

from flask import current_app

from portal.messages.queries.visits import JUDGING, visited_after, visits_wait
from portal.messages.services.visits import SLICE, judge_again, judge_new, take_in
from portal.workspace.rules import Outcome

from .registry import sweeps
from .workspace import Slice, Work, runs


def log_waits() -> bool:
    return bool(current_app.extensions["tracking"].finished())


@sweeps("default", waits=log_waits)
def read_log(worker: str) -> int:
    return sum(take_in(file) for file in current_app.extensions["tracking"].finished())


@sweeps("default", waits=visits_wait)
def judge_visits(worker: str) -> int:
    return judge_new()


@runs(JUDGING)
def judge_history(work: Work) -> Iterator[Slice]:
    """What is done is the number of the last message that was looked at, so another turn goes on behind it."""
    last = work.done
    while ids := visited_after(last, SLICE):
        yield Slice(ids[-1] - last, partial(_judge, ids))
        last = ids[-1]


def _judge(message_ids: list[int]) -> Outcome:
    return Outcome(changed=judge_again(message_ids))
