"""The order confirmation as frozen paper."""

from collections.abc import Sequence
from datetime import date

from portal.catalog.models import PricedLine
from portal.catalog.rules import DocumentTotals
from portal.kernel.paper import DocumentSnapshot
from portal.organization.models import Company
from portal.quotes.documents import document
from portal.quotes.models import Quote

from .models import Order


def confirmation(
    order: Order, quote: Quote, lines: Sequence[PricedLine], found: DocumentTotals, *, revision: int, seller: Company,
    day: date,
) -> DocumentSnapshot:  # fmt: skip
    """What we confirm to the customer."""
    return document(
        seller=seller, account=quote.account, person=quote.contact, owner=quote.owner, lines=lines, found=found, day=day,
        payment_days=order.payment_days, kind="order", number=order.number, subject=quote.subject,
        your_reference=order.customer_reference or quote.account.buyer_reference,
        from_document=f"{quote.number} ({revision})",
    )  # fmt: skip
