"""Working off a queue: the sweep, and the RQ worker process that runs it when the bell rings."""

import logging
import os
import socket
import uuid
from datetime import timedelta
from typing import Any

from flask import Flask, current_app
from redis import Redis
from rq import SimpleWorker, Worker
from rq.job import Job as RqJob
from rq.serializers import JSONSerializer

from portal.kernel import clock, outbox, settings
from portal.kernel.actor import SYSTEM, act_as
from portal.kernel.db import db, transact, unit_of_work
from portal.kernel.outbox import Claim, LeaseLost

from . import registry

log = logging.getLogger(__name__)

SLICE = {"default": 200, "mail": 500, "pdf": 1}  # entries per sweep; a PDF has its process to itself
LEASE = {"default": outbox.LEASE, "mail": outbox.LEASE, "pdf": timedelta(minutes=2)}  # printing may take a minute
ANSWER = "jobs.worker.answer"

_app: list[Flask] = []


def sweep(queue: str) -> int:
    """Work off what is due in the queue, a slice at most. Returns how much was done."""
    worker = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    done = 0
    with act_as(SYSTEM):
        while done < SLICE[queue] and (held := outbox.claim(queue, worker, lease=LEASE[queue])):
            perform(held)
            done += 1
        for sweeper in registry.sweepers[queue]:
            done += sweeper(worker)
    return done


def perform(held: Claim) -> None:
    """Run the job of a claimed entry. Its effects in the database and its being done commit together."""
    job = registry.jobs[held.job]

    def once() -> None:
        outbox.finish(held)
        job.run(**held.payload)

    def afterwards() -> None:
        job.run(**held.payload)
        with unit_of_work():
            outbox.finish(held)

    try:
        if job.alone:
            afterwards()
        else:
            transact(once)
    except LeaseLost:
        log.info("entry %s was taken over", held.id)
    except Exception as error:
        log.exception("job %s failed, attempt %s", held.job, held.attempt)
        outbox.fail(held, f"{type(error).__name__}: {error}")


def answer(queue: str) -> None:
    """What the doorbell asks for. Rings again while there is more."""
    app = _app[0]
    with app.app_context():
        done = sweep(queue)
        with unit_of_work():
            db.session.merge(settings.Heartbeat(name=f"worker:{queue}", at=clock.now()))
        if done >= SLICE[queue]:
            app.extensions["bell"].ring({queue})


class OnlyOurs(RqJob):
    """RQ imports whatever name the queue holds; we run one function and nothing else."""

    @property
    def func(self) -> Any:
        if self.func_name != ANSWER:
            raise PermissionError(f"{self.func_name} is not ours to run")
        return answer


def work(app: Flask, queue: str, connection: Redis) -> None:
    """Block, answering the bell of one queue. One queue per process: RQ loses jobs between several."""
    _app[:] = [app]
    if queue == "pdf":
        app.extensions["preload_pdf"]()
    with app.app_context():
        log.info("worker for %s ready in %s", queue, current_app.name)
    kind = SimpleWorker if queue == "pdf" else Worker  # each print has a child of its own: see portal.web.pdf
    worker = kind(
        [queue],
        connection=connection,
        serializer=JSONSerializer,
        job_class=OnlyOurs,
        worker_ttl=45,
        maintenance_interval=30,
        name=f"{queue}-{uuid.uuid4().hex[:12]}",
    )
    worker.work(logging_level="WARNING")
