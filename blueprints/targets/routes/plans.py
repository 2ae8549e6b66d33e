"""Plan versions: drafting, submitting, approving, comparing; the season and the shape of the tree."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from flask import Response, flash, g, request, url_for

from portal.kernel.errors import NotFound
from portal.targets import queries, services
from portal.targets.models import Plan
from portal.targets.queries import Branch
from portal.targets.rules import parts
from portal.targets.states import PlanState, Span
from portal.web.auth import needs
from portal.web.forms import ActForm, act, submit
from portal.web.htmx import go, page

from .. import bp
from ..forms import DraftForm, MoveForm, season_form
from ..pages import asked, shared_context, years
from .views import tree_of


def _year() -> date:
    try:
        return queries.fiscal_year_of(date.fromisoformat(request.args.get("year", ""))).starts_on
    except ValueError:
        return queries.this_year().starts_on


@bp.get("/targets/plans")
@needs("target_plans.view")
def list_plans() -> Response:
    return _list_page(_draft_form(_year(), formdata=None), _year())


def _draft_form(starts_on: date, **options: Any) -> DraftForm:
    form = DraftForm(**options)
    form.offer(parts(queries.fiscal_year_of(starts_on), Span.MONTH))
    return form


def _list_page(form: DraftForm, starts_on: date, *, status: int = 200) -> Response:
    plans = queries.plans_of(g.actor, starts_on)
    return page(
        "targets/plans.html",
        status=status,
        title="Plan versions",
        crumbs=[("Targets", url_for(".show_targets", year=starts_on.isoformat()))],
        plans=plans,
        year=queries.fiscal_year_of(starts_on),
        years=years(),
        form=form,
        changing=any(one.state == PlanState.APPROVED for one in plans),
        is_open=any(one.state in (PlanState.DRAFT, PlanState.SUBMITTED) for one in plans),
    )


@bp.post("/targets/plans")
@needs("target_plans.edit")
def draft_plan() -> Any:
    starts_on = _year()
    form = _draft_form(starts_on)

    def act() -> int:
        return services.draft_plan(g.actor, starts_on, effective_on=form.day, reason=form.reason.data)

    if done := submit(form, act):
        flash("The new version is a draft. Nothing counts before it is approved", "success")
        return go(url_for(".show_plan", plan_id=done.result))
    return _list_page(form, starts_on, status=form.status)


@bp.get("/targets/plans/<int:plan_id>")
@needs("target_plans.view")
def show_plan(plan_id: int) -> Response:
    plan = queries.plan(g.actor, plan_id)
    names = [f"month_{i}" for i in range(12)]
    form = _season(plan)(
        formdata=None, version=plan.version, **dict(zip(names, queries.seasonality(plan), strict=True))
    )
    return _plan_page(plan, form)


def _season(plan: Plan) -> Any:
    return season_form([one.name for one in parts(queries.year_of(plan), Span.MONTH)])


def _plan_page(plan: Plan, form: Any, *, move: MoveForm | None = None, status: int = 200) -> Response:
    wanted = asked(plan=plan)
    tree = tree_of(plan, wanted)
    branches = [branch for branch in tree.walk() if branch.id]
    return page(
        "targets/plan.html",
        status=status,
        title=f"Version {plan.number}",
        crumbs=[
            ("Targets", url_for(".show_targets", plan=plan.id)),
            ("Plan versions", url_for(".list_plans", year=plan.starts_on.isoformat())),
        ],
        form=form,
        act_form=ActForm(formdata=None),
        branches=branches,
        move=move or MoveForm(formdata=None),
        others=[one for one in queries.plans_of(g.actor, plan.starts_on) if one.id != plan.id],
        changed=[plan],
        **shared_context(wanted, tree),
    )


@bp.post("/targets/plans/<int:plan_id>/season")
@needs("target_plans.edit")
def set_season(plan_id: int) -> Any:
    plan = queries.plan(g.actor, plan_id)
    form = _season(plan)()

    def act() -> None:
        percents = [Decimal(form[f"month_{i}"].data) for i in range(12)]
        services.set_seasonality(g.actor, plan_id, percents, form.version.data)

    if submit(form, act):
        flash("The season is saved. Numbers already set stay as they are", "success")
        return go(url_for(".show_plan", plan_id=plan_id))
    return _plan_page(queries.plan(g.actor, plan_id), form, status=form.status)


def _act(plan_id: int, do: Callable[[], Any], said: str) -> Any:
    """One button on a plan's page; a refusal is told there."""
    queries.plan(g.actor, plan_id)
    return act(do, said, then=lambda: go(url_for(".show_plan", plan_id=plan_id)))


