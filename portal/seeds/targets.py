"""Targets of the demo people: an approved plan for every fiscal year with quotas, and a change that is being worked on."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from sqlalchemy import insert, select

from portal.kernel.actor import SYSTEM
from portal.kernel.db import db
from portal.targets import services
from portal.targets.models import Node, Plan, Target, TargetMonth
from portal.targets.queries import organization_tree, year_start
from portal.targets.rules import Part, even_season, fiscal_year, months_of, quarter, shared
from portal.targets.services.plans import insert_parts
from portal.targets.states import Metric, NodeKind, PlanState

from .world import World

CENT = Decimal("0.01")
PLANNERS = ("Brian Welcker", "Ken Sánchez")  # who submits, who approves
PROPOSALS = {"linda-mitchell": Decimal("1.04"), "michael-blythe": Decimal("0.9"), "jose-saraiva": Decimal("0.95")}


def load(world: World) -> None:
    quotas: dict[date, dict[str, dict[date, Decimal]]] = defaultdict(lambda: defaultdict(dict))
    for row in world.rows("quotas"):
        starts_on = world.shift(row["quarter_start"])
        year = fiscal_year(starts_on, year_start()).starts_on
        quotas[year][row["person"]][starts_on] = Decimal(row["amount"])
    for starts_on in sorted(quotas):
        _plan(world, starts_on, quotas[starts_on])
    _change(world, quotas[fiscal_year(world.today, year_start()).starts_on])


def _plan(world: World, starts_on: date, quotas: dict[str, dict[date, Decimal]]) -> None:
    """Of teams the sum of those below."""
    made = datetime.combine(starts_on - timedelta(days=30), time(16), UTC)
    plan = Plan(
        starts_on=starts_on, ends_on=fiscal_year(starts_on, year_start()).ends_on, number=1, effective_on=starts_on,
        currency=world.company["currency"], seasonality=[str(percent) for percent in even_season()], created_at=made,
        created_by=PLANNERS[0], submitted_at=made, submitted_by=PLANNERS[0], approved_at=made, approved_by=PLANNERS[1],
        state=PlanState.APPROVED,
    )  # fmt: skip
    db.session.add(plan)
    db.session.flush()
    parts = _parts(world, quotas)
    insert_parts(plan.id, parts)
    numbers: dict[str, list[Decimal]] = {}
    for key, quarters in quotas.items():
        months = dict.fromkeys(months_of(starts_on), Decimal(0))
        for first, amount in quarters.items():
            three = [month for month in months if quarter(month, year_start()).starts_on == first]
            months |= dict(zip(three, shared(amount, [Decimal(1)] * 3, CENT), strict=True))
        numbers[f"position:{world.positions[key].id}"] = list(months.values())
    for part in reversed(parts):
        if part.key in numbers and part.parent:
            above = numbers.get(part.parent, [Decimal(0)] * 12)
            numbers[part.parent] = [one + other for one, other in zip(above, numbers[part.key], strict=True)]
    kinds = {part.key: part.kind for part in parts}
    _store(plan, {key: n for key, n in numbers.items() if kinds[key] in (NodeKind.POSITION, NodeKind.TEAM)})


def _parts(world: World, quotas: dict[str, dict[date, Decimal]]) -> list[Part]:
    """The organization's tree; managers who sell themselves have a place in their own team."""
    parts = organization_tree(world.company["name"])
    keys = {part.key for part in parts}
    for position in (world.positions[key] for key in quotas):
        if f"position:{position.id}" not in keys:
            key, team = f"position:{position.id}", f"team:{position.id}"
            parts.append(Part(key, team, NodeKind.POSITION, f"{position.title}, own sales", position.id))
    return parts


def _store(plan: Plan, numbers: dict[str, list[Decimal]]) -> None:
    nodes = {key: i for key, i in db.session.execute(select(Node.key, Node.id).where(Node.plan_id == plan.id))}
    made = {"metric": Metric.BOOKINGS, "changed_at": plan.created_at, "changed_by": plan.created_by, "version": 1}
    rows = [made | {"node_id": nodes[key], "proposal_note": "", "proposed_by": ""} for key in numbers]
    ids = db.session.scalars(insert(Target).returning(Target.id, sort_by_parameter_order=True), rows).all()
    months = months_of(plan.starts_on)
    db.session.execute(
        insert(TargetMonth),
        [
            {"target_id": target_id, "month": month, "amount": amount}
            for target_id, amounts in zip(ids, numbers.values(), strict=True)
            for month, amount in zip(months, amounts, strict=True)
        ],
    )


def _change(world: World, quotas: dict[str, dict[date, Decimal]]) -> None:
    """A draft from the next quarter on, with what three of the people propose."""
    first = quarter(world.today, year_start(), shift=1).starts_on
    if first >= fiscal_year(world.today, year_start()).ends_on:
        first = quarter(world.today, year_start()).starts_on
    plan_id = services.draft_plan(SYSTEM, world.today, effective_on=first, reason="What the first half has taught")
    for key, factor in PROPOSALS.items():
        amounts = [(amount * factor).quantize(CENT) for _, amount in sorted(quotas[key].items())]
        keyed = (Node.plan_id == plan_id) & (Node.key == f"position:{world.positions[key].id}")
        node_id = db.session.scalars(select(Node.id).where(keyed)).one()
        if len(amounts) == 4:
            services.propose(SYSTEM, node_id, Metric.BOOKINGS, amounts, note="What my accounts say they will need")
