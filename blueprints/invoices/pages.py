"""The page of an invoice, which more than one view shows."""

from decimal import Decimal
from typing import Any

from flask import Response, g, url_for

from portal.invoices import queries
from portal.invoices.models import Invoice
from portal.invoices.states import InvoiceState
from portal.quotes.queries import seller_today
from portal.web.chain import bars
from portal.web.forms import ActForm
from portal.web.htmx import page
from portal.web.records import tabs_of

from .forms import EditTerms, IssueInvoice, RecordPayment

KINDS = {"draft": "none", "open": "now", "partly_paid": "warn", "overdue": "bad", "paid": "good", "cancelled": "none"}


def invoice_page(record_id: int, status: int = 200, **forms: Any) -> Response:
    found, today = queries.invoice(g.actor, record_id), seller_today()
    ready = {
        "terms_form": EditTerms(formdata=None, version=found.version, payment_days=found.payment_days),
        "issue_form": IssueInvoice(formdata=None, version=found.version),
        "payment_form": RecordPayment(formdata=None, amount=_typed(found), received_on=today),
        "act_form": ActForm(formdata=None),
    }
    return page(
        "invoices/invoice.html",
        "record",
        status=status,
        title=found.number or "Draft invoice",
        crumbs=[("Invoices", url_for("invoices.list_invoices"))],
        invoice=found,
        base=url_for("invoices.show_invoice", record_id=record_id),
        draft=found.state == InvoiceState.DRAFT,
        totals=queries.totals_of(found),
        standing=queries.standing(found, today),
        standing_names=queries.STANDING_NAMES,
        kinds=KINDS,
        steps=bars(queries.chain_of_invoice(found, today)),
        today=today,
        **tabs_of(found),
        **(ready | forms),
    )


def _typed(found: Invoice) -> Decimal | None:
    """What is still due, as a suggestion."""
    return found.amount_due.quantize(Decimal("0.01")) if found.amount_due else None
