"""Seeing deals and moving them."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, flash, g, request, url_for

from portal.kernel import clock
from portal.kernel.errors import NotFound
from portal.opportunities import queries, services
from portal.opportunities.models import Opportunity
from portal.opportunities.rules import ORDER, is_back
from portal.opportunities.states import OpportunityState, Stage
from portal.organization.queries import get
from portal.web.auth import needs
from portal.web.forms import submit
from portal.web.htmx import go, page, see, wanted_fragment
from portal.web.listing import list_page
from portal.web.records import record_url

from . import bp
from .forms import LoseForm, MoveForm, NextStepForm, ReopenForm, WinForm
from .pages import board_page, opportunity_page


@bp.get("/opportunities")
@needs("opportunities.view")
def list_opportunities() -> Response:
    return list_page(
        "opportunities/list.html",
        queries.LISTING,
        title="All opportunities",
        row_url=lambda deal: record_url("opportunities", deal.id),
        empty="Deals come from qualified leads, or are opened here.",
    )


@bp.get("/opportunities/board")
@needs("opportunities.view")
def show_board() -> Response:
    return board_page()


@bp.get("/opportunities/<int:record_id>")
@needs("opportunities.view")
def show_opportunity(record_id: int) -> Response:
    return opportunity_page(record_id)


def _from_board() -> bool:
    return request.form.get("from") == "board"


@bp.post("/opportunities/<int:record_id>/stage")
@needs("opportunities.edit")
def move_opportunity(record_id: int) -> Any:
    """From the board, the process bar, or the page that asks why it goes back."""
    deal = get(g.actor, Opportunity, record_id)
    form = MoveForm()
    wanted = form.stage.data
    if wanted in ORDER and is_back(deal.stage, wanted) and "reason" not in request.form:
        return go(url_for(".show_move", record_id=record_id, to=wanted))
    name = deal.name
    if submit(form, lambda: services.move_stage(g.actor, record_id, wanted, reason=form.reason.data or "")):
        flash(f"{name} is now in {wanted.capitalize()}", "success")
        return go(url_for(".show_opportunity", record_id=record_id)) if form.reason.data else _after_move(record_id)
    if form.reason.data == "" and wanted in ORDER and is_back(deal.stage, wanted):
        return _move_page(record_id, form, wanted, status=form.status)
    for problem in [*form.form_errors, *(e for errors in form.errors.values() for e in errors)]:
        flash(problem, "warn")
    return board_page(status=form.status) if _from_board() else opportunity_page(record_id, status=form.status)


def _after_move(record_id: int) -> Any:
    """Back where the button was, under the filters that the board had."""
    if not _from_board():
        return see(show_opportunity, record_id=record_id)
    filters = {key: value for key, value in request.args.items() if key in ("owner", "territory")}
    return board_page() if wanted_fragment() == "board" else go(url_for(".show_board", **filters))  # type: ignore[arg-type]


@bp.get("/opportunities/<int:record_id>/stage")
@needs("opportunities.edit")
def show_move(record_id: int) -> Response:
    """Asks why a deal goes back."""
    wanted = request.args.get("to", "")
    if wanted not in ORDER:
        raise NotFound("stage.unknown", "There is no such stage.")
    return _move_page(record_id, MoveForm(formdata=None, stage=Stage(wanted)), Stage(wanted))


def _move_page(record_id: int, form: MoveForm, wanted: Stage, *, status: int = 200) -> Response:
    deal = queries.deal(g.actor, record_id)
    return page(
        "opportunities/move.html",
        status=status,
        title=f"Back to {wanted.capitalize()}",
        crumbs=_crumbs(deal),
        deal=deal,
        form=form,
        wanted=wanted,
    )


def _crumbs(deal: Opportunity) -> list[tuple[str, str]]:
    return [
        ("Opportunities", url_for("opportunities.show_board")),
        (deal.name, url_for("opportunities.show_opportunity", record_id=deal.id)),
    ]


@bp.post("/opportunities/<int:record_id>/next-step")
@needs("opportunities.edit")
def set_next_step(record_id: int) -> Any:
    get(g.actor, Opportunity, record_id)
    form = NextStepForm()
    if submit(
        form,
        lambda: services.set_next_step(
            g.actor, record_id, text=form.text.data, on=form.on.data, version=form.version.data
        ),
    ):
        flash("Next step saved", "success")
        return see(show_opportunity, record_id=record_id)
    return opportunity_page(record_id, status=form.status, step_form=form)


@bp.post("/opportunities/<int:record_id>/next-step/completion")
@needs("opportunities.edit")
def finish_next_step(record_id: int) -> Any:
    get(g.actor, Opportunity, record_id)
    form = NextStepForm()
    del form.text, form.on
    if submit(form, lambda: services.finish_next_step(g.actor, record_id, version=form.version.data)):
        flash("Done. What comes next?", "success")
        return see(show_opportunity, record_id=record_id)
    for problem in form.form_errors:
        flash(problem, "warn")
    return opportunity_page(record_id, status=form.status)


@bp.get("/opportunities/<int:record_id>/closing")
@needs("opportunities.edit")
def show_closing(record_id: int) -> Response:
    """Closing as won or lost (?as=)."""
    deal = queries.deal(g.actor, record_id)
    if request.args.get("as") == "lost":
        return _closing_page(
            record_id, lose_form=LoseForm(formdata=None, version=deal.version, competitor=deal.competitor)
        )
    win_form = WinForm(formdata=None, version=deal.version, actual_revenue=deal.amount, on=queries.business_day())
    return _closing_page(record_id, win_form=win_form)


def _closing_page(record_id: int, *, win_form: Any = None, lose_form: Any = None, status: int = 200) -> Response:
    deal = queries.deal(g.actor, record_id)
    return page(
        "opportunities/closing.html",
        status=status,
        title="Close as won" if win_form else "Close as lost",
        crumbs=_crumbs(deal),
        deal=deal,
        win_form=win_form,
        lose_form=lose_form,
        is_open=deal.state == OpportunityState.OPEN,
    )


@bp.post("/opportunities/<int:record_id>/win")
@needs("opportunities.edit")
def win_opportunity(record_id: int) -> Any:
    get(g.actor, Opportunity, record_id)
    form = WinForm()
    if submit(
        form,
        lambda: services.win(
            g.actor,
            record_id,
            actual_revenue=form.actual_revenue.data,
            at=_moment(form.on.data),
            note=form.note.data,
            version=form.version.data,
        ),
    ):
        flash("Won. The order and the invoice come next.", "success")
        return see(show_opportunity, record_id=record_id)
    return _closing_page(record_id, win_form=form, status=form.status)


def _moment(day: Any) -> datetime:
    """Now, for today; noon at the viewer's place for a day that has passed."""
    if day >= queries.business_day():
        return clock.now()
    return datetime.combine(day, time(12), ZoneInfo(g.timezone)).astimezone(UTC)


@bp.post("/opportunities/<int:record_id>/loss")
@needs("opportunities.edit")
def lose_opportunity(record_id: int) -> Any:
    get(g.actor, Opportunity, record_id)
    form = LoseForm()
    if submit(
        form,
        lambda: services.close_lost(
            g.actor,
            record_id,
            reason=form.reason.data,
            competitor=form.competitor.data,
            note=form.note.data,
            version=form.version.data,
        ),
    ):
        flash("Closed as lost. It can be opened again.", "success")
        return see(show_opportunity, record_id=record_id)
    return _closing_page(record_id, lose_form=form, status=form.status)


@bp.post("/opportunities/<int:record_id>/reopening")
@needs("opportunities.edit")
def reopen_opportunity(record_id: int) -> Any:
    get(g.actor, Opportunity, record_id)
    form = ReopenForm()
    if submit(form, lambda: services.reopen(g.actor, record_id, reason=form.reason.data, version=form.version.data)):
        flash("Open again", "success")
        return see(show_opportunity, record_id=record_id)
    return opportunity_page(record_id, status=form.status, reopen_form=form)
