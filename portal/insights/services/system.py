"""What an operator may set right."""

from sqlalchemy import update

from portal.kernel import audit, clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.outbox import EntryState, OutboxEntry, ring
from portal.organization.queries import authorize


def retry_entry(actor: Actor, entry_id: int) -> int:
    """Owe a reaction again that was given up. Raises Refused when it is not dead."""
    authorize(actor, "system.view")
    queue = db.session.scalar(
        update(OutboxEntry)
        .where(OutboxEntry.id == entry_id, OutboxEntry.state == EntryState.DEAD)
        .values(state=EntryState.DUE, attempt=0, due_at=clock.now(), error=None, worker=None)
        .returning(OutboxEntry.queue)
        .execution_options(synchronize_session=False)
    )
    if queue is None:
        raise Refused("outbox.not_dead", "This was tried again already.")
    audit.record("outbox", entry_id, "retried")
    ring(queue)
    return entry_id
