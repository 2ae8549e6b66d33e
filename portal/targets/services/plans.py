"""Plan versions: drafted, submitted, approved, superseded."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import func, insert, literal, select, update
from sqlalchemy.orm import aliased

from portal.kernel import audit, clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused, Stale
from portal.kernel.states import check_move
from portal.organization.queries import authorize, company, get

from ..models import Node, Plan, Target, TargetMonth
from ..queries import counting_plan, currency, organization_tree, year_start
from ..queries.plans import plan as plan_of
from ..rules import Part, check_season, even_season, fiscal_year
from ..states import MOVES, PlanState


def draft_plan(actor: Actor, day: date, *, effective_on: date | None = None, reason: str = "") -> int:
    """The next version for the fiscal year of the day: a copy of the approved one, else empty. Raises Refused."""
    authorize(actor, "target_plans.edit")
    year = fiscal_year(day, year_start())
    effective_on = effective_on or year.starts_on
    if not year.starts_on <= effective_on < year.ends_on or effective_on.day != 1:
        raise Refused("target_plan.effective", f"Give the first day of a month in {year.name}.", "effective_on")
    before = counting_plan(year.starts_on)
    if before is not None and not reason.strip():
        raise Refused("target_plan.reason", "Say why the approved targets change.", "reason")
    last = db.session.scalar(select(func.max(Plan.number)).where(Plan.starts_on == year.starts_on))
    made = Plan(
        starts_on=year.starts_on, ends_on=year.ends_on, number=(last or 0) + 1, effective_on=effective_on,
        currency=before.currency if before else currency(), reason=reason.strip(), created_by=actor.name,
        seasonality=before.seasonality if before else [str(percent) for percent in even_season()],
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    if before:
        _copy(before.id, made.id)
    else:
        _plant(made.id)
    return made.id


def take_in_organization(actor: Actor, plan_id: int) -> int:
    """Teams, territories and positions that the tree does not have yet. Returns how many."""
    authorize(actor, "target_plans.edit")
    return _plant(open_plan(actor, plan_id).id)


def set_seasonality(actor: Actor, plan_id: int, percents: Sequence[Decimal], version: int | None) -> None:
    """By which numbers given for longer periods are spread from now on. Raises Refused."""
    authorize(actor, "target_plans.edit")
    found = open_plan(actor, plan_id)
    found.expect(version)
    check_season(percents)
    found.seasonality = [str(percent) for percent in percents]


def submit_plan(actor: Actor, plan_id: int) -> None:
    authorize(actor, "target_plans.edit")
    found = _movable(actor, plan_id, PlanState.SUBMITTED)
    if not db.session.scalar(select(Target.id).join(Node).where(Node.plan_id == plan_id).limit(1)):
        raise Refused("target_plan.empty", "There are no targets in this version yet.")
    found.state, found.submitted_at, found.submitted_by = PlanState.SUBMITTED, clock.now(), actor.name


def return_plan(actor: Actor, plan_id: int) -> None:
    """Back to draft, for further work."""
    authorize(actor, "target_plans.edit")
    found = _movable(actor, plan_id, PlanState.DRAFT)
    found.state, found.submitted_at, found.submitted_by = PlanState.DRAFT, None, ""


def approve_plan(actor: Actor, plan_id: int) -> None:
    """From now on it counts; the version before is superseded."""
    authorize(actor, "target_plans.approve")
    found = _movable(actor, plan_id, PlanState.APPROVED)
    if before := counting_plan(found.starts_on):
        before.state = PlanState.SUPERSEDED
        db.session.flush()
    found.state, found.approved_at, found.approved_by = PlanState.APPROVED, clock.now(), actor.name


def discard_plan(actor: Actor, plan_id: int) -> None:
    """A draft that is not wanted. Its numbers go with it."""
    authorize(actor, "target_plans.edit")
    db.session.delete(open_plan(actor, plan_id))


def open_plan(actor: Actor, plan_id: int) -> Plan:
    """The plan, locked, if it is a draft. Raises Stale."""
    found = plan_of(actor, plan_id, lock=True)
    return check_open(found)


def check_open(found: Plan) -> Plan:
    """Raises Stale unless the plan is a draft."""
    if found.state != PlanState.DRAFT:
        raise Stale(
            "target_plan.closed",
            f"Version {found.number} is {found.state}, so its targets stay. Make a new version to change them.",
        )
    return found


def _movable(actor: Actor, plan_id: int, state: PlanState) -> Plan:
    found = get(actor, Plan, plan_id, lock=True)
    check_move(MOVES, found.state, state, noun="plan")
    return found


def _plant(plan_id: int) -> int:
    home = company()
    there = set(db.session.scalars(select(Node.key).where(Node.plan_id == plan_id)))
    parts = [part for part in organization_tree(home.name if home else "") if part.key not in there]
    insert_parts(plan_id, parts)
    if parts:
        audit.record("target_plans", plan_id, "took in the organization", parts=[0, len(parts)])
    return len(parts)


def insert_parts(plan_id: int, parts: Sequence[Part]) -> None:
    """Nodes, each below its parent, whether that is new too or there already."""
    if not parts:
        return
    db.session.execute(
        insert(Node),
        [
            {"plan_id": plan_id, "key": part.key, "kind": part.kind, "name": part.name, "owner_id": part.owner_id}
            | {"territory_id": part.territory_id, "path": "/"}
            for part in parts
        ],
    )
    _join(plan_id, {part.key: part.parent for part in parts})


def _join(plan_id: int, parents: dict[str, str | None]) -> None:
    """Set parent and path of the keys given, a parent before its children."""
    rows = db.session.execute(select(Node.key, Node.id, Node.path).where(Node.plan_id == plan_id)).all()
    ids, paths = {row.key: row.id for row in rows}, {row.key: row.path for row in rows}
    changes = []
    for key, parent in parents.items():
        paths[key] = f"{paths[parent] if parent else '/'}{ids[key]}/"
        changes.append({"id": ids[key], "parent_id": ids[parent] if parent else None, "path": paths[key]})
    db.session.execute(update(Node), changes)


def _copy(old_id: int, new_id: int) -> None:
    """Tree and numbers; proposals start anew."""
    old, new, before, after = aliased(Node), aliased(Node), aliased(Target), aliased(Target)
    kept = ("key", "kind", "name", "owner_id", "territory_id")
    nodes = select(literal(new_id), literal("/"), *(getattr(old, name) for name in kept)).where(old.plan_id == old_id)
    db.session.execute(insert(Node).from_select(["plan_id", "path", *kept], nodes))
    above = aliased(Node)
    keys = select(old.key, above.key).outerjoin(above, above.id == old.parent_id).where(old.plan_id == old_id)
    _join(new_id, {key: parent for key, parent in db.session.execute(keys.order_by(func.length(old.path), old.path))})
    same = (new.key == old.key) & (new.plan_id == new_id)
    names = ["metric", "stretch_percent", "changed_at", "changed_by"]
    targets = (
        select(new.id, literal(""), literal(""), literal(1), *(getattr(before, name) for name in names))
        .join(old, (old.id == before.node_id) & (old.plan_id == old_id))
        .join(new, same)
    )
    columns = ["node_id", "proposal_note", "proposed_by", "version", *names]
    db.session.execute(insert(Target).from_select(columns, targets))
    months = (
        select(after.id, TargetMonth.month, TargetMonth.amount)
        .join(before, before.id == TargetMonth.target_id)
        .join(old, (old.id == before.node_id) & (old.plan_id == old_id))
        .join(new, same)
        .join(after, (after.node_id == new.id) & (after.metric == before.metric))
    )
    db.session.execute(insert(TargetMonth).from_select(["target_id", "month", "amount"], months))
