"""Which submissions became which lead, and who was told."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.activities.models import Regarding
from portal.consent.states import Channel
from portal.kernel.db import db
from portal.messages.models import Message, written_to

from ..models import Lead


def taken_in(submission_id: int) -> int | None:
    """The lead that a submission became or was added to."""
    return leads_of([submission_id]).get(submission_id)


def leads_of(submission_ids: Sequence[int]) -> dict[int, int]:
    """Submission -> the lead whose timeline holds it."""
    other = aliased(Regarding)
    query = (
        select(Regarding.record_id, other.record_id)
        .join(other, other.activity_id == Regarding.activity_id)
        .where(Regarding.noun_of == "submissions", Regarding.record_id.in_(submission_ids))
        .where(other.noun_of == Lead.noun)
    )
    return dict(db.session.execute(query).all())


def confirmed_since(email: str, submission_id: int, since: datetime) -> bool:
    """Whether the address was sent a confirmation of another submission after that moment."""
    query = select(Message.id).where(Message.channel == Channel.EMAIL, written_to([email]))
    others = query.where(Message.reason.like("submission:%:confirmation"), Message.created_at > since)
    this = f"submission:{submission_id}:confirmation"
    return db.session.scalar(others.where(Message.reason != this).limit(1)) is not None
