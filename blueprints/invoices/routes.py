"""Routes of invoices, credit notes and payments."""

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, flash, g, make_response, render_template, send_file, url_for

from portal.invoices import queries, services
from portal.invoices.models import Invoice
from portal.invoices.states import InvoiceState, Standing
from portal.kernel import files, links
from portal.kernel.errors import NotFound
from portal.quotes.queries import seller, seller_today
from portal.web.auth import needs, public
from portal.web.forms import ActForm, act, submit
from portal.web.htmx import go, see
from portal.web.language import formats, locale_of
from portal.web.listing import list_page

from .forms import EditTerms, IssueCredit, IssueInvoice, RecordPayment, RecordRefund
from .pages import KINDS, credit_page, invoice_page

bp = Blueprint("invoices", __name__)


@bp.get("/invoices")
@needs("invoices.view")
def list_invoices() -> Response:
    return list_page(
        "invoices/list.html",
        queries.LISTING,
        title="Invoices",
        kinds={queries.STANDING_NAMES[Standing(key)]: kind for key, kind in KINDS.items()},
        owed=queries.outstanding(g.actor, seller_today()),
        row_url=lambda row: url_for(".show_invoice", record_id=row.id),
        empty="Bill an order, and its invoice stands here.",
    )


@bp.get("/invoices/<int:record_id>")
@needs("invoices.view")
def show_invoice(record_id: int) -> Response:
    return invoice_page(record_id)


@bp.post("/orders/<int:record_id>/invoice")
@needs("invoices.edit")
def create_invoice(record_id: int) -> Any:
    """Finance bills an order: a draft, to be looked at and issued."""
    form = ActForm()
    done = submit(form, lambda: services.bill_order(g.actor, record_id))
    if not done:
        flash(" ".join(form.form_errors) or "The order could not be billed.", "bad")
        return go(url_for("orders.show_order", record_id=record_id))
    flash("Draft made. Look it over, then issue it.", "success")
    return go(url_for(".show_invoice", record_id=done.result))


@bp.post("/invoices/<int:record_id>/terms")
@needs("invoices.edit")
def save_terms(record_id: int) -> Any:
    form = EditTerms()
    queries.invoice(g.actor, record_id)

    def change() -> None:
        services.change_payment_days(g.actor, record_id, form.payment_days.data, version=form.version.data)

    if not submit(form, change, current=lambda: _terms(record_id)):
        return invoice_page(record_id, form.status, terms_form=form)
    flash("Saved.", "success")
    return see(show_invoice, record_id=record_id)


def _terms(record_id: int) -> dict[str, Any]:
    found = queries.invoice(g.actor, record_id)
    return {"payment_days": found.payment_days, "version": found.version}


@bp.post("/invoices/<int:record_id>/issue")
@needs("invoices.issue")
def create_issue(record_id: int) -> Any:
    form = IssueInvoice()
    queries.invoice(g.actor, record_id)
    done = submit(form, lambda: services.issue(g.actor, record_id, version=form.version.data))
    if not done:
        return invoice_page(record_id, form.status, issue_form=form)
    flash(f"Issued as {done.result}. The PDF is made and mailed.", "success")
    return see(show_invoice, record_id=record_id)


def _act(record_id: int, do: Callable[[], None], said: str) -> Any:
    return act(do, said, then=partial(see, show_invoice, record_id=record_id), again=partial(invoice_page, record_id))


@bp.post("/invoices/<int:record_id>/discard")
@needs("invoices.edit")
def create_discard(record_id: int) -> Any:
    said = "Draft thrown away. The order can be billed again."
    return _act(record_id, lambda: services.discard(g.actor, record_id), said)


@bp.post("/invoices/<int:record_id>/printing")
@needs("invoices.issue")
def create_printing(record_id: int) -> Any:
    return _act(record_id, lambda: services.print_again(g.actor, record_id), "The PDF is tried again.")


