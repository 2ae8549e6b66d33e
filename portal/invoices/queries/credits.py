"""What of an invoice is credited, and what is left."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import func, select

from portal.catalog.rules import ZERO, DocumentTotals, total
from portal.kernel.db import db
from portal.kernel.money import Exact

from ..models import Invoice, InvoiceLine
from ..rules import Left, Taken, credit_totals


def lines_of(invoice_id: int) -> Sequence[InvoiceLine]:
    return db.session.scalars(
        select(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id).order_by(InvoiceLine.place)
    ).all()


def left_of(lines: Sequence[InvoiceLine], before: int | None = None) -> dict[int, Left]:
    """By line of an invoice, in their order: what no credit note took back, or none `before` that one."""
    L = InvoiceLine
    query = select(L.credits_id, func.sum(L.net, type_=Exact()), func.sum(L.returned, type_=Exact()))
    query = query.where(L.credits_id.in_([line.id for line in lines])).group_by(L.credits_id)
    taken: dict[int | None, tuple[Decimal, Decimal]] = {
        line_id: (net, returned)
        for line_id, net, returned in db.session.execute(query.where(L.invoice_id < before) if before else query)
    }
    found = {}
    for line in lines:
        net, returned = taken.get(line.id, (ZERO, ZERO))
        found[line.id] = Left(line, line.quantity - returned, line.net - net)
    return found


def credit_totals_of(credit: Invoice) -> DocumentTotals:
    """Of a stored credit note: its share of the invoice, as it was computed when it was issued."""
    lines = lines_of(credit.credits_id or 0)
    lefts = left_of(lines, before=credit.id)
    taken = {
        one.credits_id: Taken(one.net, one.returned, one.quantity, one.unit_price, one.discount_percent)
        for one in credit.lines
    }
    whole = total(lines, currency=credit.currency, discount_percent=credit.discount_percent)
    return credit_totals(whole, list(lefts.values()), [taken.get(key) for key in lefts])
