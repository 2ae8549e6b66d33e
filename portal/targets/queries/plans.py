"""Plan versions: which counts, which is being worked on."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.organization.models import Coverage, Position, Unit
from portal.organization.queries import get, visible_to
from portal.territories import queries as territories

from ..models import Node, Plan, Target, TargetMonth
from ..rules import ZERO, Part, Period, Place, add_months, fiscal_year, grown
from ..states import Metric, NodeKind, PlanState
from .calendar import today, year_start


def this_year(shift: int = 0) -> Period:
    """The fiscal year of today, or one before or after it."""
    return fiscal_year(today(), year_start(), shift=shift)


def fiscal_year_of(day: date) -> Period:
    return fiscal_year(day, year_start())


def year_of(plan: Plan) -> Period:
    return fiscal_year(plan.starts_on, plan.starts_on.month)


def plan(actor: Actor, plan_id: int, *, lock: bool = False) -> Plan:
    """Raises NotFound."""
    return get(actor, Plan, plan_id, lock=lock)


def plans_of(actor: Actor, starts_on: date) -> Sequence[Plan]:
    """The versions of a fiscal year, newest first."""
    return db.session.scalars(
        visible_to(actor, Plan).where(Plan.starts_on == starts_on).order_by(Plan.number.desc())
    ).all()


def counting_plan(day: date) -> Plan | None:
    """The approved version of the fiscal year of the day."""
    running = (Plan.starts_on <= day) & (Plan.ends_on > day) & (Plan.state == PlanState.APPROVED)
    return db.session.scalar(select(Plan).where(running))


def planned_years() -> list[date]:
    """The fiscal years that have a plan, by their first day, newest first."""
    return list(db.session.scalars(select(Plan.starts_on).distinct().order_by(Plan.starts_on.desc())))


def seasonality(found: Plan) -> list[Decimal]:
    return [Decimal(text) for text in found.seasonality]


def node(actor: Actor, node_id: int, *, lock: bool = False) -> tuple[Node, Plan]:
    """A part of a tree with its plan. Raises NotFound."""
    found = get(actor, Node, node_id, lock=lock)
    its = db.session.get(Plan, found.plan_id, with_for_update=lock or None, populate_existing=lock)
    if its is None:
        raise NotFound("targets.not_found", "This is not here, or not yours to see.")
    return found, its


def same_node(plan_id: int, key: str) -> Node | None:
    """The part that is called so in another version."""
    return db.session.scalar(select(Node).where(Node.plan_id == plan_id, Node.key == key))


def target(node_id: int, metric: Metric, *, lock: bool = False) -> Target | None:
    query = select(Target).where(Target.node_id == node_id, Target.metric == metric)
    return db.session.scalar(query.with_for_update() if lock else query)


def quota_of(position_id: int, period: Period, metric: str = Metric.BOOKINGS) -> Decimal:
    """What the position is to reach in the period by the approved plans; of a month cut through, the share of its days."""
    months = quotas_of([position_id], period.starts_on, period.ends_on, metric).get(position_id, [])
    return sum((amount * period.share_of(Period(first, end, "")) for first, end, amount in months), ZERO)


def quotas_of(
    position_ids: Collection[int], since: date, until: date, metric: str = Metric.BOOKINGS
) -> dict[int, list[tuple[date, date, Decimal]]]:
    """Position -> (first day, day after, amount) of the months that touch these days, by the approved plans.

    Of who leads a team, the number of the team.
    """
    rows = db.session.execute(
        select(Node.owner_id, Node.path, TargetMonth.month, TargetMonth.amount)
        .join(Target, Target.id == TargetMonth.target_id)
        .join(Node, Node.id == Target.node_id)
        .join(Plan, Plan.id == Node.plan_id)
        .where(Plan.state == PlanState.APPROVED, Plan.starts_on < until, Plan.ends_on > since)
        .where(Node.owner_id.in_(position_ids), Node.kind != NodeKind.TERRITORY, Target.metric == Metric(metric))
        .where(TargetMonth.amount.is_not(None), TargetMonth.month > add_months(since, -1), TargetMonth.month < until)
        .order_by(TargetMonth.month)
    ).all()
    highest: dict[tuple[int, date], tuple[int, Decimal]] = {}
    for owner_id, path, first, amount in rows:
        known = highest.get((owner_id or 0, first), (99, ZERO))
        highest[owner_id or 0, first] = min(known, (path.count("/"), amount or ZERO))
    found: dict[int, list[tuple[date, date, Decimal]]] = {}
    for (owner_id, first), (_, amount) in highest.items():
        found.setdefault(owner_id, []).append((first, add_months(first, 1), amount))
    return found


def fiscal_month(first: date) -> Period:
    return Period(first, add_months(first, 1), f"{first:%b %Y}")


def organization_tree(company: str) -> list[Part]:
    """The tree as the organization is today."""
    covers: dict[int, tuple[int, str]] = {}
    active = territories.names()
    for row in db.session.execute(select(Coverage.position_id, Coverage.territory_id).order_by(Coverage.id.desc())):
        if row.territory_id in active:
            covers[row.position_id] = (row.territory_id, active[row.territory_id])
    P = Position
    named = select(P.id, P.title, P.path, P.carries_quota, Unit.id.label("unit_id"), Unit.name).outerjoin(P.unit)
    return grown(
        company,
        [
            Place(p.id, p.title, p.path, p.carries_quota, (p.unit_id, p.name) if p.unit_id else None, covers.get(p.id))
            for p in db.session.execute(named.order_by(P.path))
        ],
    )
