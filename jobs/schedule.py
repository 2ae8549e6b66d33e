"""The tick: rings queues that have due rows, and starts what runs on a schedule."""

import logging
import signal
import threading
import time

from flask import Flask
from sqlalchemy import func, select

from portal.kernel import clock, outbox, settings
from portal.kernel.actor import SYSTEM, act_as
from portal.kernel.db import db, unit_of_work
from portal.kernel.upsert import insert_ignore

from . import registry
from .worker import sweep

log = logging.getLogger(__name__)

TICK = 2.0  # seconds


def tick(app: Flask) -> None:
    """One round. With Redis away the due work is done here, slower but done."""
    with app.app_context(), act_as(SYSTEM):
        queues = {*outbox.due_queues(clock.now()), *registry.due_elsewhere()}
        if queues and not app.extensions["bell"].ring(queues):
            for queue in sorted(queues):
                sweep(queue)
        run_periodic()
        with unit_of_work():
            db.session.merge(settings.Heartbeat(name="schedule", at=clock.now()))


def run_periodic() -> None:
    """Start each periodic job whose slot nobody has taken yet."""
    now = clock.now()
    query = select(settings.ScheduleSlot.name, func.max(settings.ScheduleSlot.slot))
    taken = {row[0]: row[1] for row in db.session.execute(query.group_by(settings.ScheduleSlot.name))}
    for name, job in registry.periodic.items():
        slot = int(now.timestamp() // job.every.total_seconds())
        if taken.get(name) == slot:
            continue
        with unit_of_work():
            first = insert_ignore(settings.ScheduleSlot, [{"name": name, "slot": slot, "taken_at": now}])
        if first:
            try:
                job.run()
            except Exception:
                log.exception("periodic job %s failed", name)
                db.session.rollback()


def run(app: Flask) -> None:
    """Block until SIGTERM."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    while not stop.is_set():
        started = time.monotonic()
        try:
            tick(app)
        except Exception:
            log.exception("tick failed")
        stop.wait(max(0.1, TICK - (time.monotonic() - started)))
