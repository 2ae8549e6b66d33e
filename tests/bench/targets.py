"""The target tree of a year with what was achieved of every part in every month, beside one GROUP BY over the orders."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from time import perf_counter

from sqlalchemy import insert, text

from portal.accounts.models import Account
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.orders.models import Order
from portal.organization.models import Position
from portal.targets.models import Node, Plan, Target, TargetMonth
from portal.targets.queries import tree
from portal.targets.states import Metric, NodeKind, PlanState
from tests import world

from .frame import Pair, Round, require
from .place import Place

TITLE = "target tree of 500 positions and 12 months with attainment; beside one GROUP BY over the orders"
UNIT = "trees"
SIZE = 1_000_000  # orders
POSITIONS, TEAM = 500, 10
MINUTES = 365 * 24 * 60
YEAR = date(2026, 1, 1)
MONTHS = [date(2026, n, 1) for n in range(1, 13)]
PLAIN = """
    SELECT owner_id, {month} AS month, sum(net) AS net FROM sales_order
    WHERE state <> 'cancelled' AND currency = 'USD' AND placed_at >= '2026-01-01' AND placed_at < '2027-01-01'
    GROUP BY owner_id, month
"""
MONTH = {"sqlite": "substr(placed_at, 1, 7)", "postgresql": "date_trunc('month', placed_at)"}
MANY = """
    INSERT INTO sales_order ({columns})
    WITH RECURSIVE many(n) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT n + 1 FROM many WHERE n < {size})
    SELECT {values} FROM many CROSS JOIN sales_order WHERE sales_order.number = 'SO-0'
"""
PLACED = {"sqlite": "datetime('2026-01-01', '+' || ({n}) || ' minutes') || '.000000'",
          "postgresql": "timestamptz '2026-01-01 00:00+00' + ({n}) * interval '1 minute'"}  # fmt: skip


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    with place.app().app_context():
        world.populate()
        with unit_of_work():
            sellers = _positions()
            _plan(sellers)
            _orders(sellers[0], size)
        with unit_of_work():
            db.session.execute(text("ANALYZE"))

        def ours() -> Round:
            started = perf_counter()
            found = tree(SYSTEM, YEAR)
            seconds = perf_counter() - started
            sellers = [branch for branch in found.walk() if branch.kind == NodeKind.POSITION]
            require(len(sellers) == POSITIONS, f"{len(sellers)} positions in the tree")
            require(all(all(branch.actual) for branch in sellers), "a month without a result")
            require(sum(found.tops[0].actual) == _net(_plainly()), "the tree and one GROUP BY differ")
            db.session.rollback()
            return Round(seconds, [seconds])

        def floor() -> Round:
            started = perf_counter()
            rows = _plainly()
            seconds = perf_counter() - started
            require(len(rows) == POSITIONS * 12, f"{len(rows)} rows")
            db.session.rollback()
            return Round(seconds, [seconds])

        yield Pair(ours=ours, floor=floor)


def _plainly() -> list[tuple[int, str, int]]:
    query = PLAIN.format(month=MONTH[db.engine.dialect.name])
    return [(row[0], row[1], row[2]) for row in db.session.execute(text(query))]


def _net(rows: list[tuple[int, str, int]]) -> Decimal:
    return Decimal(sum(row[2] for row in rows)) / 10_000


def _positions() -> list[int]:
    """Sellers in teams, below the head of sales."""
    head = world.position("leader")
    leads = _below(head, [Position(title=f"Team {n}", reports_to_id=head.id) for n in range(POSITIONS // TEAM)])
    made = []
    for lead in leads:
        sellers = [Position(title="Seller", reports_to_id=lead.id, carries_quota=True) for _ in range(TEAM)]
        made += [one.id for one in _below(lead, sellers)]
    return made


def _below(above: Position, positions: list[Position]) -> list[Position]:
    db.session.add_all(positions)
    db.session.flush()
    for one in positions:
        one.path = f"{above.path}{one.id}/"
    return positions


def _plan(sellers: list[int]) -> None:
    at = datetime(2025, 12, 1, tzinfo=UTC)
    plan = Plan(
        starts_on=YEAR, ends_on=date(2027, 1, 1), number=1, state=PlanState.APPROVED, effective_on=YEAR, currency="USD",
        seasonality=[], submitted_at=at, approved_at=at,
    )  # fmt: skip
    db.session.add(plan)
    db.session.flush()
    top = _nodes(plan.id, NodeKind.COMPANY, [None], [None])
    leads = [db.session.get_one(Position, key).reports_to_id for key in sellers]
    teams = dict(
        zip(dict.fromkeys(leads), _nodes(plan.id, NodeKind.TEAM, list(dict.fromkeys(leads)), top), strict=True)
    )
    nodes = _nodes(plan.id, NodeKind.POSITION, list(sellers), [teams[lead] for lead in leads])
    targets = db.session.scalars(
        insert(Target).returning(Target.id), [{"node_id": key, "metric": Metric.BOOKINGS} for key in nodes]
    ).all()
    rows = [{"target_id": key, "month": month, "amount": Decimal(90_000)} for key in targets for month in MONTHS]
    db.session.execute(insert(TargetMonth), rows)


def _nodes(plan_id: int, kind: NodeKind, owners: list[int | None], above: list[int | None]) -> list[int]:
    wide = above if len(above) == len(owners) else above * len(owners)
    rows = [
        {"plan_id": plan_id, "kind": kind, "key": f"{kind}:{owner}", "name": f"{kind} {owner}", "owner_id": owner,
         "parent_id": parent, "path": "/"}
        for owner, parent in zip(owners, wide, strict=True)
    ]  # fmt: skip
    return list(db.session.scalars(insert(Node).returning(Node.id, sort_by_parameter_order=True), rows))


def _orders(first: int, size: int) -> None:
    """One as the portal would make it, and `size` like it, spread over sellers and the minutes of the year."""
    account = Account(number="AW1", name="Wheels of Town", name_key="wheels of town", currency="USD")
    db.session.add(account)
    db.session.flush()
    db.session.add(
        Order(number="SO-0", account_id=account.id, currency="USD", placed_at=datetime(2020, 1, 1, tzinfo=UTC))
    )
    db.session.flush()
    values = {column.name: f"sales_order.{column.name}" for column in Order.__table__.columns if column.name != "id"}
    dialect = db.engine.dialect.name
    values |= {
        "number": "'SO-' || n", "net": "(n * 7919 % 100000 + 1) * 10000",
        "placed_at": PLACED[dialect].format(n=f"n * {MINUTES - 1} / {size}"), "owner_id": f"{first} + n % {POSITIONS}",
    }  # fmt: skip
    db.session.execute(text(MANY.format(columns=", ".join(values), values=", ".join(values.values()), size=size)))
