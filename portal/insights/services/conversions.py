"""Conversions of mailings: who clicked and soon afterwards came in as a lead, was in a new deal or was sent an invoice."""

from datetime import datetime

from sqlalchemy import bindparam, update

from portal.kernel.db import db

from ..queries.conversions import WINDOW, M, happenings


def credit_conversions(since: datetime) -> int:
    """Look at what happened since then, and mark each message once, with the first time. Returns how many were marked."""
    first: dict[int, datetime] = {}
    for query, at in happenings():
        clicked = query.add_columns(M.c.human_clicked_at).where(
            at >= since, M.c.batch_id.is_not(None), M.c.converted_at.is_(None), M.c.human_clicked_at >= since - WINDOW
        )
        for key, when, click in db.session.execute(clicked):
            if click <= when <= click + WINDOW:
                first[key] = min(when, first.get(key, when))
    if first:
        marked = update(M).where(M.c.id == bindparam("key")).values(converted_at=bindparam("at"))
        db.session.connection().execute(marked, [{"key": key, "at": at} for key, at in first.items()])
    return len(first)
