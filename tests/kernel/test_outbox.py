from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select

from jobs import registry, worker
from portal.catalog.models import Product
from portal.kernel import clock, outbox
from portal.kernel.db import db, unit_of_work
from portal.kernel.outbox import EntryState, Event, OutboxEntry, emit
from tests import world


@dataclass(frozen=True)
class ProductCounted(Event):
    sku: str


@registry.on(ProductCounted)
def make_product(sku: str) -> None:
    if sku == "broken":
        raise ValueError("this one is broken")
    db.session.merge(Product(id=1, sku=sku, name=sku))


@pytest.fixture
def owed(app):
    def emit_one(sku="A", **kw):
        with unit_of_work():
            emit(ProductCounted(sku=sku), **kw)

    return emit_one


def entries():
    db.session.expire_all()
    return db.session.scalars(
        select(OutboxEntry).where(OutboxEntry.topic == "ProductCounted").order_by(OutboxEntry.id)
    ).all()


def test_a_failed_unit_owes_nothing(app):
    with pytest.raises(RuntimeError), unit_of_work():
        emit(ProductCounted(sku="A"))
        raise RuntimeError

    assert entries() == []


def test_the_same_reason_is_owed_once(owed):
    owed(key="why")
    owed(key="why")

    assert len(entries()) == 1


def test_a_job_and_its_being_done_commit_together(owed):
    owed()

    assert worker.sweep("default") == 1
    assert worker.sweep("default") == 0
    assert [(e.state, e.attempt) for e in entries()] == [(EntryState.DONE, 1)]
    assert db.session.scalar(select(Product.sku)) == "A"


def test_a_failing_job_backs_off_and_is_given_up_after_three_attempts(owed):
    owed("broken")
    owed("fine")
    seen = []
    for minutes in (0, 1, 10, 100):
        with clock.frozen(clock.now() + timedelta(minutes=minutes)):
            worker.sweep("default")
        seen.append([(e.state.value, e.attempt) for e in entries()])

    assert seen[0] == [("due", 1), ("done", 1)]
    assert seen[3] == [("dead", 3), ("done", 1)]
    assert "this one is broken" in entries()[0].error


def test_a_lost_worker_loses_its_claim(owed):
    owed()
    lost = outbox.claim("default", "first")

    assert outbox.claim("default", "second") is None
    with clock.frozen(clock.now() + timedelta(minutes=3)):
        taken = outbox.claim("default", "second")
    assert (taken.id, taken.attempt) == (lost.id, 2)
    with pytest.raises(outbox.LeaseLost), unit_of_work():
        outbox.finish(lost)
    worker.perform(lost)  # the orphan goes on, finds the lease gone, and changes nothing
    assert db.session.scalar(select(Product.sku)) is None
    assert entries()[0].state == EntryState.RUNNING


def test_a_job_that_kills_its_worker_three_times_is_dead(owed):
    owed()
    for minutes in (0, 3, 6, 9):
        with clock.frozen(clock.now() + timedelta(minutes=minutes)):
            held = outbox.claim("default", "victim")

    assert held is None
    assert entries()[0].state == EntryState.DEAD


def test_what_is_due_later_waits(owed):
    owed(due_at=clock.now() + timedelta(hours=1))

    assert worker.sweep("default") == 0
    assert outbox.due_queues(clock.now()) == []
    assert outbox.due_queues(clock.now() + timedelta(hours=2)) == ["default"]


def test_redis_away_never_fails_the_commit(owed, app):
    owed()

    assert app.extensions["bell"].ring({"default"}) is False
    assert len(entries()) == 1


def test_only_our_own_function_runs_from_the_queue():
    job = worker.OnlyOurs.__new__(worker.OnlyOurs)
    job._func_name = "subprocess.getoutput"

    with pytest.raises(PermissionError, match="not ours"):
        _ = job.func


def test_world_runs_every_job_twice(owed, run_jobs):
    owed()

    assert run_jobs() == 1
    assert world.run_jobs() == 0
