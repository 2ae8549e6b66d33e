"""What the customer says to an offer."""

from datetime import datetime

from sqlalchemy import bindparam, select

from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.kernel.loading import fill
from portal.kernel.outbox import emit
from portal.kernel.states import check_move
from portal.opportunities.services import close_won
from portal.organization.queries import get

from .. import queries
from ..events import QuoteAccepted, QuoteDeclined
from ..models import Quote, Revision
from ..states import MOVES, RevisionState
from .revisions import note

OFFERED = (
    select(Revision)
    .where(Revision.quote_id == bindparam("quote"), Revision.number == bindparam("revision"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def _offered(quote_id: int, number: int) -> tuple[Quote, Revision]:
    """The revision a link names and its quote, both locked."""
    found = get(SYSTEM, Quote, quote_id, lock=True, load=queries.PARTIES)  # the link is the permission
    revision = db.session.scalar(OFFERED, {"quote": quote_id, "revision": number})
    if revision is None:
        raise NotFound("link.not_found", "This link has ended or was withdrawn.")
    fill([revision], Revision.lines)
    return found, revision


def _check_open(revision: Revision, wanted: RevisionState) -> None:
    if revision.state != RevisionState.SENT:
        raise Refused("quote.not_open", "This offer is no longer open.")
    check_move(MOVES, revision.state, wanted, noun="quote")
    if revision.valid_until < queries.seller_today():
        raise Refused("quote.ended", "The day until which this offer was valid has passed.")


def accept(customer: Actor, quote_id: int, number: int, *, ip: str, at: datetime) -> tuple[Quote, Revision, bool]:
    """Record the acceptance, and win the deal. The third value tells whether this call did it or an earlier one.

    Raises Refused when the offer is not open. Only `orders.services.accept_offer` calls this: the order belongs to it.
    """
    found, revision = _offered(quote_id, number)
    if revision.state == RevisionState.ACCEPTED:
        return found, revision, False
    _check_open(revision, RevisionState.ACCEPTED)
    if found.opportunity_id:
        why = f"Quote {found.number} accepted by {customer.name}"
        close_won(customer, found.opportunity_id, actual_revenue=revision.net, at=at, note=why)
    revision.state = RevisionState.ACCEPTED
    revision.accepted_at, revision.accepted_by, revision.accepted_ip = at, customer.name, ip
    note(found, f"accepted by {customer.name}", customer.name)
    emit(QuoteAccepted(quote_id=found.id, revision_id=revision.id))
    return found, revision, True


def decline(customer: Actor, quote_id: int, number: int, *, reason: str) -> None:
    """The customer says no, and why. Said twice is said once."""
    found, revision = _offered(quote_id, number)
    if revision.state == RevisionState.DECLINED:
        return
    _check_open(revision, RevisionState.DECLINED)
    revision.state, revision.declined_reason = RevisionState.DECLINED, reason.strip()
    note(found, "declined by the customer", customer.name, body=revision.declined_reason)
    emit(QuoteDeclined(quote_id=found.id, revision_id=revision.id))
