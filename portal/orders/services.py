"""Placing, fulfilling and cancelling orders."""

from datetime import datetime

from sqlalchemy import select

from portal.activities.services import log
from portal.activities.states import Kind
from portal.catalog.queries import cost_of
from portal.catalog.rules import total
from portal.catalog.services import line_copier
from portal.kernel import clock, numbering
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.outbox import emit
from portal.kernel.paper import snapshot_hash
from portal.kernel.states import check_move
from portal.organization.queries import authorize, get
from portal.quotes import queries as quotes
from portal.quotes.models import Quote, QuoteLine, Revision
from portal.quotes.services import accept

from .documents import confirmation
from .events import OrderPlaced
from .models import Order, OrderLine
from .states import MOVES, OrderState

COPY_LINES = line_copier(QuoteLine, "revision_id", OrderLine, "order_id")


def accept_offer(customer: Actor, quote_id: int, number: int, *, ip: str, reference: str, at: datetime) -> int:
    """The customer says yes: acceptance, won deal and order in one transaction. Returns the order's id.

    Said again, however often and from wherever, it is the same order.
    """
    found, revision, first = accept(customer, quote_id, number, ip=ip, at=at)
    if not first:
        return db.session.scalars(select(Order.id).where(Order.revision_id == revision.id)).one()
    return _place_from_revision(found, revision, reference=reference, at=at).id


def _place_from_revision(quote: Quote, revision: Revision, *, reference: str, at: datetime) -> Order:
    """The order of an accepted revision, with its prices. A second one is refused by the database."""
    seller = quotes.seller()
    day = clock.today(seller.timezone)
    found = total(revision.lines, currency=revision.currency, discount_percent=revision.discount_percent)
    order = Order(
        revision_id=revision.id, opportunity_id=quote.opportunity_id, account_id=quote.account_id,
        contact_id=quote.contact_id, owner_id=quote.owner_id, territory_id=quote.territory_id,
        customer_reference=reference.strip(), payment_days=revision.payment_days, placed_at=at, currency=found.currency,
        discount_percent=revision.discount_percent, net=found.net, tax=found.tax, total=found.total,
        cost=cost_of([(line.product_id, line.quantity) for line in revision.lines], found.currency),
    )  # fmt: skip
    order.number = numbering.take("SO", day.year)
    snapshot = confirmation(order, quote, revision.lines, found, revision=revision.number, seller=seller, day=day)
    order.snapshot, order.snapshot_hash = dict(snapshot), snapshot_hash(snapshot)
    db.session.add(order)
    db.session.flush()
    db.session.connection().execute(COPY_LINES, {"source": revision.id, "copy": order.id})
    _note(order, "placed", order.snapshot["to"]["person"] or quote.account.name, at=at)
    emit(OrderPlaced(order_id=order.id))
    return order


def _note(order: Order, what: str, author: str, *, at: datetime | None = None, body: str = "") -> None:
    about = [("orders", order.id), ("accounts", order.account_id)]
    if order.opportunity_id:
        about.append(("opportunities", order.opportunity_id))
    log(
        Kind.DOCUMENT, f"Order {order.number} {what}", author=author, about=about, body=body, at=at,
        url=f"/orders/{order.id}", owner_id=order.owner_id, territory_id=order.territory_id,
    )  # fmt: skip


def _locked(actor: Actor, order_id: int, version: int | None) -> Order:
    order = get(actor, Order, order_id, lock=True)
    authorize(actor, "orders.edit", order)
    order.expect(version)
    return order


def fulfil(actor: Actor, order_id: int, *, version: int | None = None) -> None:
    """Everything was delivered."""
    order = _locked(actor, order_id, version)
    check_move(MOVES, order.state, OrderState.FULFILLED, noun="order")
    order.state, order.fulfilled_at = OrderState.FULFILLED, clock.now()
    _note(order, "fulfilled", actor.signs(order.owner_id))


def cancel(actor: Actor, order_id: int, *, reason: str, version: int | None = None) -> None:
    """Nothing will be delivered or billed. Raises Refused once it was fulfilled or invoiced."""
    order = _locked(actor, order_id, version)
    check_move(MOVES, order.state, OrderState.CANCELLED, noun="order")
    order.state, order.cancelled_at, order.cancel_reason = OrderState.CANCELLED, clock.now(), reason.strip()
    _note(order, "cancelled", actor.signs(order.owner_id), body=order.cancel_reason)


def print_again(actor: Actor, order_id: int) -> None:
    """Owe the printing and mailing of the confirmation once more, when something stood in the way."""
    order = _locked(actor, order_id, None)
    if order.snapshot is None or order.pdf_key:
        raise Refused("order.nothing_to_print", "There is nothing to print.")
    emit(OrderPlaced(order_id=order.id))
