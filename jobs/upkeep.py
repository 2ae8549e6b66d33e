"""What grows without end is cut: finished reactions, spent form nonces, old schedule slots, ended links; and the roll call."""

from datetime import timedelta

from flask import current_app
from sqlalchemy import delete

from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.kernel.links import Link
from portal.kernel.nonces import FormNonce
from portal.kernel.outbox import EntryState, OutboxEntry
from portal.kernel.settings import ScheduleSlot

from .registry import QUEUES, every

NONCES, DONE, LINKS = timedelta(days=2), timedelta(days=14), timedelta(days=90)


@every(timedelta(hours=1))
def cut_back() -> None:
    now = clock.now()
    finished = (OutboxEntry.state == EntryState.DONE) & (OutboxEntry.done_at < now - DONE)
    for model, old in (
        (FormNonce, FormNonce.used_at < now - NONCES),
        (OutboxEntry, finished),
        (ScheduleSlot, ScheduleSlot.taken_at < now - NONCES),
        (Link, Link.expires_at < now - LINKS),
    ):
        with unit_of_work():
            db.session.execute(delete(model).where(old).execution_options(synchronize_session=False))


@every(timedelta(minutes=1))
def call_the_roll() -> None:
    """A worker that has nothing to do answers too, and so does not look dead."""
    current_app.extensions["bell"].ring(set(QUEUES))
