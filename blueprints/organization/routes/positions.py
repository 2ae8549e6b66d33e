"""One position: what it is, who sits in it, who stands in, what it covers."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Response, flash, g, request, url_for

from portal.kernel import clock
from portal.organization import queries, services
from portal.organization.models import Position
from portal.web.auth import needs
from portal.web.forms import ActForm, Form, submit
from portal.web.htmx import go, page, see

from ..forms import CoverTerritories, EditPosition, NameDeputy, TakeSeat, Vacate
from ..pages import crumbs_home, position_page
from . import bp


@bp.get("/organization/new")
@needs("organization.edit")
def new_position() -> Response:
    under = request.args.get("under", type=int)
    boss = queries.get(g.actor, Position, under) if under else None
    return _new_page(
        EditPosition(formdata=None, data={"reports_to_id": under, "unit_id": boss.unit_id if boss else None})
    )


@bp.post("/organization/new")
@needs("organization.edit")
def add_position() -> Any:
    form = EditPosition()
    done = submit(form, lambda: services.add_position(g.actor, form.facts(), form.reports_to_id.data).id)
    if not done:
        return _new_page(form)
    flash("The position is there. Say who sits in it.", "success")
    return go(url_for(".show_position", record_id=done.result))


def _new_page(form: EditPosition) -> Response:
    status = form.status if form.errors else 200
    return page("organization/new.html", status=status, title="New position", crumbs=crumbs_home(), form=form)


@bp.get("/organization/<int:record_id>")
@needs("organization.view")
def show_position(record_id: int) -> Response:
    return position_page(record_id)


def _act(record_id: int, form: Form, act: Callable[[], Any], said: str) -> Any:
    if not submit(form, act, current=lambda: _stored(record_id)):
        return position_page(record_id, form)
    flash(said, "success")
    return see(show_position, record_id=record_id)


def _stored(record_id: int) -> dict[str, Any]:
    position = queries.get(g.actor, Position, record_id)
    form = EditPosition(formdata=None, obj=position)
    return form.values() | {"version": position.version}


@bp.post("/organization/<int:record_id>")
@needs("organization.edit")
def edit_position(record_id: int) -> Any:
    form = EditPosition()

    def act() -> None:
        services.edit_position(g.actor, record_id, form.version.data, form.facts(), form.reports_to_id.data)

    return _act(record_id, form, act, "Saved.")


@bp.post("/organization/<int:record_id>/removal")
@needs("organization.edit")
def remove_position(record_id: int) -> Any:
    form = ActForm()
    if not submit(form, lambda: services.remove_position(g.actor, record_id)):
        return position_page(record_id, form)
    flash("The position is removed.", "success")
    return go(url_for(".list_vacancies"))


@bp.post("/organization/<int:record_id>/seats")
@needs("organization.edit")
def take_seat(record_id: int) -> Any:
    form = TakeSeat()

    def act() -> None:
        leaves = form.leaves_others.data
        services.seat(g.actor, record_id, form.user_id.data, form.starts_on.data, leaves_others=leaves)

    return _act(record_id, form, act, "The seat is taken.")


@bp.post("/organization/<int:record_id>/vacancy")
@needs("organization.edit")
def vacate(record_id: int) -> Any:
    form = Vacate()
    said = "The position is vacant from that day. Its accounts, quota and forecast stay with it."
    return _act(record_id, form, lambda: services.vacate(g.actor, record_id, form.ends_on.data), said)


@bp.post("/organization/<int:record_id>/coverage")
@needs("organization.edit")
def cover(record_id: int) -> Any:
    form = CoverTerritories()
    return _act(record_id, form, lambda: services.cover(g.actor, record_id, form.territories.data or []), "Saved.")


@bp.post("/organization/<int:record_id>/delegations")
@needs("delegations.edit")
def delegate(record_id: int) -> Any:
    queries.authorize_delegation(g.actor, queries.get(g.actor, Position, record_id))
    form = NameDeputy()

    def act() -> None:
        ends_on = form.last_day.data + timedelta(days=1)
        services.delegate(
            g.actor, record_id, form.deputy_id.data, form.first_day.data, ends_on, reason=form.reason.data or ""
        )

    return _act(record_id, form, act, "The deputy is named.")


@bp.post("/organization/<int:record_id>/delegations/<int:delegation_id>/end")
@needs("delegations.edit")
def end_delegation(record_id: int, delegation_id: int) -> Any:
    today = clock.today(g.timezone)
    return _act(
        record_id, ActForm(), lambda: services.end_delegation(g.actor, record_id, delegation_id, today), "Ended."
    )
