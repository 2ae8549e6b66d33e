"""Taking in what visitors send, and keeping the pages."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.outbox import emit
from portal.organization.queries import authorize

from . import queries
from .events import SubmissionReceived
from .models import LandingPage, Submission

_KEEP = insert(Submission.__table__).returning(Submission.__table__.c.id)  # type: ignore[arg-type]


def receive_submission(
    page_id: int, *, nonce: str, payload: dict[str, Any], ip: str, user_agent: str, at: datetime
) -> int:
    """Keep what was sent, raw, and owe everything else to a job. Raises AlreadyReceived for the same rendered form."""
    values = {"page_id": page_id, "nonce": nonce, "payload": payload, "ip": ip, "user_agent": user_agent}
    submission_id: int = db.session.execute(_KEEP, values | {"received_at": at}).scalar_one()
    emit(SubmissionReceived(submission_id=submission_id))
    return submission_id


def add_page(actor: Actor, **values: Any) -> LandingPage:
    authorize(actor, "landing.edit")
    made = LandingPage(**values)
    db.session.add(made)
    db.session.flush()
    return made


def change_page(actor: Actor, page_id: int, version: int | None, **values: Any) -> LandingPage:
    """Raises Stale when somebody else changed the page first."""
    authorize(actor, "landing.edit")
    changed = queries.landing_page(actor, page_id, lock=True)
    changed.expect(version)
    for name, value in values.items():
        setattr(changed, name, value)
    return changed


def publish_page(actor: Actor, page_id: int) -> LandingPage:
    """From now on visitors find it."""
    authorize(actor, "landing.edit")
    page = queries.landing_page(actor, page_id, lock=True)
    if page.published:
        raise Refused("landing.published", "This page is published already.")
    page.published = True
    return page


def withdraw_page(actor: Actor, page_id: int) -> LandingPage:
    """Its address answers "not found"; what came in stays."""
    authorize(actor, "landing.edit")
    page = queries.landing_page(actor, page_id, lock=True)
    if not page.published:
        raise Refused("landing.not_published", "This page is not published.")
    page.published = False
    return page
