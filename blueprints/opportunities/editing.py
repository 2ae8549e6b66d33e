"""Opening deals, changing them, their products."""

from datetime import timedelta
from typing import Any

from flask import Response, flash, g, request, url_for
from wtforms.fields.choices import SelectChoice

from portal.accounts.models import Account
from portal.kernel.errors import NotFound
from portal.opportunities import queries, services
from portal.opportunities.models import Opportunity
from portal.opportunities.states import PROBABILITY
from portal.organization.queries import allows, authorize, get
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, page, see
from portal.web.typed import line

from . import bp
from .forms import ChangeLineForm, ChangeOwner, EditOpportunityForm, LineForm, NewOpportunityForm
from .pages import opportunity_page
from .routes import _crumbs, show_opportunity

PLANNED = timedelta(days=60)


def _contact_choices(account: Account) -> list[SelectChoice]:
    known = [SelectChoice(str(c.id), f"{c.name}, {c.job_title}".rstrip(", ")) for c in account.contacts]
    return [SelectChoice("", "None yet"), *known]


@bp.get("/opportunities/new")
@needs("opportunities.edit")
def new_opportunity() -> Response:
    """First the account, then the rest."""
    wanted = request.args.get("account", "")
    if not wanted.isdigit():
        words = line(request.args.get("find"))[:200]
        return page(
            "opportunities/pick_account.html",
            title="New opportunity",
            crumbs=[("Opportunities", url_for(".show_board"))],
            find=words,
            accounts=queries.accounts_to_pick(g.actor, words),
        )
    account = get(g.actor, Account, int(wanted))
    form = NewOpportunityForm(formdata=None, close_on=queries.business_day() + PLANNED)
    form.contact_id.choices = _contact_choices(account)
    return _new_page(account, form)


def _new_page(account: Account, form: NewOpportunityForm, *, status: int = 200) -> Response:
    return page(
        "opportunities/edit.html",
        status=status,
        title="New opportunity",
        crumbs=[("Opportunities", url_for(".show_board"))],
        account=account,
        form=form,
        action=url_for(".open_opportunity", account=account.id),
        deal=None,
    )


@bp.post("/opportunities/new")
@needs("opportunities.edit")
def open_opportunity() -> Any:
    wanted = request.args.get("account", "")
    if not wanted.isdigit():
        raise NotFound("account.not_found", "Pick an account first.")
    account = get(g.actor, Account, int(wanted))
    form = NewOpportunityForm()
    form.contact_id.choices = _contact_choices(account)
    values = form.values()
    done = submit(form, lambda: services.open_opportunity(g.actor, account_id=int(wanted), **_filled(values)))
    if done:
        flash("Opportunity opened", "success")
        return go(url_for(".show_opportunity", record_id=done.result))
    return _new_page(get(g.actor, Account, int(wanted)), form, status=form.status)


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"amount": values["amount"] or 0}


@bp.get("/opportunities/<int:record_id>/edit")
@needs("opportunities.edit")
def edit_opportunity(record_id: int) -> Response:
    deal = queries.deal(g.actor, record_id)
    form = EditOpportunityForm(formdata=None, data=_current(deal) | {"version": deal.version})
    return _edit_page(deal, form)


def _current(deal: Opportunity) -> dict[str, Any]:
    return {
        "name": deal.name,
        "contact_id": deal.contact_id,
        "amount": deal.amount,
        "close_on": deal.close_on,
        "probability": deal.probability if deal.probability_overridden else None,
        "probability_note": deal.probability_note,
        "need": deal.need,
        "decision_maker_known": deal.decision_maker_known,
        "competitor": deal.competitor,
        "source": deal.source,
    }


def _edit_page(deal: Opportunity, form: EditOpportunityForm, *, status: int = 200) -> Response:
    form.contact_id.choices = _contact_choices(deal.account)
    return page(
        "opportunities/edit.html",
        status=status,
        title=f"Edit {deal.name}",
        crumbs=_crumbs(deal),
        account=deal.account,
        form=form,
        action=url_for(".save_opportunity", record_id=deal.id),
        deal=deal,
        usual_probability=PROBABILITY[deal.stage],
    )


