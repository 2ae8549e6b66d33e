"""Sending a revision, replacing it, and ending it without an answer."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.catalog.queries import prices_of
from portal.channels.rules import off_list
from portal.kernel import clock, links
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.outbox import emit
from portal.kernel.paper import snapshot_hash
from portal.kernel.states import check_move
from portal.opportunities.queries import discount_limit

from .. import queries
from ..documents import offer
from ..events import RevisionSent
from ..models import Quote, QuoteLine, Revision
from ..states import MOVES, RevisionState
from .drafting import VALID_FOR
from .revisions import locked, locked_draft, note, store_totals

LINK = "quote"


def send(actor: Actor, quote_id: int, *, to: str, version: int | None = None) -> None:
    """Freeze the draft and owe its printing and mailing. From here on it stays as the customer sees it."""
    found, revision = locked_draft(actor, quote_id, version, "quotes.send")
    check_move(MOVES, revision.state, RevisionState.SENT, noun="quote")
    seller = queries.seller()
    today = clock.today(seller.timezone)
    if not revision.lines:
        raise Refused("quote.empty", "Add at least one line before you send this.")
    if revision.valid_until < today:
        raise Refused("quote.ended", f"It would end on {revision.valid_until}, before it is sent. Choose a later day.")
    _within_rights(actor, found, revision)
    before = queries.replaced_by(found, revision)
    snapshot = offer(
        found, revision, store_totals(revision), seller=seller, day=today, moved=queries.moved(found, revision),
        replaces=before.number if before else None,
    )  # fmt: skip
    revision.state, revision.sent_at, revision.sent_to = RevisionState.SENT, clock.now(), to
    revision.snapshot, revision.snapshot_hash = dict(snapshot), snapshot_hash(snapshot)
    note(found, f"revision {revision.number} sent to {to}", actor.signs(found.owner_id))
    emit(RevisionSent(revision_id=revision.id))


def _within_rights(actor: Actor, found: Quote, revision: Revision) -> None:
    """Raises Refused where more is granted than the channel allows: that of the deal, else our direct one."""
    deal = found.opportunity
    limit = discount_limit(deal.channel_id if deal else None)
    if limit is None or actor.may("channels.exceed"):
        return
    wanted = [(line.product_id, line.quantity) for line in revision.lines if line.product_id]
    prices = (deal.price_list_id if deal else None) or found.account.price_list_id
    listed = prices_of(wanted, price_list_id=prices, currency=revision.currency, on=queries.seller_today())
    given = Decimal(0)
    for line in revision.lines:
        price = listed.get((line.product_id or 0, line.quantity))
        full = price.unit_price if price else line.unit_price
        given = max(given, off_list(line.unit_price, line.discount_percent, revision.discount_percent, full))
    if given > limit.percent:
        raise Refused(
            "quote.discount_right",
            f"The channel {limit.channel} allows {limit.percent.normalize():f} % at most, and a line gets "
            f"{round(given, 2).normalize():f} %. Sales leadership and operations may send it.",
        )


def link_end(valid_until: date, zone: str) -> datetime:
    """A link works through the last day of the offer, where the seller is."""
    return datetime.combine(valid_until + timedelta(days=1), time(), ZoneInfo(zone))


def print_again(actor: Actor, quote_id: int) -> None:
    """Owe the printing and mailing once more, when something stood in the way."""
    _, revision = locked(actor, quote_id, "quotes.edit")
    if revision.state != RevisionState.SENT or revision.pdf_key:
        raise Refused("quote.nothing_to_print", "There is nothing to print.")
    emit(RevisionSent(revision_id=revision.id))


def revise(actor: Actor, quote_id: int) -> None:
    """A new draft with the same lines. The revision the customer has is replaced at once."""
    found, old = locked(actor, quote_id, "quotes.edit")
    if old.state in (RevisionState.DRAFT, RevisionState.ACCEPTED):
        raise Refused("quote.not_revisable", f"This revision is {old.state}, so there is nothing to revise.")
    if old.state == RevisionState.SENT:
        check_move(MOVES, old.state, RevisionState.SUPERSEDED, noun="quote")
        old.state = RevisionState.SUPERSEDED
        db.session.flush()  # one live revision at a time, in this order
    lines = [
        QuoteLine(
            place=line.place, product_id=line.product_id, sku=line.sku, description=line.description, unit=line.unit,
            quantity=line.quantity, unit_price=line.unit_price, discount_percent=line.discount_percent,
            tax_category=line.tax_category, tax_percent=line.tax_percent, net=line.net,
        )
        for line in old.lines
    ]  # fmt: skip
    db.session.add(
        Revision(
            quote_id=found.id, number=old.number + 1, payment_days=old.payment_days, intro=old.intro, terms=old.terms,
            valid_until=max(old.valid_until, queries.seller_today() + VALID_FOR), discount_percent=old.discount_percent,
            currency=old.currency, net=old.net, tax=old.tax, total=old.total, lines=lines,
        )
    )  # fmt: skip
    note(found, f"is being revised: revision {old.number + 1}", actor.signs(found.owner_id))


def withdraw(actor: Actor, quote_id: int) -> None:
    """End the newest revision, draft or sent, and every link to the quote."""
    found, revision = locked(actor, quote_id, "quotes.edit")
    check_move(MOVES, revision.state, RevisionState.CANCELLED, noun="quote")
    revision.state = RevisionState.CANCELLED
    links.revoke(LINK, found.id)
    note(found, f"revision {revision.number} withdrawn", actor.signs(found.owner_id))


def expire_ended() -> int:
    """Close sent revisions whose last day has passed. Returns how many."""
    ended = db.session.scalars(
        select(Revision)
        .where(Revision.state == RevisionState.SENT, Revision.valid_until < queries.seller_today())
        .options(joinedload(Revision.quote))
        .with_for_update(of=Revision, skip_locked=True)
        .limit(500)
    ).all()
    for revision in ended:
        revision.state = RevisionState.EXPIRED
        note(revision.quote, f"revision {revision.number} has ended without an answer", "Throughline")
    return len(ended)
