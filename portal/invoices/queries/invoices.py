"""Reading one invoice or credit note: what it holds, how it stands, what is still to be paid."""

from datetime import date
from decimal import Decimal

from sqlalchemy import BindParameter, ColumnElement, case, func, select, true
from sqlalchemy.orm import joinedload, selectinload

from portal.catalog.rules import DocumentTotals, total
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.kernel.listing import exact_sum
from portal.kernel.loading import fill
from portal.orders.models import Order
from portal.organization.queries import get, visible_to
from portal.quotes.models import Revision

from ..models import Invoice
from ..states import DocumentKind, InvoiceState, Standing
from .credits import credit_totals_of

STANDING_NAMES = {
    Standing.DRAFT: "Draft",
    Standing.OPEN: "Open",
    Standing.PARTLY_PAID: "Partly paid",
    Standing.OVERDUE: "Overdue",
    Standing.PAID: "Paid",
    Standing.CREDITED: "Credited",
    Standing.TO_REFUND: "To refund",
    Standing.CREDIT_NOTE: "Credit note",
    Standing.CANCELLED: "Thrown away",
}
FIXED = {
    InvoiceState.DRAFT: Standing.DRAFT,
    InvoiceState.PAID: Standing.PAID,
    InvoiceState.CREDITED: Standing.CREDITED,
    InvoiceState.CANCELLED: Standing.CANCELLED,
}
OWED = Invoice.total - Invoice.credited - Invoice.paid  # below zero it is ours to refund
TO_REFUND = Invoice.paid + Invoice.credited > Invoice.total
IS_INVOICE = Invoice.kind == DocumentKind.INVOICE


def standing(invoice: Invoice, today: date) -> Standing:
    """Overdue, partly paid and to refund are read off the figures; overdue is said first."""
    if invoice.is_credit:
        return Standing.CREDIT_NOTE
    if invoice.amount_due < 0:
        return Standing.TO_REFUND
    if fixed := FIXED.get(invoice.state):
        return fixed
    if invoice.due_on and invoice.due_on < today:
        return Standing.OVERDUE
    return Standing.PARTLY_PAID if invoice.paid else Standing.OPEN


def standing_on(today: date | BindParameter[date]) -> ColumnElement[str]:
    """The same for the database."""
    return case(
        (Invoice.kind == DocumentKind.CREDIT_NOTE, Standing.CREDIT_NOTE.value),
        (TO_REFUND, Standing.TO_REFUND.value),
        *((Invoice.state == state.value, shown.value) for state, shown in FIXED.items()),
        (Invoice.due_on < today, Standing.OVERDUE.value),
        (Invoice.paid > 0, Standing.PARTLY_PAID.value),
        else_=Standing.OPEN.value,
    )


PRINTED = (  # what the document is made of, beside its lines
    *(joinedload(Invoice.account), joinedload(Invoice.contact), joinedload(Invoice.owner), joinedload(Invoice.order)),
)
WHOLE = (
    *(
        *PRINTED,
        joinedload(Invoice.order).joinedload(Order.revision),
        joinedload(Invoice.credits).selectinload(Invoice.payments),
    ),
    *(selectinload(Invoice.payments), selectinload(Invoice.credit_notes)),
)


def invoice(actor: Actor, invoice_id: int) -> Invoice:
    """Or credit note: with lines, payments, credit notes, account, contact, owner and order. Raises NotFound."""
    found = get(actor, Invoice, invoice_id, load=WHOLE)
    fill([found], Invoice.lines)
    return found


def behind_link(invoice_id: int) -> Invoice:
    """The issued invoice a customer's link names: the link is the permission. Raises NotFound."""
    found = db.session.scalar(
        select(Invoice)
        .where(Invoice.id == invoice_id, Invoice.number.is_not(None))
        .options(selectinload(Invoice.payments))
    )
    if found is None:
        raise NotFound("link.not_found", "This link has ended or was withdrawn.")
    return found


def totals_of(found: Invoice) -> DocumentTotals:
    """As printed: above zero on a credit note, too."""
    if found.is_credit:
        return credit_totals_of(found)
    return total(found.lines, currency=found.currency, discount_percent=found.discount_percent)


def of_order(actor: Actor, order_id: int) -> Invoice | None:
    """The invoice that stands for the order, draft or issued; else the latest of those wholly credited."""
    found = visible_to(actor, Invoice).where(Invoice.order_id == order_id, IS_INVOICE)
    latest = found.where(Invoice.state != InvoiceState.CANCELLED).order_by(
        Invoice.state == InvoiceState.CREDITED, Invoice.id.desc()
    )
    return db.session.scalar(latest.limit(1).options(selectinload(Invoice.payments)))


def for_mail(invoice_id: int) -> Invoice | None:
    return db.session.scalar(
        select(Invoice)
        .where(Invoice.id == invoice_id)
        .options(joinedload(Invoice.account), joinedload(Invoice.contact))
    )


def billing_address(found: Invoice) -> str:
    """Where the invoice goes: the contact, else whoever got the offer; "" when nobody is known."""
    if found.contact and found.contact.email:
        return found.contact.email
    sent_to = select(Revision.sent_to).join(Order, Order.revision_id == Revision.id).where(Order.id == found.order_id)
    return db.session.scalar(sent_to) or ""


def outstanding(actor: Actor, today: date, account_id: int | None = None) -> list[tuple[str, Decimal, Decimal]]:
    """Per currency: what customers owe, or one of them, and how much of it is overdue."""
    late = case((Invoice.due_on < today, OWED), else_=0)
    whose = Invoice.account_id == account_id if account_id is not None else true()
    rows = db.session.execute(
        visible_to(actor, Invoice)
        .with_only_columns(Invoice.currency, func.sum(OWED), func.sum(late))
        .where(Invoice.state == InvoiceState.ISSUED, whose)
        .group_by(Invoice.currency)
        .order_by(Invoice.currency)
    )
    return [(currency, exact_sum(all_), exact_sum(overdue)) for currency, all_, overdue in rows]