@bp.post("/targets/plans/<int:plan_id>/submission")
@needs("target_plans.edit")
def submit_plan(plan_id: int) -> Any:
    return _act(plan_id, lambda: services.submit_plan(g.actor, plan_id), "Submitted: leadership can approve it now")


@bp.post("/targets/plans/<int:plan_id>/return")
@needs("target_plans.edit")
def return_plan(plan_id: int) -> Any:
    return _act(plan_id, lambda: services.return_plan(g.actor, plan_id), "Back to draft")


@bp.post("/targets/plans/<int:plan_id>/approval")
@needs("target_plans.approve")
def approve_plan(plan_id: int) -> Any:
    return _act(plan_id, lambda: services.approve_plan(g.actor, plan_id), "Approved: these targets count from now on")


@bp.post("/targets/plans/<int:plan_id>/organization")
@needs("target_plans.edit")
def take_in_organization(plan_id: int) -> Any:
    return _act(
        plan_id, lambda: services.take_in_organization(g.actor, plan_id), "The tree has everybody who carries quota now"
    )


@bp.post("/targets/plans/<int:plan_id>/discard")
@needs("target_plans.edit")
def discard_plan(plan_id: int) -> Any:
    starts_on = queries.plan(g.actor, plan_id).starts_on
    return act(
        lambda: services.discard_plan(g.actor, plan_id),
        "The draft is thrown away",
        then=lambda: go(url_for(".list_plans", year=starts_on.isoformat())),
    )


@bp.post("/targets/<int:record_id>/parent")
@needs("target_plans.edit")
def move_node(record_id: int) -> Any:
    found, plan = queries.node(g.actor, record_id)
    form = MoveForm()
    form.parent_id.choices = [(b.id, b.name) for b in tree_of(plan, asked(plan=plan)).walk() if b.id]
    if submit(form, lambda: services.move_node(g.actor, record_id, form.parent_id.data)):
        flash(f"{found.name} moved", "success")
        return go(url_for(".show_plan", plan_id=plan.id))
    empty = _season(plan)(formdata=None, version=plan.version)
    return _plan_page(plan, empty, move=form, status=form.status)


@bp.get("/targets/plans/<int:plan_id>/comparison")
@needs("target_plans.view")
def compare_plans(plan_id: int) -> Response:
    plan = queries.plan(g.actor, plan_id)
    others = [one for one in queries.plans_of(g.actor, plan.starts_on) if one.id != plan.id]
    number = request.args.get("with", "")
    other = next((one for one in others if str(one.id) == number), others[0] if others else None)
    if other is None:
        raise NotFound("target_plan.alone", "There is no other version of this year.")
    wanted = asked(plan=plan)
    tree, before = tree_of(plan, wanted), tree_of(other, wanted)
    return page(
        "targets/comparison.html",
        title=f"Version {plan.number} beside version {other.number}",
        crumbs=[
            ("Targets", url_for(".show_targets", plan=plan.id)),
            (f"Version {plan.number}", url_for(".show_plan", plan_id=plan.id)),
        ],
        other=other,
        others=others,
        rows=_compared(list(tree.walk()), {branch.key: branch for branch in before.walk()}),
        **shared_context(wanted, tree),
    )


def _compared(now: list[Branch], before: dict[str, Branch]) -> list[tuple[Branch, Decimal, Decimal]]:
    """Part, number in the other version and here; parts that are gone stand at the end."""
    zero = Decimal(0)
    rows = [(b, before[b.key].year if b.key in before else zero, b.year) for b in now]
    here = {branch.key for branch in now}
    return rows + [(b, b.year, zero) for key, b in before.items() if key not in here]
