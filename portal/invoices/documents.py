"""The invoice and the credit note as frozen paper."""

from collections.abc import Mapping, Sequence
from datetime import date

from portal.catalog.rules import DocumentTotals
from portal.kernel.paper import DocumentSnapshot
from portal.organization.models import Company
from portal.quotes.documents import document, language_tag, plain

from .models import Invoice, InvoiceLine
from .rules import Taken
from .states import CreditReason as R

REASONS: Mapping[str, Mapping[R, str]] = {
    "en": {
        R.RETURNED: "Goods returned",
        R.NOT_DELIVERED: "Not delivered",
        R.PRICE: "Price reduced",
        R.DEFECT: "Defective goods",
        R.MISTAKE: "Invoiced by mistake",
    },
    "de": {
        R.RETURNED: "Ware zurückgegeben",
        R.NOT_DELIVERED: "Nicht geliefert",
        R.PRICE: "Preis gemindert",
        R.DEFECT: "Mangelhafte Ware",
        R.MISTAKE: "Irrtümlich berechnet",
    },
}
TEXTS = {"en": ("Reason", "Price reduction: {name}"), "de": ("Grund", "Preisminderung: {name}")}


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


def credit(
    note: Invoice, invoice: Invoice, lines: Sequence[InvoiceLine], found: DocumentTotals, *, seller: Company, day: date
) -> DocumentSnapshot:
    """What we take back of the invoice, and why; the sums above zero, as EN 16931 has them for type code 381."""
    tag, said = language_tag(invoice.account, invoice.contact), invoice.snapshot or {}
    reason, text = reasons(tag)[note.reason or R.MISTAKE], words(tag)[0]
    return document(
        seller=seller, account=invoice.account, person=invoice.contact, owner=invoice.owner, lines=lines, found=found,
        day=day, payment_days=0, kind="credit_note", number=note.number, from_document=invoice.number, payment_terms="",
        subject=said.get("subject", ""), your_reference=said.get("your_reference", ""),
        notices=[{"title": text, "text": f"{reason}. {note.note}".strip()}],
    )  # fmt: skip


def line_text(line: InvoiceLine, taken: Taken, tag: str) -> str:
    """What a line of a credit note calls the one it takes back."""
    if not taken.returned:
        return words(tag)[1].format(name=line.description)
    return line.description if taken.quantity == taken.returned else f"{plain(taken.returned)} × {line.description}"


def reasons(language: str) -> Mapping[R, str]:
    return REASONS.get(language[:2], REASONS["en"])


def words(language: str) -> tuple[str, str]:
    return TEXTS.get(language[:2], TEXTS["en"])
