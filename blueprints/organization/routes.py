"""The chart of positions, and the company itself."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, g, request, url_for
from flask_wtf import FlaskForm

from portal.kernel import clock, files
from portal.kernel.errors import NotFound
from portal.organization import queries, services
from portal.organization.models import Position
from portal.organization.rules import picture_kind
from portal.web.auth import needs, public
from portal.web.forms import ActForm, Form, submit
from portal.web.htmx import go, page, see

from .forms import CoverTerritories, EditCompany, EditPosition, TakeSeat, UploadLogo, Vacate

bp = Blueprint("organization", __name__)


@bp.get("/organization")
@needs("organization.view")
def show_chart() -> Response:
    tree = queries.chart(clock.today(g.timezone))
    return page("organization/chart.html", title="Organization", tree=tree)


@bp.get("/organization/new")
@needs("organization.edit")
def new_position() -> Response:
    under = request.args.get("under", type=int)
    return _new_page(EditPosition(formdata=None, data={"reports_to_id": under}))


@bp.post("/organization/new")
@needs("organization.edit")
def add_position() -> Any:
    form = EditPosition()
    done = submit(form, lambda: services.add_position(g.actor, **form.values()).id)
    if not done:
        return _new_page(form)
    flash("The position is there. Say who sits in it.", "success")
    return go(url_for(".show_position", record_id=done.result))


def _new_page(form: EditPosition) -> Response:
    status = form.status if form.errors else 200
    return page("organization/new.html", status=status, title="New position", crumbs=_crumbs(), form=form)


@bp.get("/organization/<int:record_id>")
@needs("organization.view")
def show_position(record_id: int) -> Response:
    return _position_page(record_id)


def _position_page(record_id: int, *sent: FlaskForm) -> Response:
    """The position; `sent` is the form that was refused, shown again with what was typed."""
    position = queries.get(g.actor, Position, record_id)
    today = clock.today(g.timezone)
    forms: dict[type, FlaskForm] = {
        EditPosition: EditPosition(formdata=None, obj=position),
        TakeSeat: TakeSeat(formdata=None, data={"starts_on": today}),
        Vacate: Vacate(formdata=None, data={"ends_on": today}),
        CoverTerritories: CoverTerritories(formdata=None, data={"territories": queries.covered_by(record_id)}),
    } | {type(form): form for form in sent}
    return page(
        "organization/position.html",
        status=sent[0].status if sent else 200,
        title=position.title,
        crumbs=_crumbs(),
        position=position,
        seats=queries.seats_in(record_id),
        today=today,
        form=forms[EditPosition],
        seat_form=forms[TakeSeat],
        vacate=forms[Vacate],
        cover=forms[CoverTerritories],
    )


def _crumbs() -> list[tuple[str, str]]:
    return [("Organization", url_for(".show_chart"))]


def _act(record_id: int, form: Form, act: Callable[[], Any], said: str) -> Any:
    if not submit(form, act, current=lambda: _stored(record_id)):
        return _position_page(record_id, form)
    flash(said, "success")
    return see(show_position, record_id=record_id)


def _stored(record_id: int) -> dict[str, Any]:
    position = queries.get(g.actor, Position, record_id)
    return {name: getattr(position, name) for name in ("title", "reports_to_id", "carries_quota")}


@bp.post("/organization/<int:record_id>")
@needs("organization.edit")
def edit_position(record_id: int) -> Any:
    form = EditPosition()

    def act() -> None:
        services.edit_position(g.actor, record_id, form.version.data, **form.values())

    return _act(record_id, form, act, "Saved.")


@bp.post("/organization/<int:record_id>/seats")
@needs("organization.edit")
def take_seat(record_id: int) -> Any:
    form = TakeSeat()

    def act() -> None:
        services.seat(g.actor, record_id, form.user_id.data, form.starts_on.data)

    return _act(record_id, form, act, "The seat is taken.")


@bp.post("/organization/<int:record_id>/vacancy")
@needs("organization.edit")
def vacate(record_id: int) -> Any:
    form = Vacate()
    return _act(
        record_id, form, lambda: services.vacate(g.actor, record_id, form.ends_on.data), "The position is vacant."
    )


@bp.post("/organization/<int:record_id>/coverage")
@needs("organization.edit")
def cover(record_id: int) -> Any:
    form = CoverTerritories()
    return _act(record_id, form, lambda: services.cover(g.actor, record_id, form.territories.data or []), "Saved.")


@bp.get("/company")
@needs("company.edit")
def show_company() -> Response:
    return _company_page(EditCompany(formdata=None, obj=queries.company()), UploadLogo(formdata=None))


@bp.post("/company")
@needs("company.edit")
def edit_company() -> Any:
    form = EditCompany()

    def act() -> None:
        services.edit_company(g.actor, form.version.data, **form.values())

    if not submit(form, act, current=_company_facts):
        return _company_page(form, UploadLogo(formdata=None))
    flash("Saved. Documents made from now on carry it.", "success")
    return see(show_company)


def _company_facts() -> dict[str, Any]:
    company = queries.company()
    return {name: value for name, value in vars(company).items() if not name.startswith("_")}


@bp.post("/company/logo")
@needs("company.edit")
def replace_logo() -> Any:
    form = UploadLogo()
    content = form.logo.data.read() if form.logo.data else b""
    if not submit(form, lambda: services.replace_logo(g.actor, content)):
        return _company_page(EditCompany(formdata=None, obj=queries.company()), form)
    flash("The logo is stored.", "success")
    return see(show_company)


@bp.post("/company/logo/removal")
@needs("company.edit")
def remove_logo() -> Any:
    if submit(ActForm(), lambda: services.remove_logo(g.actor)):
        flash("The logo is removed.", "success")
    return see(show_company)


def _company_page(form: EditCompany, logo: UploadLogo) -> Response:
    refused = [f for f in (form, logo) if f.errors]
    status = refused[0].status if refused else 200
    return page(
        "organization/company.html", status=status, title="Company", form=form, logo=logo, company=queries.company()
    )


@bp.get("/company/logo")
@public
def show_logo() -> Response:
    """Public: mails and customer pages show it."""
    company = queries.company()
    if company is None or company.logo_key is None:
        raise NotFound("company.no_logo", "There is no logo.")
    content = files.read(company.logo_key)
    answer = Response(content, mimetype=picture_kind(content) or "application/octet-stream")
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # a mail program may show it
    answer.headers["Cache-Control"] = "public, max-age=300"
    return answer
