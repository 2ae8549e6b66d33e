"""The six steps of a year, whether they work, and what the figures suggest."""

from typing import Any

from flask import Response, flash, g, request, url_for

from portal.kernel.errors import NotFound
from portal.strategy import queries, services
from portal.strategy.models import StrategyStep
from portal.strategy.rules import axis
from portal.strategy.states import STATES, STEPS, Step, StepState
from portal.targets.queries import currency, today
from portal.web.auth import needs
from portal.web.forms import ActForm, submit
from portal.web.htmx import go, page

from ..forms import EditStep, MoveStep
from ..pages import link, plotting, year_beginning, years
from . import bp


@bp.get("/strategy")
@needs("strategy.view")
def show_home() -> Response:
    return _home(request.args.get("year", type=int))


def _home(year: int | None, refused: MoveStep | None = None) -> Response:
    span, day = year_beginning(year), today()
    plan = queries.capacity(g.actor, span.starts_on) if g.actor.may("capacity.view") else None
    quarters = queries.productivity(g.actor)
    most = max((one.per_seller or 0 for one in quarters), default=0)
    return page(
        "strategy/home.html",
        status=refused.status if refused else 200,
        title=f"Strategy, {span.name}",
        year=span,
        years=years(),
        today=day,
        currency=currency(),
        steps=queries.steps(g.actor, span.starts_on, day),
        states=STATES,
        alignment=queries.alignment(g.actor, span.starts_on),
        quarters=quarters,
        top=axis(most),  # type: ignore[arg-type]
        rewards=queries.rewards(g.actor, span.starts_on),
        findings=queries.findings(g.actor, day, plan),
        plan=plan,
        link=link,
        form=ActForm(formdata=None),
        refused=refused,
        **plotting(),
    )


@bp.get("/strategy/<int:year>/<step>")
@needs("strategy.edit")
def edit_step(year: int, step: str) -> Response:
    row = _row(year, step)
    return _step_page(year, step, EditStep(formdata=None, obj=row))


def _row(year: int, step: str) -> StrategyStep | None:
    if step not in list(Step):
        raise NotFound("strategy.no_step", "There is no such step.")
    return queries.step_row(year_beginning(year).starts_on, Step(step))


def _step_page(year: int, step: str, form: EditStep) -> Response:
    crumbs = [("Strategy", url_for(".show_home", year=year))]
    status = form.status if form.errors or form.conflict else 200
    return page(
        "strategy/step.html", status=status, title=STEPS[Step(step)], crumbs=crumbs, year=year, step=step, form=form
    )


@bp.post("/strategy/<int:year>/<step>")
@needs("strategy.edit")
def save_step(year: int, step: str) -> Any:
    _row(year, step)
    form, starts_on = EditStep(), year_beginning(year).starts_on

    def act() -> None:
        services.edit_step(g.actor, starts_on, Step(step), form.version.data, **form.values())

    def stored() -> dict[str, Any]:
        row = _row(year, step)
        return EditStep(formdata=None, obj=row).values() | {"version": row.version if row else None}

    if not submit(form, act, current=stored):
        return _step_page(year, step, form)
    flash("Saved.", "success")
    return go(url_for(".show_home", year=year))


@bp.post("/strategy/<int:year>/<step>/state")
@needs("strategy.edit")
def move_step(year: int, step: str) -> Any:
    """`state` comes from the button, or from the address that takes a move back."""
    _row(year, step)
    form = MoveStep(request.values)
    before: list[StepState] = []

    def act() -> None:
        state = form.state.data
        before.append(services.move_step(g.actor, year_beginning(year).starts_on, Step(step), state))

    if not submit(form, act):
        return _home(year, form)
    undo = url_for(".move_step", year=year, step=step, state=before[0]) if before else ""
    said = f"{STEPS[Step(step)]}: {STATES[form.state.data].lower()}"
    flash({"text": said, "undo": undo}, "success")  # type: ignore[arg-type]
    return go(url_for(".show_home", year=year))
