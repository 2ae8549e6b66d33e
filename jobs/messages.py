"""The mail worker's work: handing over what is due on every channel, and looking after batches."""

from datetime import timedelta

from flask import current_app
from sqlalchemy import select

from portal.kernel.db import db
from portal.messages.models import RUNNING, MessageBatch
from portal.messages.queries import cancelled_wait, due
from portal.messages.rules import Pace
from portal.messages.services import clear_cancelled, deliver, watch
from portal.web import mailserver
from portal.web.desk import desk
from portal.web.transport import transports

from .registry import every, sweeps

PACE = Pace()


def any_due() -> bool:
    """Whether a channel that we have a server for has something to do."""
    settings = current_app.extensions["settings"]
    mailserver.adopt(settings)
    return any(due(channel) for channel in transports(settings))


@sweeps("mail", waits=any_due)
def deliver_due(worker: str) -> int:
    """A turn of every channel, so that a slow mail server does not hold up the SMS."""
    settings = current_app.extensions["settings"]
    mailserver.adopt(settings)
    return sum(deliver(channel, ways, worker, desk(settings), PACE) for channel, ways in transports(settings).items())


@sweeps("default", waits=cancelled_wait)
def settle_cancelled(worker: str) -> int:
    """Messages of cancelled batches say so, slice by slice."""
    return clear_cancelled()


@every(timedelta(minutes=1))
def watch_batches() -> None:
    """Bounces and complaints arrive long after the messages that caused them."""
    for batch_id in db.session.scalars(select(MessageBatch.id).where(RUNNING)).all():
        watch(batch_id)
