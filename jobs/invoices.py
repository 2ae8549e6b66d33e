"""Printing and mailing invoices and credit notes."""

from datetime import timedelta

from portal.invoices import queries, services
from portal.invoices.events import InvoiceIssued
from portal.invoices.models import Invoice
from portal.invoices.states import METHODS
from portal.kernel import clock, links
from portal.kernel.actor import Actor
from portal.kernel.db import transact
from portal.kernel.outbox import emit
from portal.kernel.printed import keep_paper, unprinted
from portal.quotes.queries import seller
from portal.workspace.rules import BulkAct, offer_act

from . import printing
from .registry import every, on

KEPT = timedelta(days=365)  # how long the link in the mail works


@on(InvoiceIssued, queue="pdf", alone=True)
def deliver_invoice(invoice_id: int) -> None:
    """Print the invoice or credit note once, then mail it with a link."""
    invoice = queries.for_mail(invoice_id)
    if invoice is None or invoice.pdf_key or invoice.snapshot is None:
        return
    document, kind = printing.frozen(invoice.snapshot), invoice.kind
    person = invoice.contact.name if invoice.contact else invoice.account.name
    letter = printing.Letter(
        f"invoice:{invoice_id}:send", f"invoices/{kind}_sent", queries.billing_address(invoice), person, "invoices",
        invoice_id, invoice.owner_id, invoice.territory_id,
    )  # fmt: skip
    printed = printing.print_paper(f"invoices/pdf/{kind}.html", document)

    def keep() -> None:
        if keep_paper(Invoice, invoice_id, printed.key, printed.problem) and printed.key and letter.to:
            ends = clock.now() + KEPT
            token = links.issue(services.LINK, invoice_id, 1, expires_at=ends, address=letter.to)
            values = {
                "subject": document.get("subject") or document.get("from_document") or document["number"],
                "due": printing.day(document, document.get("due", "")),
                "due_amount": printing.money(document, document["totals"]["due"]),
                "invoice": document.get("from_document", ""),
                "link": printing.public_url(f"/i/{token}"),
            }
            printing.post(letter, document, printed.key, values)

    transact(keep)


@every(timedelta(minutes=10))
def print_waiting_invoices() -> None:
    """Invoices that waited for Pango are printed when it is there."""
    printing.retry(unprinted(Invoice, printing.WAITS_FOR_PANGO), lambda key: emit(InvoiceIssued(invoice_id=key)))


def _bill(actor: Actor, order_id: int, _: str) -> int:
    return services.bill_order(actor, order_id)


def _issue(actor: Actor, invoice_id: int, _: str) -> str:
    return services.issue(actor, invoice_id)


def _settle(actor: Actor, invoice_id: int, method: str) -> None:
    found = queries.invoice(actor, invoice_id)
    today = clock.today(seller().timezone)
    services.record_payment(
        actor, invoice_id, amount=found.amount_due, currency=found.currency, received_on=today, method=method
    )


def _methods(actor: Actor) -> list[tuple[str, str]]:
    return [(method, method) for method in METHODS]


offer_act(BulkAct("orders", "invoice", "Bill", "invoices.edit", _bill))
offer_act(BulkAct("invoices", "issue", "Issue", "invoices.issue", _issue))
offer_act(BulkAct("invoices", "payment", "Paid in full today, by", "payments.record", _settle, _methods))
