"""Accounts that sell for us."""

from typing import Any

from flask import Response, flash, g, url_for

from portal.accounts.queries import account_named
from portal.channels import queries, services
from portal.channels.models import Partner
from portal.organization.queries import business_day
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go, page
from portal.web.listing import list_page

from ..forms import EditPartnerForm, NewPartnerForm, PartnerForm
from . import bp

EMPTY = "A partner is an account that sells for us: it registers deals and is credited with them."


@bp.get("/partners")
@needs("partners.view")
def list_partners() -> Response:
    return list_page("channels/partners.html", queries.PARTNERS, title="Partners", row_url=_url, empty=EMPTY)


def _url(row: Any) -> str:
    return url_for("channels.show_partner", record_id=row.id)


@bp.get("/partners/<int:record_id>")
@needs("partners.view")
def show_partner(record_id: int) -> Response:
    found = queries.partner(g.actor, record_id)
    return page(
        "channels/partner.html",
        title=found.account.name,
        crumbs=[("Partners", url_for(".list_partners"))],
        found=found,
        registered=queries.registrations_of(g.actor, record_id),
        today=business_day(),
    )


@bp.get("/partners/new")
@needs("partners.edit")
def new_partner() -> Response:
    return _edit(NewPartnerForm(formdata=None, data={"since": business_day()}), "New partner")


@bp.post("/partners/new")
@needs("partners.edit")
def create_partner() -> Any:
    form = NewPartnerForm()

    def add() -> int:
        account = account_named(g.actor, form.account.data)
        return services.add_partner(g.actor, account_id=account.id, **form.values("account"))

    done = submit(form, add)
    if done is None:
        return _edit(form, "New partner")
    flash("Partner added", "success")
    return go(url_for(".show_partner", record_id=done.result))


@bp.get("/partners/<int:record_id>/edit")
@needs("partners.edit")
def edit_partner(record_id: int) -> Response:
    found = queries.partner(g.actor, record_id)
    return _edit(EditPartnerForm(formdata=None, data=_stored(found)), f"Edit {found.account.name}")


@bp.post("/partners/<int:record_id>/edit")
@needs("partners.edit")
def change_partner(record_id: int) -> Any:
    title = f"Edit {queries.partner(g.actor, record_id).account.name}"
    form = EditPartnerForm()
    done = submit(
        form,
        lambda: services.change_partner(g.actor, record_id, form.version.data, **form.values()),
        current=lambda: _stored(queries.partner(g.actor, record_id)),
    )
    if done is None:
        return _edit(form, title)
    flash("Partner saved", "success")
    return go(url_for(".show_partner", record_id=record_id))


def _stored(found: Partner) -> dict[str, Any]:
    names = ("channel_id", "level", "margin_percent", "since", "ended_on", "note", "version")
    return {name: getattr(found, name) for name in names}


def _edit(form: PartnerForm, title: str) -> Response:
    status = form.status if form.errors or form.conflict else 200
    crumbs = [("Partners", url_for(".list_partners"))]
    return page("layout/edit.html", status=status, title=title, crumbs=crumbs, form=form)
