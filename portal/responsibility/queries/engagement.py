"""The rules of engagement in force."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from portal.kernel.db import db

from ..models import Engagement


def in_force(day: date) -> Engagement:
    """Those of the latest row that has begun; before the first row, the mild ones of the model."""
    begun = select(Engagement).where(Engagement.starts_on <= day).order_by(Engagement.starts_on.desc()).limit(1)
    return db.session.scalar(begun) or Engagement(
        named_first=False, notice_days=0, hold_over_days=0, exclusive_days=0, reps_give=True, managers_give_out=True,
        by="",
    )  # fmt: skip


def engagements() -> Sequence[Engagement]:
    """All that were, are and will be in force, latest first."""
    return db.session.scalars(select(Engagement).order_by(Engagement.starts_on.desc())).all()
