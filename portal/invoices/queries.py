"""Reading invoices: how they stand, and the way from quote to cash."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Date, Select, bindparam, case, func, select, true
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from portal.accounts.models import Account
from portal.catalog.rules import DocumentTotals, total
from portal.kernel import persons
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.kernel.listing import Field, Listing
from portal.orders.models import Order
from portal.orders.queries import from_quote
from portal.organization.queries import get, owner_field, visible_to
from portal.quotes.models import Quote, Revision
from portal.quotes.queries import STATE_NAMES as QUOTE_STATES
from portal.quotes.queries import newest, of_opportunity, seller_today

from .models import Invoice
from .states import InvoiceState, Standing

STANDING_NAMES = {
    Standing.DRAFT: "Draft",
    Standing.OPEN: "Open",
    Standing.PARTLY_PAID: "Partly paid",
    Standing.OVERDUE: "Overdue",
    Standing.PAID: "Paid",
    Standing.CANCELLED: "Thrown away",
}
FIXED = {
    InvoiceState.DRAFT: Standing.DRAFT,
    InvoiceState.PAID: Standing.PAID,
    InvoiceState.CANCELLED: Standing.CANCELLED,
}


def standing(invoice: Invoice, today: date) -> Standing:
    """Overdue and partly paid are read off the figures; overdue is said first."""
    if fixed := FIXED.get(invoice.state):
        return fixed
    if invoice.due_on and invoice.due_on < today:
        return Standing.OVERDUE
    return Standing.PARTLY_PAID if invoice.paid else Standing.OPEN


def standing_on(today: date | BindParameter[date]) -> ColumnElement[str]:
    """The same for the database."""
    return case(
        *((Invoice.state == state.value, shown.value) for state, shown in FIXED.items()),
        (Invoice.due_on < today, Standing.OVERDUE.value),
        (Invoice.paid > 0, Standing.PARTLY_PAID.value),
        else_=Standing.OPEN.value,
    )


PRINTED = (  # what the document is made of
    *(joinedload(Invoice.account), joinedload(Invoice.contact), joinedload(Invoice.owner), joinedload(Invoice.order)),
    selectinload(Invoice.lines),
)
WHOLE = (*PRINTED, joinedload(Invoice.order).joinedload(Order.revision), selectinload(Invoice.payments))


def invoice(actor: Actor, invoice_id: int) -> Invoice:
    """With lines, payments, account, contact, owner and order. Raises NotFound."""
    return get(actor, Invoice, invoice_id, load=WHOLE)


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
    return total(found.lines, currency=found.currency, discount_percent=found.discount_percent)


def of_order(actor: Actor, order_id: int) -> Invoice | None:
    """The invoice that stands for the order, draft or issued."""
    standing_one = Invoice.state != InvoiceState.CANCELLED
    found = visible_to(actor, Invoice).where(Invoice.order_id == order_id, standing_one)
    return db.session.scalar(found.options(selectinload(Invoice.payments)))


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


@dataclass(frozen=True)
class Step:
    """One document on the way to cash. `state` is how it stands, in words; `done` when nothing is left to do there."""

    name: str
    noun: str
    record_id: int | None = None
    number: str = ""
    state: str = ""
    done: bool = False
    at: datetime | None = None
    amount: Decimal | None = None
    currency: str = ""


def chain(actor: Actor, opportunity_id: int, today: date) -> list[Step]:
    """Quote, order, invoice and payment of a deal; a step that has not begun has no `record_id`."""
    quotes = of_opportunity(actor, opportunity_id)
    orders = db.session.scalars(
        visible_to(actor, Order).where(Order.opportunity_id == opportunity_id).order_by(Order.id.desc())
    ).all()
    accepted = next((q for q in quotes if orders and orders[0].revision_id in {r.id for r in q.revisions}), None)
    shown = accepted or (quotes[0] if quotes else None)
    return _steps(actor, shown, orders[0] if orders else None, today)


def chain_of_quote(actor: Actor, quote: Quote, today: date) -> list[Step]:
    """The same, begun from one quote."""
    revisions = [revision.id for revision in quote.revisions]
    order = db.session.scalar(visible_to(actor, Order).where(Order.revision_id.in_(revisions)).limit(1))
    return _steps(actor, quote, order, today)


def chain_of_order(actor: Actor, order: Order, today: date) -> list[Step]:
    """The same, begun from the order."""
    steps = _steps(actor, from_quote(order), order, today)
    return steps if order.revision_id else steps[1:]  # not every order began with a quote


def chain_of_invoice(invoice: Invoice, today: date) -> list[Step]:
    """The same, begun from the invoice."""
    order = invoice.order
    quote = from_quote(order) if order else None
    begun = [_quote_step(quote)] if quote else []
    return [*begun, _order_step(order, invoice), _invoice_step(invoice, today), _paid_step(invoice)]


def _steps(actor: Actor, quote: Quote | None, order: Order | None, today: date) -> list[Step]:
    bill = of_order(actor, order.id) if order else None
    return [_quote_step(quote), _order_step(order, bill), _invoice_step(bill, today), _paid_step(bill)]


def _quote_step(quote: Quote | None) -> Step:
    if quote is None:
        return Step("Quote", "quotes")
    last = newest(quote)
    return Step(
        "Quote", "quotes", quote.id, quote.number, QUOTE_STATES[last.state], last.state == "accepted",
        last.accepted_at or last.sent_at or last.created_at, last.total, last.currency,
    )  # fmt: skip


def _order_step(order: Order | None, bill: Invoice | None) -> Step:
    if order is None:
        return Step("Order", "orders")
    done = bill is not None and bill.number is not None or order.state == "cancelled"
    return Step(
        "Order", "orders", order.id, order.number, order.state.capitalize(), done, order.placed_at, order.total,
        order.currency,
    )  # fmt: skip


def _invoice_step(bill: Invoice | None, today: date) -> Step:
    if bill is None:
        return Step("Invoice", "invoices")
    return Step(
        "Invoice", "invoices", bill.id, bill.number or "Draft", STANDING_NAMES[standing(bill, today)],
        bill.number is not None, bill.issued_at or bill.created_at, bill.total, bill.currency,
    )  # fmt: skip


def _paid_step(bill: Invoice | None) -> Step:
    if bill is None or bill.number is None:
        return Step("Paid", "invoices")
    paid = bill.state == InvoiceState.PAID
    said = "In full" if paid else "In part" if bill.paid else "Not yet"
    at = bill.payments[-1].recorded_at if paid and bill.payments else bill.issued_at if paid else None
    return Step("Paid", "invoices", bill.id, "", said, paid, at, bill.paid, bill.currency)


def _rows(actor: Actor) -> Select[Invoice]:
    return visible_to(actor, Invoice).outerjoin(Invoice.account).options(contains_eager(Invoice.account))


STANDING = standing_on(bindparam("today", callable_=seller_today, type_=Date))  # the day on which the list is read


def _stands(actor: Actor, text: str) -> ColumnElement[bool]:
    return STANDING.in_([Standing(part).value for part in text.split(",")])


LISTING = Listing(
    name="invoices",
    query=_rows,
    identity=Invoice.id,
    words=(Invoice.number, Account.name),
    sort="-created_at",
    views=(("Drafts", "standing=draft"), ("Unpaid", "standing=open,partly_paid,overdue"), ("Overdue", "standing=overdue")),
    fields=(
        Field("number", "Invoice", func.coalesce(Invoice.number, ""), value=lambda row: row.number or "Draft"),
        Field("account", "Account", Account.name, value=lambda row: row.account.name),
        Field(
            "standing", "State", STANDING, value=lambda row: STANDING_NAMES[standing(row, seller_today())], kind="state",
            filter="choice", match=_stands, choices=lambda actor: [(key.value, name) for key, name in STANDING_NAMES.items()],
        ),
        Field("issued_on", "Issued", Invoice.issued_on, kind="date", filter="range"),
        Field("due_on", "Due", Invoice.due_on, kind="date", filter="range"),
        Field("net", "Net", Invoice.net, kind="money", shown=False, summed=True),
        Field("total", "Total", Invoice.total, kind="money", filter="range"),
        Field("amount_due", "To pay", Invoice.total - Invoice.paid, kind="money", filter="range"),
        Field("created_at", "Created", Invoice.created_at, kind="datetime", shown=False),
        owner_field(Invoice),
    ),
)  # fmt: skip


def outstanding(actor: Actor, today: date, account_id: int | None = None) -> list[tuple[str, Decimal, Decimal]]:
    """Per currency: what customers owe, or one of them, and how much of it is overdue."""
    owed = Invoice.total - Invoice.paid
    late = case((Invoice.due_on < today, owed), else_=0)
    whose = Invoice.account_id == account_id if account_id is not None else true()
    rows = db.session.execute(
        visible_to(actor, Invoice)
        .with_only_columns(Invoice.currency, func.sum(owed), func.sum(late))
        .where(Invoice.state == InvoiceState.ISSUED, whose)
        .group_by(Invoice.currency)
        .order_by(Invoice.currency)
    )
    return [(currency, _exact(all_), _exact(overdue)) for currency, all_, overdue in rows]


def _exact(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(value or 0) / 10_000


# Business letters and books are kept as long as tax and commercial law ask (in Germany HGB 257, AO 147).
persons.leave(persons.Trail("invoices", Invoice, lambda person: Invoice.contact_id.in_(person.of("contacts")), {}))