@bp.post("/invoices/<int:record_id>/payments")
@needs("payments.record")
def create_payment(record_id: int) -> Any:
    form = RecordPayment()
    currency = queries.invoice(g.actor, record_id).currency

    def record() -> None:
        services.record_payment(g.actor, record_id, currency=currency, **form.values())

    if not submit(form, record):
        return invoice_page(record_id, form.status, payment_form=form)
    flash("Payment recorded.", "success")
    return see(show_invoice, record_id=record_id)


@bp.post("/invoices/<int:record_id>/refunds")
@needs("payments.record")
def create_refund(record_id: int) -> Any:
    form = RecordRefund()
    currency = queries.invoice(g.actor, record_id).currency

    def record() -> None:
        services.record_refund(g.actor, record_id, currency=currency, **form.values())

    if not submit(form, record):
        return invoice_page(record_id, form.status, refund_form=form)
    flash("Refund recorded.", "success")
    return see(show_invoice, record_id=record_id)


@bp.get("/invoices/<int:record_id>/credit-notes/new")
@needs("credits.issue")
def new_credit(record_id: int) -> Response:
    return credit_page(record_id)


@bp.post("/invoices/<int:record_id>/credit-notes/totals")
@needs("credits.issue")
def preview_credit(record_id: int) -> Response:
    """What the credit note would come to as typed; nothing is stored."""
    form = IssueCredit()
    form.validate_on_submit()
    return credit_page(record_id, form)


@bp.post("/invoices/<int:record_id>/credit-notes")
@needs("credits.issue")
def create_credit(record_id: int) -> Any:
    form = IssueCredit()
    queries.invoice(g.actor, record_id)

    def credit() -> int:
        lines, amount = form.wanted()
        return services.issue_credit(
            g.actor, record_id, reason=form.reason.data, remark=form.remark.data, lines=lines, amount=amount,
            version=form.version.data,
        )  # fmt: skip

    done = submit(form, credit, current=lambda: {"version": queries.invoice(g.actor, record_id).version})
    if not done:
        return credit_page(record_id, form, form.status)
    flash("Credit note issued. The PDF is made and mailed.", "success")
    return go(url_for(".show_invoice", record_id=done.result))


@bp.get("/payments")
@needs("invoices.view")
def list_payments() -> Response:
    return list_page(
        "invoices/payments.html",
        queries.PAYMENTS,
        title="Payments",
        row_url=lambda row: url_for(".show_invoice", record_id=row.invoice_id),
        empty="Record a payment on an issued invoice, and it stands here.",
    )


@bp.get("/invoices/<int:record_id>/pdf")
@needs("invoices.view")
def show_pdf(record_id: int) -> Response:
    return _pdf(queries.invoice(g.actor, record_id))


def _pdf(found: Invoice) -> Response:
    if found.pdf_key is None:
        raise NotFound("invoice.no_pdf", "The PDF is not made yet. Try again in a minute.")
    return send_file(BytesIO(files.read(found.pdf_key)), "application/pdf", download_name=f"{found.number}.pdf")


@bp.get("/i/<token>")
@public
def show_bill(token: str) -> Response:
    """The invoice and how it stands, for the customer."""
    found = _behind(token)
    document = found.snapshot or {}
    g.locale = str(locale_of(document["language"]))
    said = render_template(
        "invoices/public.html",
        title=f"{found.number} · {seller().name}",
        invoice=found,
        doc=document,
        token=token,
        paid=found.state == InvoiceState.PAID,
        late=queries.standing(found, seller_today()) == Standing.OVERDUE,
        exact=Decimal,
        fmt=formats(locale_of(document["language"])),
    )
    return _private(make_response(said))


@bp.get("/i/<token>/pdf")
@public
def show_bill_pdf(token: str) -> Response:
    return _private(_pdf(_behind(token)))


def _behind(token: str) -> Invoice:
    return queries.behind_link(links.resolve(services.LINK, token).record_id)


def _private(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
