"""Deals that partners register: taking them in, deciding, opening the deal."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, g, request, url_for

from portal.channels import queries, services
from portal.opportunities.services import open_from_registration
from portal.organization.queries import allows, business_day
from portal.web.auth import needs
from portal.web.forms import ActForm, act, submit
from portal.web.htmx import go, page, see
from portal.web.listing import list_page

from ..forms import DecideForm, RegistrationForm
from . import bp

EMPTY = "When a partner tells you of a customer first, register it here: it is then protected for a while."


@bp.get("/registrations")
@needs("registrations.view")
def list_registrations() -> Response:
    return list_page(
        "channels/registrations.html", queries.REGISTRATIONS, title="Deal registrations", row_url=_url, empty=EMPTY
    )


def _url(row: Any) -> str:
    return url_for("channels.show_registration", record_id=row.id)


@bp.get("/registrations/new")
@needs("registrations.edit")
def new_registration() -> Response:
    asked = {"partner_id": request.args.get("partner", type=int)}
    return _new(RegistrationForm(formdata=None, data=asked))


@bp.post("/registrations/new")
@needs("registrations.edit")
def submit_registration() -> Any:
    form = RegistrationForm().offer(business_day())
    done = submit(form, lambda: services.submit_registration(g.actor, **form.values()))
    if done is None:
        return _new(form)
    flash("Deal registered", "success")
    return go(url_for(".show_registration", record_id=done.result))


def _new(form: RegistrationForm) -> Response:
    crumbs = [("Deal registrations", url_for(".list_registrations"))]
    status = form.status if form.errors else 200
    return page(
        "layout/edit.html", status=status, title="Register a deal", crumbs=crumbs, form=form.offer(business_day())
    )


@bp.get("/registrations/<int:record_id>")
@needs("registrations.view")
def show_registration(record_id: int) -> Response:
    return _show(record_id)


def _show(record_id: int, form: DecideForm | None = None) -> Response:
    found = queries.registration(g.actor, record_id)
    decides = found.state == "submitted" and allows(g.actor, "registrations.decide", found)
    return page(
        "channels/registration.html",
        status=form.status if form and (form.errors or form.conflict) else 200,
        title=found.customer,
        crumbs=[("Deal registrations", url_for(".list_registrations"))],
        found=found,
        decides=decides,
        conflicts=queries.conflicts(found, business_day()) if decides else [],
        form=form or DecideForm(formdata=None, data={"version": found.version}),
        act_form=ActForm(formdata=None),
    )


@bp.post("/registrations/<int:record_id>/approval")
@needs("registrations.decide")
def approve(record_id: int) -> Any:
    return _decide(
        record_id,
        lambda form: services.approve(
            g.actor, record_id, form.version.data, until=form.until.data, reason=form.reason.data
        ),
        "Registration approved",
    )


@bp.post("/registrations/<int:record_id>/rejection")
@needs("registrations.decide")
def reject(record_id: int) -> Any:
    return _decide(
        record_id,
        lambda form: services.reject(g.actor, record_id, form.version.data, reason=form.reason.data),
        "Registration rejected",
    )


def _decide(record_id: int, act: Callable[[DecideForm], None], said: str) -> Any:
    queries.registration(g.actor, record_id)
    form = DecideForm()
    if not submit(
        form, lambda: act(form), current=lambda: {"version": queries.registration(g.actor, record_id).version}
    ):
        return _show(record_id, form)
    flash(said, "success")
    return see(show_registration, record_id=record_id)


@bp.post("/registrations/<int:record_id>/withdrawal")
@needs("registrations.edit")
def withdraw(record_id: int) -> Any:
    queries.registration(g.actor, record_id)
    return act(
        lambda: services.withdraw(g.actor, record_id),
        "Registration withdrawn",
        then=lambda: see(show_registration, record_id=record_id),
    )


@bp.post("/registrations/<int:record_id>/opportunity")
@needs("opportunities.edit")
def open_deal(record_id: int) -> Any:
    queries.registration(g.actor, record_id)
    form = ActForm()
    done = submit(form, lambda: open_from_registration(g.actor, record_id))
    if done is None:
        flash(form.form_errors[0] if form.form_errors else "Please try again", "warn")
        return see(show_registration, record_id=record_id)
    flash("Opportunity opened", "success")
    return go(url_for("opportunities.show_opportunity", record_id=done.result))
