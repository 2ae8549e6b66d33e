"""Pages of quotes that more than one view shows."""

from typing import Any

from flask import Response, g, url_for

from portal.catalog.rules import DocumentTotals
from portal.invoices.queries import chain_of_quote
from portal.organization.queries import allows
from portal.quotes import queries
from portal.quotes.models import Quote, Revision
from portal.quotes.states import RevisionState
from portal.web.chain import bars
from portal.web.forms import ActForm
from portal.web.htmx import page
from portal.web.records import tabs_of

from .forms import EditDraft, SendQuote

KINDS = {"accepted": "good", "sent": "now", "declined": "bad", "expired": "warn", "cancelled": "none", "draft": "none"}


def quote_page(record_id: int, status: int = 200, **forms: Any) -> Response:
    found = queries.quote(g.actor, record_id)
    revision = queries.newest(found)
    return page(
        "quotes/quote.html",
        "record",
        status=status,
        title=f"{found.number}, revision {revision.number}",
        crumbs=[("Quotes", url_for("quotes.list_quotes"))],
        quote=found,
        base=url_for("quotes.show_quote", record_id=record_id),
        editor=allows(g.actor, "quotes.edit", found),
        revision=revision,
        totals=queries.totals_of(revision),
        steps=bars(chain_of_quote(g.actor, found, queries.seller_today())),
        state_names=queries.STATE_NAMES,
        kinds=KINDS,
        moved={r.number: queries.moved(found, r) for r in found.revisions},
        **tabs_of(found, parts=found.revisions),
        may_revise=revision.state not in (RevisionState.DRAFT, RevisionState.ACCEPTED),
        may_withdraw=revision.state in (RevisionState.DRAFT, RevisionState.SENT),
        **({"send_form": send_form(found, revision), "act_form": ActForm(formdata=None)} | forms),
    )


def send_form(found: Quote, revision: Revision) -> SendQuote:
    known = found.contact.email if found.contact else None
    return SendQuote(formdata=None, to=known or "", version=revision.version)


def edit_page(record_id: int, form: EditDraft, totals: DocumentTotals, status: int = 200) -> Response:
    found = queries.quote(g.actor, record_id)
    revision = queries.newest(found)
    return page(
        "quotes/edit.html",
        "totals",
        status=status,
        title=f"Edit quote {found.number}",
        crumbs=[
            ("Quotes", url_for("quotes.list_quotes")),
            (found.number, url_for("quotes.show_quote", record_id=record_id)),
        ],
        quote=found,
        revision=revision,
        stored={str(line.id): line for line in revision.lines},
        form=form,
        totals=totals,
        goods=queries.products(),
    )


def stored_form(found: Quote, revision: Revision) -> EditDraft:
    """The draft as it is stored."""
    form = EditDraft(
        formdata=None,
        version=revision.version,
        subject=found.subject,
        contact_id=found.contact_id or 0,
        valid_until=revision.valid_until,
        payment_days=revision.payment_days,
        discount_percent=revision.discount_percent,
        intro=revision.intro,
        terms=revision.terms,
        lines=[
            {
                "line_id": line.id,
                "product_id": line.product_id or "",
                "description": line.description,
                "quantity": line.quantity,
                "unit_price": line.unit_price,
                "discount_percent": line.discount_percent,
            }
            for line in revision.lines
        ],
    )
    return with_choices(form, found)


def with_choices(form: EditDraft, found: Quote) -> EditDraft:
    people = queries.contacts_to_quote(g.actor, found.account_id)
    names = [(person.id, person.name) for person in people]
    if found.contact and found.contact_id not in dict(names):
        names.append((found.contact.id, found.contact.name))
    form.contact_id.choices = [(0, "Nobody in particular"), *names]
    return form


def as_stored(record_id: int) -> dict[str, Any]:
    """What the 409 page compares with."""
    found = queries.quote(g.actor, record_id)
    revision = queries.newest(found)
    return {
        "subject": found.subject,
        "valid_until": revision.valid_until,
        "payment_days": revision.payment_days,
        "discount_percent": revision.discount_percent,
        "intro": revision.intro,
        "terms": revision.terms,
        "version": revision.version,
    }
