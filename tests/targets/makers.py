"""Plans and numbers for tests."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.kernel.money import spread
from portal.orders.models import Order
from portal.targets import queries, services
from portal.targets.models import Plan, Target, TargetMonth
from portal.targets.rules import months_of
from portal.targets.states import Metric, PlanState
from tests import world
from tests.opportunities.makers import account

MAY = datetime(2026, 5, 16, 12, tzinfo=UTC)  # day 46 of 91 in the second quarter


def plan(
    numbers: Mapping[str, int],
    *,
    day: date = date(2026, 5, 16),
    metric: Metric = Metric.BOOKINGS,
    approved: bool = True,
) -> Plan:
    """A version of the year of the day. Keys are those of nodes, or of people: their highest node. Numbers are per month."""
    with unit_of_work():
        made = db.session.get_one(Plan, services.draft_plan(SYSTEM, day, reason="A better guess"))
        for who, amount in numbers.items():
            _target(node(made, who), metric, made, [Decimal(amount)] * 12)
        db.session.flush()
        if approved and numbers:
            services.submit_plan(SYSTEM, made.id)
            services.approve_plan(SYSTEM, made.id)
    return made


def quarterly(who: str, amount: Decimal, day: date = date(2026, 5, 16)) -> None:
    """So much bookings in every quarter of the year of the day, in an approved plan. Joins the caller's unit of work."""
    made = queries.counting_plan(day)
    if made is None:
        made = db.session.get_one(Plan, services.draft_plan(SYSTEM, day))
        made.submitted_at = made.approved_at = datetime.combine(made.starts_on, time(), UTC)
        made.state = PlanState.APPROVED
        db.session.flush()
    months = [part for _ in range(4) for part in spread(amount, [Decimal(1)] * 3, "USD")]
    _target(node(made, who), Metric.BOOKINGS, made, months)


def _target(node_id: int, metric: Metric, made: Plan, amounts: Sequence[Decimal]) -> None:
    target = queries.target(node_id, metric) or Target(node_id=node_id, metric=metric)
    db.session.add(target)
    db.session.flush()
    for month, amount in zip(months_of(made.starts_on), amounts, strict=True):
        db.session.merge(TargetMonth(target_id=target.id, month=month, amount=amount))


def node(made: Plan, who: str) -> int:
    """By key, or that of a person."""
    keys = (
        [who]
        if ":" in who or who == "company"
        else [f"{kind}:{world.position(who).id}" for kind in ("team", "position")]
    )
    found = next(found for key in keys if (found := queries.same_node(made.id, key)))
    return found.id


def order(owner: str, amount: int, day: tuple[int, int], year: int = 2026, **values: Any) -> Order:
    """Placed at noon, net as given."""
    home = account()
    given = {
        "number": f"SO-{owner}-{year}-{day}-{amount}-{values.get('currency', '')}", "account_id": home.id,
        "owner_id": world.position(owner).id, "currency": "USD", "net": Decimal(amount), "total": Decimal(amount),
        "placed_at": datetime(year, *day, 12, tzinfo=UTC),
    }  # fmt: skip
    return world.add(Order(**given | values))