@bp.post("/opportunities/<int:record_id>/edit")
@needs("opportunities.edit")
def save_opportunity(record_id: int) -> Any:
    deal = queries.deal(g.actor, record_id)
    form = EditOpportunityForm()
    form.contact_id.choices = _contact_choices(deal.account)
    values, version = form.values(), form.version.data
    done = submit(
        form,
        lambda: services.edit_opportunity(g.actor, record_id, version, **values),
        current=lambda: _current(queries.deal(g.actor, record_id)),
    )
    if done:
        flash("Saved", "success")
        return see(show_opportunity, record_id=record_id)
    deal = queries.deal(g.actor, record_id)
    if form.conflict:
        form.version.data = form.version.raw_data = None
        form.version.process_data(deal.version)
    return _edit_page(deal, form, status=form.status)


@bp.post("/opportunities/<int:record_id>/lines")
@needs("opportunities.edit")
def add_line(record_id: int) -> Any:
    get(g.actor, Opportunity, record_id)
    form = LineForm()
    if submit(form, lambda: services.add_line(g.actor, record_id, **_line(form))):
        flash("Product added", "success")
        return see(show_opportunity, record_id=record_id)
    return opportunity_page(record_id, status=form.status, line_form=form)


def _line(form: Any) -> dict[str, Any]:
    values: dict[str, Any] = form.values()
    return values | {"discount_percent": values["discount_percent"] or 0}


@bp.get("/opportunities/<int:record_id>/lines/<int:line_id>")
@needs("opportunities.edit")
def edit_line(record_id: int, line_id: int) -> Response:
    deal, line = _deal_line(record_id, line_id)
    form = ChangeLineForm(formdata=None, obj=line)
    return _line_page(deal, line, form)


def _deal_line(record_id: int, line_id: int) -> tuple[Opportunity, Any]:
    deal = queries.deal(g.actor, record_id)
    line = next((one for one in deal.lines if one.id == line_id), None)
    if line is None:
        raise NotFound("line.not_found", "This line is no longer there.")
    return deal, line


def _line_page(deal: Opportunity, line: Any, form: ChangeLineForm, *, status: int = 200) -> Response:
    return page(
        "opportunities/line.html",
        status=status,
        title=line.product.name,
        crumbs=_crumbs(deal),
        deal=deal,
        line=line,
        form=form,
        remove_form=ActForm(formdata=None),
    )


@bp.post("/opportunities/<int:record_id>/lines/<int:line_id>")
@needs("opportunities.edit")
def change_line(record_id: int, line_id: int) -> Any:
    _deal_line(record_id, line_id)
    form = ChangeLineForm()
    if submit(form, lambda: services.change_line(g.actor, record_id, line_id, **_line(form))):
        flash("Line changed", "success")
        return see(show_opportunity, record_id=record_id)
    deal, line = _deal_line(record_id, line_id)
    return _line_page(deal, line, form, status=form.status)


@bp.post("/opportunities/<int:record_id>/lines/<int:line_id>/removal")
@needs("opportunities.edit")
def remove_line(record_id: int, line_id: int) -> Any:
    _deal_line(record_id, line_id)
    form = ActForm()
    if submit(form, lambda: services.remove_line(g.actor, record_id, line_id)):
        flash("Line removed", "success")
        return see(show_opportunity, record_id=record_id)
    return opportunity_page(record_id, status=form.status)


@bp.get("/opportunities/<int:record_id>/owner")
@needs("opportunities.edit")
def edit_owner(record_id: int) -> Response:
    deal = queries.deal(g.actor, record_id)
    authorize(g.actor, "opportunities.edit", deal)
    return _owner_page(deal, ChangeOwner(formdata=None, owner_id=deal.owner_id))


@bp.post("/opportunities/<int:record_id>/owner")
@needs("opportunities.edit")
def change_owner(record_id: int) -> Any:
    deal, form = queries.deal(g.actor, record_id), ChangeOwner()
    if not submit(form, lambda: services.hand_over(g.actor, record_id, form.owner_id.data, form.reason.data)):
        return _owner_page(queries.deal(g.actor, record_id), form)
    flash("The deal has a new owner.", "success")
    kept = allows(g.actor, "opportunities.view", deal)  # who hands over a deal may lose sight of it
    return go(url_for(".show_opportunity", record_id=record_id) if kept else url_for(".show_board"))


def _owner_page(deal: Opportunity, form: ChangeOwner) -> Response:
    status = form.status if form.errors else 200
    return page(
        "opportunities/owner.html", status=status, title="Change owner", crumbs=_crumbs(deal), deal=deal, form=form
    )
