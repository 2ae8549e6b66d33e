"""What people who sell do with quotes."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import partial
from io import BytesIO
from typing import Any

from flask import Response, flash, g, request, send_file, url_for

from portal.kernel import files
from portal.kernel.errors import NotFound, Refused
from portal.opportunities.models import Opportunity
from portal.organization.queries import authorize, get
from portal.quotes import queries, services
from portal.quotes.services import LineValues
from portal.quotes.states import RevisionState
from portal.web.auth import needs
from portal.web.forms import act, submit
from portal.web.htmx import go, page, see
from portal.web.listing import list_page

from ..forms import EditDraft, NewQuote, NewQuoteFromDeal, SendQuote
from ..pages import KINDS, as_stored, edit_page, quote_page, stored_form, with_choices
from . import bp


@bp.get("/quotes")
@needs("quotes.view")
def list_quotes() -> Response:
    return list_page(
        "quotes/list.html",
        queries.LISTING,
        title="Quotes",
        kinds={queries.STATE_NAMES[RevisionState(state)]: kind for state, kind in KINDS.items()},
        row_url=lambda row: url_for(".show_quote", record_id=row.id),
        empty="Offers to customers stand here. Draft one from an opportunity, or for an account.",
    )


@bp.get("/quotes/new")
@needs("quotes.edit")
def new_quote() -> Response:
    """With ?opportunity_id= its lines come along; with ?account_id= the account is chosen."""
    deal_id, account_id = (request.args.get(key, type=int) for key in ("opportunity_id", "account_id"))
    if deal_id:
        deal = get(g.actor, Opportunity, deal_id)
        return _new_page(NewQuoteFromDeal(formdata=None, opportunity_id=str(deal.id), subject=deal.name), deal=deal)
    form = NewQuote(formdata=None, account_id=account_id)
    form.account_id.choices = queries.accounts_to_quote(g.actor)
    return _new_page(form)


def _new_page(form: Any, status: int = 200, deal: Opportunity | None = None) -> Response:
    crumbs = [("Quotes", url_for("quotes.list_quotes"))]
    return page("quotes/new.html", status=status, title="New quote", crumbs=crumbs, form=form, deal=deal)


@bp.post("/quotes")
@needs("quotes.edit")
def create_quote() -> Any:
    if "opportunity_id" in request.form:
        deal = get(g.actor, Opportunity, request.form.get("opportunity_id", 0, type=int))
        form: Any = NewQuoteFromDeal()
        done = submit(form, lambda: services.draft_from_opportunity(g.actor, deal.id, subject=form.subject.data))
        if not done:
            return _new_page(form, form.status, get(g.actor, Opportunity, deal.id))
    else:
        form = NewQuote()
        form.account_id.choices = queries.accounts_to_quote(g.actor)
        done = submit(form, lambda: services.draft(g.actor, form.account_id.data, subject=form.subject.data))
        if not done:
            return _new_page(form, form.status)
    flash("Draft made. Check lines and terms, then send it.", "success")
    return go(url_for(".edit_draft", record_id=done.result))


@bp.get("/quotes/<int:record_id>")
@needs("quotes.view")
def show_quote(record_id: int) -> Response:
    return quote_page(record_id)


@bp.get("/quotes/<int:record_id>/draft")
@needs("quotes.edit")
def edit_draft(record_id: int) -> Any:
    found = queries.quote(g.actor, record_id)
    authorize(g.actor, "quotes.edit", found)
    revision = queries.newest(found)
    if revision.state != RevisionState.DRAFT:
        return go(url_for(".show_quote", record_id=record_id))
    return edit_page(record_id, stored_form(found, revision), queries.totals_of(revision))


@bp.post("/quotes/<int:record_id>/draft")
@needs("quotes.edit")
def save_draft(record_id: int) -> Any:
    form = with_choices(EditDraft(), queries.quote(g.actor, record_id))

    def save() -> None:
        values = form.draft_values(_typed_lines(form))
        services.save_draft(g.actor, record_id, values, version=form.version.data)

    if not submit(form, save, current=lambda: as_stored(record_id)):
        found = queries.quote(g.actor, record_id)
        with_choices(form, found)
        return edit_page(record_id, form, queries.totals_of(queries.newest(found)), form.status)
    if "save" in request.form:
        flash("Draft saved.", "success")
        return go(url_for(".show_quote", record_id=record_id))
    return go(url_for(".edit_draft", record_id=record_id))


@bp.post("/quotes/<int:record_id>/draft/totals")
@needs("quotes.edit")
def preview_totals(record_id: int) -> Response:
    """What the draft would come to as typed; nothing is stored."""
    found = queries.quote(g.actor, record_id)
    form = with_choices(EditDraft(), found)
    totals = queries.totals_of(queries.newest(found))
    if form.validate_on_submit():
        try:
            lines = _typed_lines(form, press=False)
            totals = services.preview(g.actor, record_id, form.draft_values(lines))[1]
        except Refused as refusal:
            form.refuse(refusal)
    return edit_page(record_id, form, totals, form.status if form.errors or form.form_errors else 200)


def _typed_lines(form: EditDraft, press: bool = True) -> list[LineValues]:
    """The rows as typed, after the pressed button (move, remove) and with what was added."""
    lines = [row.form.line_values() for row in form.lines.entries]
    if press and (place := _place(request.form.get("remove"), lines)) is not None:
        del lines[place]
    for name, step in (("up", -1), ("down", 1)):
        place = _place(request.form.get(name), lines) if press else None
        if place is not None and 0 <= place + step < len(lines):
            lines[place], lines[place + step] = lines[place + step], lines[place]
    quantity = form.add_quantity.data or Decimal(1)
    if form.add_sku.data:
        product = queries.product_by_sku(form.add_sku.data)
        if product is None:
            raise Refused("quote.no_such_product", "No product has this number. Pick one from the list.", "add_sku")
        lines.append(LineValues(quantity, product_id=product.id))
    elif form.add_text.data:
        lines.append(LineValues(quantity, description=form.add_text.data, unit_price=form.add_price.data or Decimal(0)))
    return [line if line.discount_percent else replace(line, discount_percent=Decimal(0)) for line in lines]


def _place(text: str | None, lines: list[LineValues]) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and int(text) < len(lines) else None


@bp.post("/quotes/<int:record_id>/sending")
@needs("quotes.send")
def create_sending(record_id: int) -> Any:
    form = SendQuote()
    queries.quote(g.actor, record_id)
    if not submit(form, lambda: services.send(g.actor, record_id, to=form.to.data, version=form.version.data)):
        return quote_page(record_id, form.status, send_form=form)
    flash("On its way: the PDF is made and mailed with the customer's link.", "success")
    return see(show_quote, record_id=record_id)


def _act(record_id: int, do: Callable[[], None], said: str, then: Callable[[], Any] | None = None) -> Any:
    again = partial(quote_page, record_id)
    return act(do, said, then=then or (lambda: see(show_quote, record_id=record_id)), again=again)


@bp.post("/quotes/<int:record_id>/revisions")
@needs("quotes.edit")
def create_revision(record_id: int) -> Any:
    said = "New revision. The customer's link to the old one now says that it is replaced."
    to_draft = partial(go, url_for(".edit_draft", record_id=record_id))
    return _act(record_id, lambda: services.revise(g.actor, record_id), said, to_draft)


@bp.post("/quotes/<int:record_id>/withdrawal")
@needs("quotes.edit")
def create_withdrawal(record_id: int) -> Any:
    said = "Withdrawn. Links to this quote no longer work."
    return _act(record_id, lambda: services.withdraw(g.actor, record_id), said)


@bp.post("/quotes/<int:record_id>/printing")
@needs("quotes.edit")
def create_printing(record_id: int) -> Any:
    return _act(record_id, lambda: services.print_again(g.actor, record_id), "The PDF is tried again.")


@bp.get("/quotes/<int:record_id>/revisions/<int:number>/pdf")
@needs("quotes.view")
def show_pdf(record_id: int, number: int) -> Response:
    found = queries.quote(g.actor, record_id)
    revision = next((r for r in found.revisions if r.number == number), None)
    if revision is None or revision.pdf_key is None:
        raise NotFound("quote.no_pdf", "The PDF of this revision is not made yet.")
    name = f"{found.number}-{number}.pdf"
    return send_file(BytesIO(files.read(revision.pdf_key)), "application/pdf", download_name=name)
