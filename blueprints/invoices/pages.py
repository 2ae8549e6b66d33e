"""The page of an invoice or credit note, and the form of a credit note, which more than one view shows."""

from decimal import Decimal
from typing import Any

from flask import Response, g, url_for

from portal.invoices import queries
from portal.invoices.documents import REASONS
from portal.invoices.models import Invoice
from portal.invoices.rules import credit_of
from portal.invoices.states import InvoiceState
from portal.kernel.errors import NotFound, Refused
from portal.quotes.queries import seller_today
from portal.web.chain import bars
from portal.web.forms import ActForm
from portal.web.htmx import page
from portal.web.records import tabs_of

from .forms import EditTerms, IssueCredit, IssueInvoice, RecordPayment, RecordRefund

KINDS = {
    "draft": "none", "open": "now", "partly_paid": "warn", "overdue": "bad", "paid": "good", "credited": "none",
    "to_refund": "warn", "credit_note": "none", "cancelled": "none",
}  # fmt: skip


def invoice_page(record_id: int, status: int = 200, **forms: Any) -> Response:
    found, today = queries.invoice(g.actor, record_id), seller_today()
    ready = {
        "terms_form": EditTerms(formdata=None, version=found.version, payment_days=found.payment_days),
        "issue_form": IssueInvoice(formdata=None, version=found.version),
        "payment_form": RecordPayment(formdata=None, amount=_typed(found), received_on=today),
        "refund_form": RecordRefund(formdata=None, amount=_typed(found), received_on=today),
        "act_form": ActForm(formdata=None),
    }
    return page(
        "invoices/invoice.html",
        "record",
        status=status,
        title=found.number or "Draft invoice",
        heading=_heading(found),
        crumbs=[("Invoices", url_for("invoices.list_invoices"))],
        invoice=found,
        base=url_for("invoices.show_invoice", record_id=record_id),
        draft=found.state == InvoiceState.DRAFT,
        totals=queries.totals_of(found),
        reason=REASONS["en"][found.reason] if found.reason else "",
        standing=queries.standing(found, today),
        standing_names=queries.STANDING_NAMES,
        kinds=KINDS,
        steps=bars(queries.chain_of_invoice(found, today)),
        today=today,
        **tabs_of(found),
        **(ready | forms),
    )


def _typed(found: Invoice) -> Decimal | None:
    """What is still to be paid, or paid back, as a suggestion."""
    return abs(found.amount_due).quantize(Decimal("0.01")) if found.amount_due else None


def _heading(found: Invoice) -> str:
    if found.is_credit:
        return f"Credit note {found.number}"
    return f"Invoice {found.number}" if found.number else "Draft invoice"


def credit_page(record_id: int, form: IssueCredit | None = None, status: int = 200) -> Response:
    """The form; `totals` say what the credit note would come to as typed. Raises NotFound for what cannot be credited."""
    found = queries.invoice(g.actor, record_id)
    lefts = queries.left_of(found.lines)
    if found.is_credit or found.number is None:
        raise NotFound("credit.not_issued", "Only an issued invoice can be credited.")
    form = (form or IssueCredit(formdata=None, version=found.version)).of(lefts)
    totals = None
    if not form.errors:
        try:
            totals = credit_of(queries.totals_of(found), lefts, *form.wanted())[1]
        except Refused as refusal:
            form.refuse(refusal)
    here = url_for("invoices.show_invoice", record_id=record_id)
    return page(
        "invoices/credit.html",
        "totals",
        status=status,
        title=f"Credit {found.number}",
        crumbs=[("Invoices", url_for("invoices.list_invoices")), (found.number, here)],
        invoice=found,
        base=here,
        form=form,
        lefts={str(key): left for key, left in lefts.items()},
        totals=totals,
    )
