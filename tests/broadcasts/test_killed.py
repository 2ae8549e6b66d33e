"""kill -9 of whoever writes an audience down, again and again: the next one goes on, and everybody has one row."""

import os
import signal
import time
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from jobs.worker import sweep
from portal.broadcasts import services
from portal.broadcasts.models import Broadcast
from portal.broadcasts.states import BroadcastState, Timing
from portal.kernel import clock
from portal.kernel.actor import act_as
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message
from portal.organization.queries import actor_for
from portal.workspace.models import LongWork
from tests import world
from tests.broadcasts.makers import draft, people, segment

PEOPLE, SLICE, KILLS = 400, 20, 4
OVER = timedelta(minutes=2)  # after which the lease of a lost worker is


def written() -> int:
    db.session.rollback()
    found = db.session.scalar(select(func.count()).select_from(Message)) or 0
    db.session.rollback()
    return found


def worker(lives: int) -> int:
    """A process that does what the worker of the default queue does; its clock stands behind all leases before."""
    child = os.fork()
    if child == 0:
        db.session.remove()
        db.engine.dispose(close=False)  # the connections are the parent's
        with clock.frozen(clock.now() + lives * OVER):
            while sweep("default"):
                pass
        os._exit(0)
    return child


def test_a_killed_freeze_loses_nobody_and_writes_nobody_twice(live_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "AT_A_TIME", SLICE)
    ids = people(PEOPLE)
    actor = actor_for(world.user("marketer"), clock.now().date())
    one = draft(actor, segment(ids))
    with unit_of_work(), act_as(actor):
        services.start(actor, one, None, timing=Timing.NOW)
    for kill in range(KILLS):
        before, child, ends = written(), worker(kill), time.monotonic() + 60
        while written() <= before and time.monotonic() < ends:
            time.sleep(0.002)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert 0 < written() < PEOPLE, "it was written before the kills, or never begun"
    with clock.frozen(clock.now() + KILLS * OVER):
        while sweep("default"):
            pass
    rows = db.session.execute(select(Message.contact_id, Message.state)).all()
    assert sorted(row.contact_id for row in rows) == ids
    assert {row.state.value for row in rows} == {"queued"}
    assert db.session.get_one(Broadcast, one).state == BroadcastState.SENDING
    work = db.session.scalars(select(LongWork)).one()
    assert (work.state.value, work.done, work.added) == ("done", PEOPLE, PEOPLE)
