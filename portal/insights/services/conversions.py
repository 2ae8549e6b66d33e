"""Conversions of mailings: who clicked and soon afterwards came in as a lead, was in a new deal or was sent an invoice."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, select, update

from portal.consent.states import Channel
from portal.invoices.models import Invoice
from portal.kernel.db import db
from portal.leads.models import Lead
from portal.messages.models import Message
from portal.opportunities.models import Opportunity

WINDOW = timedelta(days=7)  # behind the first click by a person
M: Any = Message.__table__


def credit_conversions(since: datetime) -> int:
    """Look at what happened since then, and mark each message once, with the first time. Returns how many were marked."""
    first: dict[int, datetime] = {}
    for query in _happenings(since):
        clicked = query.where(
            M.c.batch_id.is_not(None), M.c.converted_at.is_(None), M.c.human_clicked_at >= since - WINDOW
        )
        for key, click, at in db.session.execute(clicked):
            if click <= at <= click + WINDOW:
                first[key] = min(at, first.get(key, at))
    if first:
        marked = update(M).where(M.c.id == bindparam("key")).values(converted_at=bindparam("at"))
        db.session.connection().execute(marked, [{"key": key, "at": at} for key, at in first.items()])
    return len(first)


def _happenings(since: datetime) -> Iterator[Select[Any]]:
    """(message, click, when it happened) for messages to the person it happened to."""
    mailed = (M.c.channel == Channel.EMAIL) & (M.c.address == Lead.email)
    yield select(M.c.id, M.c.human_clicked_at, Lead.created_at).join(Lead, mailed).where(Lead.created_at >= since)
    for record, at in ((Opportunity, Opportunity.created_at), (Invoice, Invoice.issued_at)):
        query = select(M.c.id, M.c.human_clicked_at, at).join(record, record.contact_id == M.c.contact_id)
        yield query.where(at >= since)
