"""Setting, spreading and proposing numbers."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Response, flash, g

from portal.kernel.errors import Refused
from portal.organization.queries import authorize
from portal.targets import queries, services
from portal.targets.models import Node, Plan
from portal.targets.rules import METHODS, Method
from portal.web.auth import needs
from portal.web.forms import Form, act, submit
from portal.web.htmx import go, page

from .. import bp
from ..forms import NumbersForm, ProposalForm, period_names, with_periods, with_shares
from ..pages import Asked, asked, branch_of, shared_context
from .views import crumbs, tree_of

ZERO = Decimal(0)


def _here(record_id: int, permission: str) -> tuple[Node, Plan, Asked]:
    """The part of the tree, if the permission reaches it. Raises NotFound, Forbidden."""
    found, plan = queries.node(g.actor, record_id)
    authorize(g.actor, permission, found)
    return found, plan, asked(plan=plan)


def _sums(months: list[Decimal], count: int) -> dict[str, Decimal]:
    each = 12 // count
    return {name: sum(months[i * each : (i + 1) * each], ZERO) for i, name in enumerate(period_names(count))}


def _in_grid(form: Form, act: Callable[[], Any]) -> Callable[[], Any]:
    """A refusal of a month goes to the field of its period."""

    def run() -> Any:
        try:
            return act()
        except Refused as refused:
            if (refused.field or "").startswith("m") and refused.field not in form:
                month = int((refused.field or "m0")[1:])
                refused.field = next(f"m{m}" for m in range(month, -1, -1) if f"m{m}" in form)
            raise

    return run


@bp.get("/targets/<int:record_id>/numbers")
@needs("targets.edit")
def edit_target(record_id: int) -> Response:
    found, plan, wanted = _here(record_id, "targets.edit")
    branch = branch_of(tree_of(plan, wanted), found.key)
    held = queries.target(found.id, wanted.metric)
    form = with_periods(NumbersForm, wanted.periods)(
        formdata=None, version=held and held.version, stretch_percent=branch.stretch_percent or None,
        **_sums(branch.numbers, len(wanted.periods)),
    )  # fmt: skip
    return _edit_page(found, plan, wanted, form)


@bp.post("/targets/<int:record_id>/numbers")
@needs("targets.edit")
def set_target(record_id: int) -> Any:
    found, plan, wanted = _here(record_id, "targets.edit")
    form = with_periods(NumbersForm, wanted.periods)()

    def act() -> int:
        amounts = [form[name].data for name in period_names(len(wanted.periods))]
        return services.set_periods(
            g.actor, record_id, wanted.metric, amounts, total=form.total.data, version=form.version.data,
            stretch_percent=form.stretch_percent.data or ZERO,
        )  # fmt: skip

    def current() -> dict[str, Any]:
        held = queries.target(record_id, wanted.metric)
        now = branch_of(tree_of(plan, wanted), found.key)
        return _sums(now.numbers, len(wanted.periods)) | {"version": held and held.version}

    if submit(form, _in_grid(form, act), current=current):
        flash(f"Target of {found.name} saved", "success")
        return go(wanted.link(".show_target", record_id=record_id))
    return _edit_page(found, plan, wanted, form, status=form.status)


def _edit_page(found: Node, plan: Plan, wanted: Asked, form: Any, *, status: int = 200) -> Response:
    tree = tree_of(plan, wanted)
    branch, today = branch_of(tree, found.key), queries.today()
    return page(
        "targets/edit.html",
        status=status,
        title=f"Target of {found.name}",
        crumbs=[*crumbs(wanted), (found.name, wanted.link(".show_target", record_id=found.id))],
        node=found,
        branch=branch,
        form=form,
        names=period_names(len(wanted.periods)),
        below=_sums(branch.below, len(wanted.periods)),
        why=queries.evidence(tree, branch, wanted.span, wanted.periods[0], today),
        **shared_context(wanted, tree),
    )


@bp.get("/targets/<int:record_id>/allocation")
@needs("targets.edit")
def plan_allocation(record_id: int) -> Response:
    found, plan, wanted = _here(record_id, "targets.edit")
    form = _allocation(found, plan, wanted, formdata=None)
    return _allocation_page(found, plan, wanted, form)


def _allocation(found: Node, plan: Plan, wanted: Asked, **options: Any) -> Any:
    branch = branch_of(tree_of(plan, wanted), found.key)
    takers = [child for child in branch.children if not queries.is_own(g.actor, child)]
    return with_shares([(child.id or 0, child.name) for child in takers])(**options)


@bp.post("/targets/<int:record_id>/allocation")
@needs("targets.edit")
def allocate(record_id: int) -> Any:
    found, plan, wanted = _here(record_id, "targets.edit")
    form = _allocation(found, plan, wanted)

    def act() -> int:
        shares = {int(f.name[6:]): f.data or ZERO for f in form if f.name.startswith("share_")}
        return services.allocate(
            g.actor, record_id, wanted.metric, Method(form.method.data), over_percent=form.over_percent.data or ZERO,
            shares=shares, deep=form.deep.data,
        )  # fmt: skip

    if done := submit(form, act):
        flash(f"{done.result} targets set", "success")
        return go(wanted.link(".show_target", record_id=record_id))
    return _allocation_page(found, plan, wanted, form, status=form.status)


def _allocation_page(found: Node, plan: Plan, wanted: Asked, form: Any, *, status: int = 200) -> Response:
    tree = tree_of(plan, wanted)
    branch = branch_of(tree, found.key)
    takers = [child for child in branch.children if not queries.is_own(g.actor, child)]
    offers = [
        (name, queries.weights_of(plan, tree, takers, method, {})[0])
        for method, name in METHODS.items()
        if method != Method.SHARES
    ]
    return page(
        "targets/allocation.html",
        status=status,
        title=f"Spread the target of {found.name}",
        crumbs=[*crumbs(wanted), (found.name, wanted.link(".show_target", record_id=found.id))],
        node=found,
        branch=branch,
        takers=takers,
        offers=[(name, _shares(weights)) for name, weights in offers],
        form=form,
        **shared_context(wanted, tree),
    )


def _shares(weights: list[Decimal]) -> list[Decimal]:
    total = sum(weights)
    return [weight / total if total else Decimal(1) / len(weights) for weight in weights]


@bp.get("/targets/<int:record_id>/proposal")
@needs("targets.propose")
def edit_proposal(record_id: int) -> Response:
    found, plan, wanted = _here(record_id, "targets.propose")
    branch = branch_of(tree_of(plan, wanted), found.key)
    held = queries.target(found.id, wanted.metric)
    form = with_periods(ProposalForm, wanted.periods)(
        formdata=None, version=held and held.version, note=held.proposal_note if held else "",
        **_sums(branch.proposed or branch.numbers, len(wanted.periods)),
    )  # fmt: skip
    return _proposal_page(found, plan, wanted, form)


@bp.post("/targets/<int:record_id>/proposal")
@needs("targets.propose")
def propose(record_id: int) -> Any:
    found, plan, wanted = _here(record_id, "targets.propose")
    form = with_periods(ProposalForm, wanted.periods)()

    def act() -> int:
        amounts = [form[name].data for name in period_names(len(wanted.periods))]
        return services.propose(
            g.actor, record_id, wanted.metric, amounts, note=form.note.data, version=form.version.data
        )

    if submit(form, _in_grid(form, act)):
        flash("Your proposal stands beside the target", "success")
        return go(wanted.link(".show_target", record_id=record_id))
    return _proposal_page(found, plan, wanted, form, status=form.status)


def _proposal_page(found: Node, plan: Plan, wanted: Asked, form: Any, *, status: int = 200) -> Response:
    tree = tree_of(plan, wanted)
    branch = branch_of(tree, found.key)
    return page(
        "targets/proposal.html",
        status=status,
        title=f"Propose a target for {found.name}",
        crumbs=[*crumbs(wanted), (found.name, wanted.link(".show_target", record_id=found.id))],
        node=found,
        branch=branch,
        form=form,
        names=period_names(len(wanted.periods)),
        assigned=_sums(branch.numbers, len(wanted.periods)),
        why=queries.evidence(tree, branch, wanted.span, wanted.periods[0], queries.today()),
        **shared_context(wanted, tree),
    )


@bp.post("/targets/<int:record_id>/proposal/acceptance")
@needs("targets.edit")
def accept_proposal(record_id: int) -> Any:
    found, plan, wanted = _here(record_id, "targets.edit")
    return act(
        lambda: services.accept_proposal(g.actor, record_id, wanted.metric),
        f"The proposal is now the target of {found.name}",
        then=lambda: go(wanted.link(".show_target", record_id=record_id)),
    )
