"""The invoice as frozen paper."""

from datetime import date

from portal.catalog.rules import DocumentTotals
from portal.kernel.paper import DocumentSnapshot
from portal.organization.models import Company
from portal.quotes.documents import document

from .models import Invoice


def bill(
    invoice: Invoice, found: DocumentTotals, *, number: str, seller: Company, day: date, due: date
) -> DocumentSnapshot:
    """What we ask the customer to pay."""
    order = invoice.order
    delivered = order.fulfilled_at.date().isoformat() if order and order.fulfilled_at else ""
    return document(
        seller=seller, account=invoice.account, person=invoice.contact, owner=invoice.owner, lines=invoice.lines, found=found,
        day=day, payment_days=invoice.payment_days, kind="invoice", number=number, due=due.isoformat(), delivered=delivered,
        subject=str((order.snapshot or {}).get("subject", "")) if order else "",
        your_reference=(order.customer_reference if order else "") or invoice.account.buyer_reference,
        from_document=order.number if order else "",
    )  # fmt: skip
