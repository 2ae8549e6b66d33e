"""Listing, showing and working leads."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, url_for

from portal.kernel import clock
from portal.leads import queries, services
from portal.organization.queries import authorize
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, page, see

from .forms import AssignLead, DisqualifyLead, EditLead
from .pages import lead_page, leads_page

bp = Blueprint("leads", __name__, url_prefix="/leads")


@bp.get("")
@needs("leads.view")
def list_leads() -> Any:
    return leads_page()


@bp.get("/<int:record_id>")
@needs("leads.view")
def show_lead(record_id: int) -> Any:
    return lead_page(record_id)


@bp.get("/new")
@needs("leads.edit")
def new_lead() -> Any:
    return _edit_page(EditLead(formdata=None), "New lead")


@bp.post("/new")
@needs("leads.edit")
def create_lead() -> Any:
    form = EditLead()
    done = submit(form, lambda: services.create_lead(g.actor, **form.values()).id)
    if done is None:
        return _edit_page(form, "New lead", status=form.status)
    flash("The lead is in.", "success")
    return go(url_for(".show_lead", record_id=done.result))


@bp.get("/<int:record_id>/edit")
@needs("leads.edit")
def edit_lead(record_id: int) -> Any:
    lead = queries.lead(g.actor, record_id)
    authorize(g.actor, "leads.edit", lead)
    return _edit_page(EditLead(formdata=None, obj=lead), lead.name, record_id)


@bp.post("/<int:record_id>/edit")
@needs("leads.edit")
def change_lead(record_id: int) -> Any:
    form, name = EditLead(), queries.lead(g.actor, record_id).name

    def current() -> dict[str, Any]:
        stored = queries.lead(g.actor, record_id)
        return {key: getattr(stored, key) for key in ("version", *form.values())}

    def act() -> int:
        return services.change_lead(g.actor, record_id, form.version.data, **form.values()).id

    if submit(form, act, current=current) is None:
        return _edit_page(form, name, record_id, status=form.status)
    flash("Saved.", "success")
    return go(url_for(".show_lead", record_id=record_id))


def _edit_page(form: EditLead, title: str, record_id: int | None = None, status: int = 200) -> Any:
    crumbs = [("Leads", url_for(".list_leads"))]
    if record_id:
        crumbs.append((title, url_for(".show_lead", record_id=record_id)))
    context = {"title": "Edit" if record_id else title, "crumbs": crumbs, "back": crumbs[-1][1]}
    return page("leads/edit.html", status=status, form=form, **context)


@bp.post("/<int:record_id>/response")
@needs("leads.edit")
def create_response(record_id: int) -> Any:
    """The first answer was given."""
    return _act(record_id, lambda: services.mark_contacted(g.actor, record_id, at=clock.now()), "Marked as contacted.")


@bp.post("/<int:record_id>/disqualification")
@needs("leads.edit")
def create_disqualification(record_id: int) -> Any:
    form = DisqualifyLead()
    if submit(form, lambda: services.disqualify(g.actor, record_id, form.reason.data).id) is None:
        return lead_page(record_id, disqualify=form, status=form.status)
    said = {"text": "Disqualified.", "undo": url_for(".create_reactivation", record_id=record_id)}
    flash(said, "success")  # type: ignore[arg-type]
    return see(show_lead, record_id=record_id)


@bp.post("/<int:record_id>/reactivation")
@needs("leads.edit")
def create_reactivation(record_id: int) -> Any:
    return _act(record_id, lambda: services.reactivate(g.actor, record_id), "Taken up again.")


@bp.post("/<int:record_id>/assignment")
@needs("leads.assign")
def create_assignment(record_id: int) -> Any:
    form = AssignLead().offer(queries.assignable(g.actor, clock.today(g.timezone)))

    def act() -> int:
        return services.assign(g.actor, record_id, form.position_id.data, form.reason.data or "").id

    if submit(form, act) is None:
        return lead_page(record_id, assign=form, status=form.status)
    flash("Assigned.", "success")
    return see(show_lead, record_id=record_id)


def _act(record_id: int, act: Callable[[], Any], said: str) -> Any:
    """An act without anything to fill in; a refusal is said on the page."""
    form = ActForm()
    if submit(form, lambda: act().id) is None:
        flash(" ".join(str(error) for error in form.form_errors) or "Please try again.", "warn")
        return lead_page(record_id, status=form.status)
    flash(said, "success")
    return see(show_lead, record_id=record_id)
