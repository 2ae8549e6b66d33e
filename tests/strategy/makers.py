"""Approved targets, scenarios and hires."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import select

from portal.kernel.db import db, unit_of_work
from portal.strategy.models import Hire, Scenario
from portal.targets.models import Node, Plan, Target, TargetMonth
from portal.targets.queries import organization_tree
from portal.targets.rules import months_of
from portal.targets.states import Metric, PlanState
from tests import world

YEAR = date(2026, 1, 1)
JUNE = datetime(2026, 6, 15, 12, tzinfo=UTC)


def plan(numbers: Mapping[str, int]) -> Plan:
    """The approved plan of 2026: dollars a month by person, or by "company"."""
    with unit_of_work():
        made = Plan(
            starts_on=YEAR, ends_on=date(2027, 1, 1), number=1, state=PlanState.APPROVED, effective_on=YEAR,
            currency="USD", seasonality=["8.3333"] * 12, submitted_at=JUNE, approved_at=JUNE,
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
        nodes: dict[str, Node] = {}
        for part in organization_tree("Test Cycles"):
            above = nodes.get(part.parent or "")
            node = Node(
                plan_id=made.id, key=part.key, kind=part.kind, name=part.name, owner_id=part.owner_id,
                territory_id=part.territory_id, parent_id=above.id if above else None,
            )  # fmt: skip
            db.session.add(node)
            db.session.flush()
            node.path = f"{above.path if above else '/'}{node.id}/"
            nodes[part.key] = node
        for who, amount in numbers.items():
            target = Target(node_id=nodes[_key(who)].id, metric=Metric.BOOKINGS)
            db.session.add(target)
            db.session.flush()
            months = months_of(YEAR)
            db.session.add_all(TargetMonth(target_id=target.id, month=m, amount=Decimal(amount)) for m in months)
    return made


def _key(who: str) -> str:
    kinds = {"company": "company", "manager": "team", "leader": "team"}
    kind = kinds.get(who, "position")
    return kind if kind == "company" else f"{kind}:{world.position(who).id}"


def scenario(*hires: tuple[int, date], under: str = "manager", quota: int | None = 1200) -> Scenario:
    """Hires are (how many, from when)."""
    boss = world.position(under).id
    with unit_of_work():
        made = Scenario(starts_on=YEAR, name="Hire two in April", made_by="Ola Operator")
        made.hires = [
            Hire(
                title="Account executive", count=count, opens_on=day, reports_to_id=boss, quota=quota and Decimal(quota)
            )
            for count, day in hires
        ]
        db.session.add(made)
    return db.session.scalars(select(Scenario)).one()
