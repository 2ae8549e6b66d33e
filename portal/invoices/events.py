"""What other parts hear of invoices."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class InvoiceIssued(Event):
    """The invoice has its number and is frozen: print and mail it."""

    invoice_id: int


@dataclass(frozen=True)
class InvoicePaid(Event):
    invoice_id: int
