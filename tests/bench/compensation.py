"""A commission run: everybody's credits of a month to explained earnings, beside SQL, whole numbers and one bulk insert."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import groupby

from sqlalchemy import func, insert, select, text

from portal.accounts.models import Account
from portal.compensation import services
from portal.compensation.models import Earning, PlanParticipant
from portal.identity.models import User
from portal.invoices.models import Invoice
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.organization.models import Position, Seat
from portal.targets.models import Node, Plan, Target, TargetMonth
from portal.targets.states import Metric, NodeKind, PlanState
from tests import world

from .frame import Pair, Round, one_by_one, require
from .place import Place

TITLE = "commission run of a month for 200 people"
UNIT = "runs"
SIZE = 50_000  # credits
PEOPLE = 200
QUOTA, TARGET = 3_000_000, 60_000  # of a quarter, of a year
MONTH = date(2026, 1, 1)
COMMISSION = {
    "name": "Commission", "measure": "invoiced", "credits": ["direct"], "interval": "quarter", "basis": "attainment",
    "unit": "percent", "tiers": [
        {"from": 0, "to": 10, "rate": 1}, {"from": 10, "to": 20, "rate": "1.5"}, {"from": 20, "rate": 2}
    ],
}  # fmt: skip


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    app = place.app()
    with app.app_context():
        world.populate()
        _people()
        _invoices(size)
        with unit_of_work():
            period_id = services.open_period(SYSTEM, MONTH)
        db.session.execute(
            text("CREATE TABLE plain_earning (owner_id BIGINT, invoice_id BIGINT, paid BIGINT, slices TEXT)")
        )
        db.session.commit()

        def run() -> None:
            with unit_of_work():
                services.calculate(SYSTEM, period_id)

        def ours() -> Round:
            found = one_by_one([run])
            counted = db.session.execute(select(func.count(), func.sum(Earning.pays)).select_from(Earning)).one()
            require(counted[0] == size, f"{counted[0]} earnings instead of {size}")
            require(counted[1] * 100 == _plainly(), "the sums of the portal and of its floor differ")
            return found

        def further() -> dict[str, str]:
            started, worked = time.perf_counter(), time.process_time()
            run()
            seconds, worked = time.perf_counter() - started, time.process_time() - worked
            said = f"{seconds:.1f} s for {PEOPLE} people and {size:,} credits, {worked:.1f} s of it on the processor"
            return {"speed": f"{said}: {size / worked:,.0f} credits per second of processor time"}

        yield Pair(ours=ours, floor=lambda: one_by_one([_plainly]), further=further)
        db.session.remove()


def _people() -> None:
    """Sellers in positions of their own, all on one plan, each with a quota."""
    numbers = range(PEOPLE)
    with unit_of_work():
        users = [{"name": f"Seller {n}", "email": f"s{n}@example.com", "fs_uniquifier": f"bench-{n}"} for n in numbers]
        user_ids = list(db.session.scalars(insert(User).returning(User.id), users))
        titles = [{"title": f"Seller {n}", "path": "/"} for n in numbers]
        position_ids = list(db.session.scalars(insert(Position).returning(Position.id), titles))
        pairs = list(zip(user_ids, position_ids, strict=True))
        db.session.execute(
            insert(Seat), [{"user_id": u, "position_id": p, "starts_on": date(2020, 1, 1)} for u, p in pairs]
        )
        _quotas(position_ids)
        version_id = services.create_plan(SYSTEM, name="Sellers", starts_on=MONTH)
        services.save_component(SYSTEM, version_id, 0, COMMISSION)
        services.approve_version(SYSTEM, version_id, seen=True)
        plan_id = db.session.scalar(text("SELECT id FROM compensation_plan"))
        db.session.execute(
            insert(PlanParticipant),
            [
                {
                    "plan_id": plan_id,
                    "user_id": u,
                    "position_id": p,
                    "starts_on": MONTH,
                    "target_incentive": Decimal(TARGET),
                }
                for u, p in pairs
            ],
        )


def _quotas(position_ids: list[int]) -> None:
    at = datetime(2025, 12, 1, tzinfo=UTC)
    plan = Plan(
        starts_on=MONTH, ends_on=date(2027, 1, 1), number=1, state=PlanState.APPROVED, effective_on=MONTH, currency="USD",
        seasonality=[], submitted_at=at, approved_at=at,
    )  # fmt: skip
    db.session.add(plan)
    db.session.flush()
    nodes = [
        {
            "plan_id": plan.id,
            "path": f"/{p}/",
            "key": f"position:{p}",
            "kind": NodeKind.POSITION,
            "name": "S",
            "owner_id": p,
        }
        for p in position_ids
    ]
    node_ids = db.session.scalars(insert(Node).returning(Node.id), nodes).all()
    targets = [{"node_id": node_id, "metric": Metric.BOOKINGS} for node_id in node_ids]
    target_ids = db.session.scalars(insert(Target).returning(Target.id), targets).all()
    months = [date(2026, n, 1) for n in range(1, 13)]
    db.session.execute(
        insert(TargetMonth),
        [{"target_id": t, "month": m, "amount": Decimal(QUOTA) / 3} for t in target_ids for m in months],
    )


def _invoices(size: int) -> None:
    owners = db.session.scalars(select(PlanParticipant.position_id).order_by(PlanParticipant.id)).all()
    with unit_of_work():
        account = Account(number="AW1", name="Wheels of Town", name_key="wheels of town", currency="USD")
        db.session.add(account)
        db.session.flush()
        for start in range(0, size, 5_000):
            db.session.execute(
                insert(Invoice),
                [
                    {"number": f"I{n}", "state": "issued", "account_id": account.id, "owner_id": owners[n % PEOPLE],
                     "currency": "USD", "net": _net(n), "tax": Decimal(0), "total": _net(n), "paid": Decimal(0),
                     "issued_on": date(2026, 1, n % 31 + 1), "issued_at": datetime(2026, 1, n % 31 + 1, tzinfo=UTC),
                     "due_on": date(2026, 2, 1), "snapshot": {}, "snapshot_hash": "x"}
                    for n in range(start, min(start + 5_000, size))
                ],
            )  # fmt: skip
    with unit_of_work():
        db.session.execute(text("ANALYZE"))


def _net(n: int) -> Decimal:
    return Decimal(n % 5_000 * 137 % 500_000 + 10_000) / 100


def _plainly() -> int:
    """In whole cents, without explaining more than the tier: what is the least that pays and stores the same."""
    tiers = [
        (0, 100),
        (QUOTA * 10, 150),
        (QUOTA * 20, 200),
    ]  # cents of 10 and 20 percent of the quota; rates in 1/100 %
    db.session.execute(text("DELETE FROM plain_earning"))
    asked = text(
        "SELECT owner_id, id, net / 100 FROM invoice WHERE issued_on >= :a AND issued_on < :b ORDER BY 1, issued_on, 2"
    )
    found = db.session.execute(asked, {"a": MONTH, "b": date(2026, 2, 1)})
    rows: list[dict[str, object]] = []
    for owner, credits in groupby(found, key=lambda row: row[0]):
        before = paid = 0
        for _, invoice_id, net in credits:
            before += int(net)
            whole = (
                sum(max(before - low, 0) * (rate - _below(tiers, n)) for n, (low, rate) in enumerate(tiers)) + 5_000
            ) // 10_000
            rows.append({"o": owner, "i": invoice_id, "p": whole - paid, "s": str(before)})
            paid = whole
    db.session.execute(text("INSERT INTO plain_earning VALUES (:o, :i, :p, :s)"), rows)
    db.session.commit()
    return sum(int(str(row["p"])) for row in rows)


def _below(tiers: list[tuple[int, int]], place: int) -> int:
    return tiers[place - 1][1] if place else 0
