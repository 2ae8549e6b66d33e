from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from jobs import registry, schedule, upkeep
from portal.kernel import clock, nonces
from portal.kernel.db import db, unit_of_work
from portal.kernel.settings import Heartbeat

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def counted(app, monkeypatch):
    runs = []
    monkeypatch.setattr(
        registry, "periodic", {"count": registry.Periodic(lambda: runs.append(1), timedelta(minutes=5))}
    )
    return runs


def test_a_periodic_job_runs_once_per_period_whoever_asks(counted):
    for seconds in (0, 2, 4, 299, 300, 302):
        with clock.frozen(NOON + timedelta(seconds=seconds)):
            schedule.run_periodic()
            schedule.run_periodic()

    assert len(counted) == 2


def test_a_failing_periodic_job_does_not_stop_the_others(app, monkeypatch):
    runs = []
    jobs = {"a": lambda: 1 / 0, "b": lambda: runs.append(1)}
    monkeypatch.setattr(registry, "periodic", {n: registry.Periodic(j, timedelta(hours=1)) for n, j in jobs.items()})

    schedule.run_periodic()

    assert runs == [1]


def test_the_tick_leaves_a_sign_of_life(app):
    schedule.tick(app)

    assert db.session.get(Heartbeat, "schedule") is not None


def test_every_worker_is_asked_to_answer_even_when_nothing_is_due(app, monkeypatch):
    asked = []
    monkeypatch.setattr(app.extensions["bell"], "ring", asked.append)

    upkeep.call_the_roll()

    assert asked == [{"default", "mail", "pdf"}]


def test_upkeep_cuts_what_is_old_and_keeps_what_is_not(app):
    for nonce, days in (("old", 3), ("new", 0)):
        with clock.frozen(NOON - timedelta(days=days)), unit_of_work():
            nonces.spend(nonce, 1)
    with clock.frozen(NOON):
        upkeep.cut_back()

    assert db.session.scalars(select(nonces.FormNonce.nonce)).all() == ["new"]
    assert db.session.scalar(select(func.count()).select_from(nonces.FormNonce)) == 1
