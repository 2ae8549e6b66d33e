"""One screen from a lead to account, contact and deal."""

from decimal import Decimal
from typing import Any

from flask import Response, flash, g, url_for
from wtforms.fields.choices import SelectChoice

from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.leads.models import Lead
from portal.leads.states import LeadState
from portal.opportunities import queries, services
from portal.opportunities.queries import Matches
from portal.opportunities.services.qualification import UNDO_WITHIN
from portal.organization.queries import authorize, get
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, page
from portal.web.records import record_url

from . import bp
from .editing import PLANNED
from .forms import QualifyForm, maybe_id

NEW = "new"


def _offer(form: QualifyForm, lead: Lead, found: Matches) -> None:
    """The choices of the one screen: what matched, and new ones."""
    company = lead.company or lead.name
    for field, matches, new in (
        (form.account, found.accounts, f"New account: {company}"),
        (form.contact, found.contacts, f"New contact: {lead.name}"),
    ):
        field.choices = [*(SelectChoice(str(m.id), m.name) for m in matches), SelectChoice(NEW, new)]


@bp.get("/leads/<int:record_id>/qualification")
@needs("leads.qualify")
def show_qualification(record_id: int) -> Any:
    lead = get(g.actor, Lead, record_id)
    authorize(g.actor, "leads.qualify", lead)
    found = queries.matches_of(g.actor, lead)
    form = QualifyForm(
        formdata=None,
        version=lead.version,
        account=str(found.accounts[0].id) if found.accounts else NEW,
        contact=str(found.contacts[0].id) if found.contacts else NEW,
        open_deal="yes",
        name=f"{lead.company or lead.name}, first order",
        amount=Decimal(0),
        close_on=queries.business_day() + PLANNED,
    )
    _offer(form, lead, found)
    return _qualify_page(lead, form, found)


def _qualify_page(lead: Lead, form: QualifyForm, found: Matches, *, status: int = 200) -> Response:
    became = queries.qualification_of(lead.id)
    return page(
        "opportunities/qualify.html",
        status=status,
        title="Qualify lead",
        crumbs=[("Leads", "/leads"), (lead.name, record_url("leads", lead.id) or "/leads")],
        lead=lead,
        form=form,
        found=found,
        became=became,
        undo_form=ActForm(formdata=None),
        may_undo=became is not None and clock.now() - became.at <= UNDO_WITHIN,
        is_open=lead.state in (LeadState.NEW, LeadState.CONTACTED),
    )


@bp.post("/leads/<int:record_id>/qualification")
@needs("leads.qualify")
def qualify_lead(record_id: int) -> Any:
    lead = get(g.actor, Lead, record_id)
    authorize(g.actor, "leads.qualify", lead)
    form = QualifyForm()
    _offer(form, lead, queries.matches_of(g.actor, lead))

    def act() -> str:
        wants = form.open_deal.data == "yes"
        deal = services.NewDeal(form.name.data, form.amount.data or Decimal(0), form.close_on.data) if wants else None
        made = services.open_from_lead(
            g.actor,
            record_id,
            account_id=maybe_id(form.account.data),
            contact_id=maybe_id(form.contact.data),
            deal=deal,
            version=form.version.data,
        )
        return f"opportunities:{made.opportunity_id}" if made.opportunity_id else f"accounts:{made.account_id}"

    done = submit(form, act)
    if done:
        noun, _, made = str(done.result).partition(":")
        undo = url_for(".undo_qualification", record_id=record_id)
        flash({"text": "Lead qualified", "undo": undo}, "success")  # type: ignore[arg-type]
        return go(record_url(noun, int(made)) or url_for(".show_board"))
    lead = get(g.actor, Lead, record_id)
    return _qualify_page(lead, form, queries.matches_of(g.actor, lead), status=form.status)


@bp.post("/leads/<int:record_id>/qualification/undo")
@needs("leads.qualify")
def undo_qualification(record_id: int) -> Any:
    get(g.actor, Lead, record_id)
    form = ActForm()
    if submit(form, lambda: services.undo_qualification(g.actor, record_id)):
        flash("Qualification taken back", "success")
        return go(record_url("leads", record_id) or url_for(".show_qualification", record_id=record_id))
    raise Refused("lead.undo", " ".join(form.form_errors) or "This cannot be undone.")
