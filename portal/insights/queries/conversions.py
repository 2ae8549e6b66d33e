"""What people did that a mailing wants: came in as a lead, were in a new deal, were sent an invoice."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from portal.broadcasts.models import Broadcast
from portal.consent.states import Channel
from portal.experiments.rules import ALPHA, Arm, Effect, sequential
from portal.invoices.models import Invoice
from portal.kernel.db import db
from portal.leads.models import Lead
from portal.messages.models import Message
from portal.opportunities.models import Opportunity

WINDOW = timedelta(days=7)
LATEST = timedelta(days=15)  # how long behind the start the last message of a mailing may be due
M: Any = Message.__table__


def happenings() -> Iterator[tuple[Select[Any], Any]]:
    """(messages to the person it happened to, when it happened) for each kind of conversion."""
    mailed = (M.c.channel == Channel.EMAIL) & (M.c.address == Lead.email)
    yield select(M.c.id, Lead.created_at.label("at")).join(Lead, mailed), Lead.created_at
    for record, at in ((Opportunity, Opportunity.created_at), (Invoice, Invoice.issued_at)):
        yield select(M.c.id, at.label("at")).join(record, record.contact_id == M.c.contact_id), at


class HoldOut(NamedTuple):
    """Who got the mailing beside who was held out; `effect`: the one rate less the other."""

    mailed: Arm
    held: Arm
    effect: Effect

    @property
    def brought(self) -> tuple[int, int, int]:
        """How many conversions would not have come without it: most likely, at least, at most."""
        one = self.effect
        most_likely, least, most = (round(share * self.mailed.people) for share in (one.difference, one.low, one.high))
        return most_likely, least, most


def hold_out(broadcast: Broadcast, sent: int) -> HoldOut | None:
    """None where nobody was held out, or nothing was sent. Everybody counts alike, whether they clicked or not."""
    if not broadcast.test or not broadcast.test.held_out or not sent or not broadcast.starts_at:
        return None
    came: dict[str, set[int]] = {"sent": set(), "held": set()}
    mine = (M.c.noun_of == Broadcast.noun) & (M.c.record_id == broadcast.id)
    for query, at in happenings():
        soon = at.between(broadcast.starts_at, broadcast.starts_at + LATEST + WINDOW)
        rows = query.add_columns(M.c.due_at, M.c.sent_at, M.c.state_reason).where(mine, soon)
        for key, when, due, sent_at, reason in db.session.execute(rows):
            if due <= when <= due + WINDOW and (sent_at or reason == "hold_out"):
                came["sent" if sent_at else "held"].add(key)
    mailed, held = Arm("mailed", sent, len(came["sent"])), Arm("held out", broadcast.test.held_out, len(came["held"]))
    return HoldOut(mailed, held, sequential(mailed, held, ALPHA))
