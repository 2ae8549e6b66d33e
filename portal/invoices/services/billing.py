"""Billing orders and issuing invoices."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy.sql.base import ExecutableOption

from portal.activities.services import log
from portal.activities.states import Kind
from portal.catalog.services import line_copier
from portal.kernel import clock, numbering
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.loading import fill
from portal.kernel.outbox import emit
from portal.kernel.paper import snapshot_hash
from portal.kernel.states import check_move
from portal.orders.models import Order, OrderLine
from portal.orders.states import MOVES as ORDER_MOVES
from portal.orders.states import OrderState
from portal.organization.queries import authorize, get
from portal.quotes.queries import seller as the_seller

from .. import queries
from ..documents import bill
from ..events import InvoiceIssued
from ..models import Invoice, InvoiceLine
from ..states import MOVES, InvoiceState

LINK = "invoice"
COPY_LINES = line_copier(OrderLine, "order_id", InvoiceLine, "invoice_id")


def bill_order(actor: Actor, order_id: int) -> int:
    """A draft invoice with the order's lines and prices. Returns its id. Raises Refused when there is one already."""
    order = get(actor, Order, order_id, lock=True)
    authorize(actor, "invoices.edit")
    if order.state == OrderState.CANCELLED:
        raise Refused("order.cancelled", "This order was cancelled, so there is nothing to bill.")
    invoice = Invoice(
        order_id=order.id, opportunity_id=order.opportunity_id, account_id=order.account_id, contact_id=order.contact_id,
        owner_id=order.owner_id, territory_id=order.territory_id, payment_days=order.payment_days,
        currency=order.currency, discount_percent=order.discount_percent, net=order.net, tax=order.tax, total=order.total,
        cost=order.cost,
    )  # fmt: skip
    db.session.add(invoice)
    db.session.flush()
    db.session.connection().execute(COPY_LINES, {"source": order.id, "copy": invoice.id})
    return invoice.id


def locked(
    actor: Actor, invoice_id: int, version: int | None, permission: str, load: Sequence[ExecutableOption] = ()
) -> Invoice:
    invoice = get(actor, Invoice, invoice_id, lock=True, load=load)
    authorize(actor, permission)
    invoice.expect(version)
    return invoice


def locked_whole(actor: Actor, invoice_id: int, version: int | None, permission: str) -> Invoice:
    """With all that a document is made of."""
    invoice = locked(actor, invoice_id, version, permission, queries.PRINTED)
    fill([invoice], Invoice.lines)
    return invoice


def change_payment_days(actor: Actor, invoice_id: int, days: int, *, version: int | None = None) -> None:
    """Of a draft; an issued invoice says what it says."""
    invoice = locked(actor, invoice_id, version, "invoices.edit")
    if invoice.state != InvoiceState.DRAFT:
        raise Refused("invoice.issued", "This invoice was issued and cannot be changed.")
    invoice.payment_days = days


def discard(actor: Actor, invoice_id: int, *, version: int | None = None) -> None:
    """Throw a draft away; the order can be billed again."""
    invoice = locked(actor, invoice_id, version, "invoices.edit")
    check_move(MOVES, invoice.state, InvoiceState.CANCELLED, noun="invoice")
    invoice.state = InvoiceState.CANCELLED


def issue(actor: Actor, invoice_id: int, *, version: int | None = None) -> str:
    """Give the number, freeze the document, owe its printing and mailing. Returns the number."""
    invoice = locked_whole(actor, invoice_id, version, "invoices.issue")
    wanted = InvoiceState.ISSUED if invoice.total else InvoiceState.PAID
    check_move(MOVES, invoice.state, wanted, noun="invoice")
    seller = the_seller()
    day = clock.today(seller.timezone)
    due = day + timedelta(days=invoice.payment_days)
    found = queries.totals_of(invoice)
    if (found.net, found.tax, found.total) != (invoice.net, invoice.tax, invoice.total):
        raise Refused(
            "invoice.sums_differ", "The stored sums differ from the lines. Throw this draft away and bill again."
        )
    if invoice.order is not None and invoice.order.state != OrderState.INVOICED:
        check_move(ORDER_MOVES, invoice.order.state, OrderState.INVOICED, noun="order")
    number = numbering.take("INV", day.year)  # last: from here to the commit nobody else can take one
    snapshot = bill(invoice, found, number=number, seller=seller, day=day, due=due)
    invoice.state, invoice.number = wanted, number
    invoice.issued_on, invoice.issued_at, invoice.due_on = day, clock.now(), due
    if invoice.order is not None:
        invoice.order.state = OrderState.INVOICED
    invoice.snapshot, invoice.snapshot_hash = dict(snapshot), snapshot_hash(snapshot)
    note(invoice, Kind.DOCUMENT, f"Invoice {number} issued", actor.name)
    emit(InvoiceIssued(invoice_id=invoice.id))
    return number


def print_again(actor: Actor, invoice_id: int) -> None:
    """Owe the printing and mailing once more, when something stood in the way."""
    invoice = locked(actor, invoice_id, None, "invoices.issue")
    if invoice.number is None or invoice.pdf_key:
        raise Refused("invoice.nothing_to_print", "There is nothing to print.")
    emit(InvoiceIssued(invoice_id=invoice.id))


def note(invoice: Invoice, kind: Kind, subject: str, author: str, *others: int) -> None:
    """On the timelines of the invoice, of `others`, of the account and of the deal."""
    about = [("invoices", invoice.id), *(("invoices", other) for other in others), ("accounts", invoice.account_id)]
    if invoice.opportunity_id:
        about.append(("opportunities", invoice.opportunity_id))
    log(
        kind, subject, author=author, about=about, url=f"/invoices/{invoice.id}", owner_id=invoice.owner_id,
        territory_id=invoice.territory_id,
    )  # fmt: skip
