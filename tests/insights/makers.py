"""Makers of what the work list reads from downstream areas."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from portal.accounts.models import Account
from portal.invoices.models import Invoice
from portal.invoices.states import InvoiceState
from portal.kernel import clock
from portal.orders.models import Order
from portal.quotes.models import Quote, Revision
from portal.quotes.states import RevisionState
from tests.world import add


def order(of: Account, number: str = "SO-1", **values: Any) -> Order:
    given = {"number": number, "currency": "USD", "total": Decimal(500), "net": Decimal(500)}
    return add(Order(account_id=of.id, owner_id=of.owner_id, territory_id=of.territory_id, **given | values))


def invoice(of: Account, *, days_late: int | None = None, total: str = "500") -> Invoice:
    """A draft, or issued and so many days late (negative: due ahead)."""
    made = Invoice(
        account_id=of.id, owner_id=of.owner_id, territory_id=of.territory_id, currency="USD", total=Decimal(total)
    )
    if days_late is not None:
        made.state, made.number, made.snapshot_hash = InvoiceState.ISSUED, f"INV-{of.id}-{days_late}", "0" * 64
        made.issued_at, made.issued_on = clock.now(), clock.now().date()
        made.due_on = clock.now().date() - timedelta(days=days_late)
    return add(made)


def sent_quote(of: Account, valid_until: date, number: str = "Q-1") -> Quote:
    quote = Quote(number=number, account_id=of.id, owner_id=of.owner_id, territory_id=of.territory_id)
    quote.revisions = [
        Revision(
            number=1, state=RevisionState.SENT, valid_until=valid_until, currency="USD", net=Decimal(800),
            total=Decimal(800), sent_at=clock.now(), sent_to="x@y.example", snapshot={}, snapshot_hash="0" * 64,
        )
    ]  # fmt: skip
    return add(quote)
