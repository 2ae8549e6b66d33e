"""Taking in what visitors send, and keeping the pages."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused, Stale
from portal.kernel.outbox import emit
from portal.organization.queries import authorize

from . import queries
from .events import SubmissionReceived
from .models import LandingPage, Submission
from .queries import PublicPage

_PAGE, _SENT = LandingPage.__table__.c, Submission.__table__.c
_GIVEN = (_SENT.nonce, _SENT.payload, _SENT.ip, _SENT.user_agent, _SENT.received_at)
_KEEP = (
    insert(Submission)
    .from_select(
        ["page_id", "page_version", *(column.name for column in _GIVEN)],
        select(_PAGE.id, _PAGE.version, *(bindparam(column.name, type_=column.type) for column in _GIVEN)).where(
            _PAGE.id == bindparam("page_id"), _PAGE.version == bindparam("version"), _PAGE.published
        ),
    )
    .returning(_SENT.id)
)


def receive_submission(
    page: PublicPage, *, nonce: str, payload: dict[str, Any], ip: str, user_agent: str, at: datetime
) -> int:
    """Keep what was sent, raw, and owe everything else to a job.

    Raises AlreadyReceived for the same rendered form, Stale when the page is not any more what `page` says.
    """
    values = {"nonce": nonce, "payload": payload, "ip": ip, "user_agent": user_agent, "received_at": at}
    kept = db.session.connection().execute(_KEEP, values | {"page_id": page.id, "version": page.version}).scalar()
    if kept is None:
        raise Stale("landing.changed", "This page was changed. Please look again.")
    emit(SubmissionReceived(submission_id=kept))
    return int(kept)


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
