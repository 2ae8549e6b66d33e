"""Seeing targets: the whole tree, and one part of it."""

from flask import Response, g

from portal.kernel import audit
from portal.organization.queries import allows
from portal.targets import queries
from portal.targets.models import Node, Plan
from portal.targets.queries import Branch, Tree
from portal.targets.rules import period
from portal.targets.states import PlanState
from portal.web.auth import needs
from portal.web.htmx import page

from .. import bp
from ..forms import METRICS
from ..pages import Asked, asked, branch_of, chart, lines, pipeline_url, shared_context


@bp.get("/targets")
@needs("targets.view")
def show_targets() -> Response:
    wanted = asked()
    tree = queries.tree(g.actor, wanted.year.starts_on, wanted.metric, plan=wanted.plan)
    today = queries.today()
    now = period(wanted.span, min(max(today, wanted.year.starts_on), wanted.year.last_day), wanted.year.starts_on.month)
    top = tree.tops[0] if len(tree.tops) == 1 else None
    plans = queries.plans_of(g.actor, wanted.year.starts_on) if g.actor.may("target_plans.view") else []
    return page(
        "targets/targets.html",
        title="Targets",
        lines=lines(tree, tree.tops, wanted, today) if tree.tops else [],
        top=top,
        now=now,
        chart=chart(tree, top, today) if top else None,
        plans=plans,
        open_plan=next((one for one in plans if one.state in (PlanState.DRAFT, PlanState.SUBMITTED)), None),
        pipeline=sum(queries.pipeline(top.everyone(), [now])) if top else 0,
        pipeline_url=pipeline_url(top, now) if top else "",
        **shared_context(wanted, tree),
    )


@bp.get("/targets/<int:record_id>")
@needs("targets.view")
def show_target(record_id: int) -> Response:
    found, plan = queries.node(g.actor, record_id)
    return target_page(found, plan, asked(plan=plan))


def target_page(found: Node, plan: Plan, wanted: Asked) -> Response:
    today = queries.today()
    tree = queries.tree(g.actor, plan.starts_on, wanted.metric, plan=plan)
    branch = branch_of(tree, found.key)
    around = period(wanted.span, min(max(today, plan.starts_on), wanted.year.last_day), plan.starts_on.month)
    held = queries.target(found.id, wanted.metric)
    return page(
        "targets/target.html",
        title=found.name,
        crumbs=crumbs(wanted),
        node=found,
        branch=branch,
        line=lines(tree, [branch], wanted, today)[0],
        lines=lines(tree, [branch], wanted, today)[1:],
        now=around,
        attained=tree.attained(branch, around, today),
        chart=chart(tree, branch, today),
        held=held,
        why=queries.evidence(tree, branch, wanted.span, around, today),
        pipeline_url=pipeline_url(branch, around),
        changes=audit.history("targets", found.id, 20),
        all_metrics=every_metric(found, plan),
        **acts(found, plan, branch),
        **shared_context(wanted, tree),
    )


def crumbs(wanted: Asked) -> list[tuple[str, str]]:
    return [("Targets", wanted.link(".show_targets", **({"plan": wanted.plan.id} if wanted.plan else {})))]


def every_metric(found: Node, plan: Plan) -> list[tuple[str, str]]:
    return [(metric.value, name) for metric, name in METRICS.items()]


def acts(found: Node, plan: Plan, branch: Branch) -> dict[str, bool]:
    """What this person may do here now."""
    draft = plan.state == PlanState.DRAFT
    below = draft and allows(g.actor, "targets.edit", found)
    return {
        "may_set": below and not queries.is_own(g.actor, found),
        "may_spread": below and bool(branch.children),
        "may_propose": draft and allows(g.actor, "targets.propose", found),
    }


def tree_of(plan: Plan, wanted: Asked) -> Tree:
    return queries.tree(g.actor, plan.starts_on, wanted.metric, plan=plan)
