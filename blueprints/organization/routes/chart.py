"""The reporting tree to look at, to print and to rearrange; vacancies and what is planned."""

from typing import Any

from flask import Response, flash, g, request, url_for

from portal.kernel import clock
from portal.kernel.db import transact
from portal.organization import documents, queries, services
from portal.organization.models import Position
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, page, see
from portal.workspace.services import start

from ..forms import MovePosition
from ..pages import crumbs_home, tabs_home
from . import bp

OPEN_UP_TO = 60  # positions; a larger chart starts with its lower levels closed


@bp.get("/organization")
@needs("organization.view")
def show_chart() -> Response:
    tree = queries.chart(clock.today(g.timezone))
    nodes = [node for top in tree for node in top.walk()]
    return page(
        "organization/chart.html",
        title="Organization",
        tabs=tabs_home(),
        tree=tree,
        nodes=nodes,
        all_open=len(nodes) <= OPEN_UP_TO,
        move=ActForm(formdata=None),
    )


@bp.get("/organization/sheets")
@needs("organization.view")
def show_sheets() -> Response:
    """The chart as sheets of paper; the browser prints them as they stand."""
    today = clock.today(g.timezone)
    return page(
        "organization/sheets.html",
        title="Chart on paper",
        crumbs=crumbs_home(),
        tabs=tabs_home(),
        sheets=documents.sheets(queries.chart(today)),
        today=today,
        size="A4" if request.args.get("size") == "A4" else "A3",
        form=ActForm(formdata=None),
    )


@bp.post("/organization/sheets")
@needs("organization.view")
def print_sheets() -> Any:
    size = "A4" if request.form.get("size") == "A4" else "A3"
    done = submit(
        ActForm(),
        lambda: start(g.actor, "chart", f"Organization chart on {size}", {"size": size, "zone": g.timezone}).id,
    )
    if not done:
        return show_sheets()
    return go(url_for("workspace.show_work", work_id=done.result))


@bp.get("/organization/vacancies")
@needs("organization.view")
def list_vacancies() -> Response:
    today = clock.today(g.timezone)
    return page(
        "organization/vacancies.html",
        title="Vacancies",
        crumbs=crumbs_home(),
        tabs=tabs_home(),
        vacancies=queries.vacancies(today),
        planned=queries.planned(today),
        today=today,
        form=ActForm(formdata=None),
    )


@bp.get("/organization/<int:record_id>/move")
@needs("organization.edit")
def pick_superior(record_id: int) -> Response:
    position = queries.get(g.actor, Position, record_id)
    return _move_page(record_id, MovePosition(formdata=None, obj=position))


@bp.post("/organization/<int:record_id>/move")
@needs("organization.edit")
def move_position(record_id: int) -> Any:
    """From the page, or from dropping a card on another."""
    form = MovePosition()
    before: list[int | None] = []

    def act() -> None:
        before.append(services.move_position(g.actor, record_id, form.reports_to_id.data))

    if not submit(form, act):
        return _move_page(record_id, form)
    undo = url_for(".undo_move", record_id=record_id, under=before[0] or None) if before else ""
    flash({"text": "Moved, with everything below", "undo": undo}, "success")  # type: ignore[arg-type]
    return see(show_chart)


@bp.post("/organization/<int:record_id>/move/undo")
@needs("organization.edit")
def undo_move(record_id: int) -> Any:
    under = request.args.get("under", type=int)
    transact(lambda: services.move_position(g.actor, record_id, under))
    flash("Back where it was.", "success")
    return see(show_chart)


def _move_page(record_id: int, form: MovePosition) -> Response:
    position = queries.get(g.actor, Position, record_id)
    status = form.status if form.errors else 200
    crumbs = [*crumbs_home(), (position.title, url_for(".show_position", record_id=record_id))]
    return page("organization/move.html", status=status, title="Move", crumbs=crumbs, form=form, position=position)
