"""Issuing credit notes."""

from collections.abc import Mapping
from decimal import Decimal

from portal.activities.states import Kind
from portal.kernel import clock, numbering
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.outbox import emit
from portal.kernel.paper import snapshot_hash
from portal.kernel.states import check_move
from portal.quotes.documents import language_tag
from portal.quotes.queries import seller as the_seller

from .. import queries
from ..documents import credit, line_text
from ..events import InvoiceIssued
from ..models import Invoice, InvoiceLine
from ..rules import Taken, Wanted, cost_of_returns, credit_of
from ..states import MOVES, CreditReason, DocumentKind, InvoiceState
from .billing import locked_whole, note


def issue_credit(
    actor: Actor,
    invoice_id: int,
    *,
    reason: CreditReason,
    remark: str = "",
    lines: Mapping[int, Wanted] | None = None,
    amount: Decimal | None = None,
    version: int | None = None,
) -> int:
    """Take an issued invoice back: all that is left of it, some lines, or an amount. Returns the id of the credit note.

    It lowers what is open; what was paid beyond that is to be refunded.
    """
    invoice = locked_whole(actor, invoice_id, version, "credits.issue")
    if invoice.is_credit or invoice.number is None:
        raise Refused("credit.not_issued", "Only an issued invoice can be credited.")
    lefts = queries.left_of(invoice.lines)
    taken, found = credit_of(queries.totals_of(invoice), lefts, lines, amount)
    seller = the_seller()
    day = clock.today(seller.timezone)
    made = Invoice(
        kind=DocumentKind.CREDIT_NOTE, state=InvoiceState.PAID, credits_id=invoice.id, reason=reason, note=remark.strip(),
        order_id=invoice.order_id, opportunity_id=invoice.opportunity_id, account_id=invoice.account_id,
        contact_id=invoice.contact_id, owner_id=invoice.owner_id, territory_id=invoice.territory_id, payment_days=0,
        currency=invoice.currency, discount_percent=invoice.discount_percent, net=-found.net, tax=-found.tax,
        total=-found.total, paid=-found.total, cost=-cost_of_returns(invoice.cost, lefts, taken, invoice.currency),
        issued_on=day, issued_at=clock.now(), lines=_lines(invoice, taken),
    )  # fmt: skip
    made.number = numbering.take("CN", day.year)  # last: from here to the commit nobody else can take one
    snapshot = credit(made, invoice, made.lines, found, seller=seller, day=day)
    made.snapshot, made.snapshot_hash = dict(snapshot), snapshot_hash(snapshot)
    _set_against(invoice, found.total)
    db.session.add(made)
    db.session.flush()
    subject = f"Credit note {made.number} issued for invoice {invoice.number}"
    note(made, Kind.DOCUMENT, subject, actor.name, invoice.id)
    emit(InvoiceIssued(invoice_id=made.id))
    return made.id


def _lines(invoice: Invoice, taken: Mapping[int, Taken]) -> list[InvoiceLine]:
    tag = language_tag(invoice.account, invoice.contact)
    credited = [(line, taken[line.id]) for line in invoice.lines if line.id in taken]
    return [
        InvoiceLine(
            place=place, credits_id=line.id, returned=one.returned, product_id=line.product_id, sku=line.sku,
            description=line_text(line, one, tag), unit=line.unit if one.returned else "", quantity=one.quantity,
            unit_price=one.unit_price, discount_percent=one.discount_percent, tax_category=line.tax_category,
            tax_percent=line.tax_percent, net=one.net,
        )
        for place, (line, one) in enumerate(credited, 1)
    ]  # fmt: skip


def _set_against(invoice: Invoice, amount: Decimal) -> None:
    invoice.credited += amount
    wanted = InvoiceState.CREDITED if invoice.credited == invoice.total else InvoiceState.PAID
    if invoice.amount_due <= 0 and invoice.state != wanted:
        check_move(MOVES, invoice.state, wanted, noun="invoice")
        invoice.state = wanted
