"""Recording money that arrived, and money paid back."""

from datetime import date
from decimal import Decimal

from portal.activities.states import Kind
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.money import round_to
from portal.kernel.outbox import emit

from ..events import InvoicePaid
from ..models import Invoice, Payment
from ..states import METHODS, InvoiceState
from .billing import locked, note


def record_payment(
    actor: Actor,
    invoice_id: int,
    *,
    amount: Decimal,
    currency: str,
    received_on: date,
    method: str,
    reference: str = "",
) -> None:
    """Money that arrived, in part or in full. Raises Refused for more than is due."""
    invoice = locked(actor, invoice_id, None, "payments.record")
    if invoice.state in (InvoiceState.PAID, InvoiceState.CREDITED):
        raise Refused("payment.nothing_due", "This invoice is paid.")
    if invoice.state != InvoiceState.ISSUED:
        raise Refused("payment.not_issued", "Only an issued invoice can be paid.")
    _check(invoice, amount, currency, method)
    if amount > invoice.amount_due:
        raise Refused("payment.too_much", "This is more than what is still due.", "amount")
    paid_in_full = amount == invoice.amount_due
    _record(actor, invoice, amount, received_on, method, reference)
    invoice.state = InvoiceState.PAID if paid_in_full else invoice.state
    note(invoice, Kind.PAYMENT, f"{amount:f} {currency} received for invoice {invoice.number}", actor.name)
    if paid_in_full:
        emit(InvoicePaid(invoice_id=invoice.id))


def record_refund(
    actor: Actor,
    invoice_id: int,
    *,
    amount: Decimal,
    currency: str,
    received_on: date,
    method: str,
    reference: str = "",
) -> None:
    """Money that went back, on `received_on`. Raises Refused for more than was credited after it was paid."""
    invoice = locked(actor, invoice_id, None, "payments.record")
    if invoice.is_credit or invoice.amount_due >= 0:
        raise Refused("refund.nothing", "Nothing is to be paid back for this document.")
    _check(invoice, amount, currency, method)
    if amount > -invoice.amount_due:
        raise Refused("refund.too_much", "This is more than what is to be paid back.", "amount")
    _record(actor, invoice, -amount, received_on, method, reference)
    note(invoice, Kind.PAYMENT, f"{amount:f} {currency} paid back for invoice {invoice.number}", actor.name)


def _check(invoice: Invoice, amount: Decimal, currency: str, method: str) -> None:
    if method not in METHODS:
        raise Refused("payment.unknown_method", "Say how the money arrived.", "method")
    if currency != invoice.currency:
        raise Refused("payment.other_currency", f"This invoice is in {invoice.currency}.", "amount")
    if amount <= 0 or amount != round_to(amount, currency):
        raise Refused("payment.bad_amount", f"Give an amount that can be paid in {currency}.", "amount")


def _record(actor: Actor, invoice: Invoice, amount: Decimal, day: date, method: str, reference: str) -> None:
    db.session.add(
        Payment(
            invoice_id=invoice.id, amount=amount, received_on=day, method=method, reference=reference.strip(),
            recorded_by=actor.name,
        )
    )  # fmt: skip
    invoice.paid += amount
