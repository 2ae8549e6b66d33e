"""The way from quote to cash."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.orders.models import Order
from portal.orders.queries import from_quote
from portal.organization.queries import visible_to
from portal.quotes.models import Quote
from portal.quotes.queries import STATE_NAMES as QUOTE_STATES
from portal.quotes.queries import newest, of_opportunity

from ..models import Invoice
from ..states import InvoiceState
from .invoices import STANDING_NAMES, of_order, standing


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


def chain_of_invoice(shown: Invoice, today: date) -> list[Step]:
    """The same, begun from the invoice; from a credit note, that of the invoice it credits."""
    invoice, order = shown.credits or shown, shown.order
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
    paid = bill.state in (InvoiceState.PAID, InvoiceState.CREDITED)
    said = "Credited" if bill.state == "credited" else "In full" if paid else "In part" if bill.paid else "Not yet"
    at = bill.payments[-1].recorded_at if paid and bill.payments else bill.issued_at if paid else None
    return Step("Paid", "invoices", bill.id, "", said, paid, at, bill.paid, bill.currency)
