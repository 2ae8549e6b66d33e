"""Plans, documents and months of pay for tests: the rep sells, the manager leads, everything is in US dollars."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from portal.compensation import services
from portal.compensation.models import PayoutPeriod, PlanVersion
from portal.invoices.models import Invoice, Payment
from portal.invoices.states import InvoiceState
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.orders.models import Order
from portal.orders.states import OrderState
from tests import world
from tests.opportunities import makers as sales
from tests.targets.makers import quarterly

_next = count(1)
D = Decimal
JANUARY = date(2026, 1, 1)
TIERS = [{"from": 0, "to": 60, "rate": "0.8"}, {"from": 60, "to": 100, "rate": "1.3"}, {"from": 100, "rate": 2}]
COMMISSION: dict[str, Any] = {
    "name": "Commission", "measure": "invoiced", "credits": ["direct", "overlay"], "interval": "quarter",
    "basis": "attainment", "unit": "multiplier", "tiers": TIERS,
}  # fmt: skip


def plan(*components: dict[str, Any], starts_on: date = JANUARY, approved: bool = True) -> PlanVersion:
    with unit_of_work():
        version_id = services.create_plan(SYSTEM, name=f"Plan {next(_next)}", starts_on=starts_on)
    with unit_of_work():
        for place, one in enumerate(components or (COMMISSION,)):
            services.save_component(SYSTEM, version_id, place, one)
    if approved:
        with unit_of_work():
            services.approve_version(SYSTEM, version_id, seen=True)
    return db.session.get_one(PlanVersion, version_id)


def joins(
    version: PlanVersion, key: str = "rep", target: int = 12_000, quota: int | None = 100_000, **more: Any
) -> int:
    """The person on the plan from January on, with quotas for each quarter of 2026. Returns the participant's id."""
    position = world.position(key)
    given = {"starts_on": JANUARY, "ends_on": None, "target_incentive": D(target)} | more
    with unit_of_work():
        made = services.add_participant(SYSTEM, version.plan_id, position_id=position.id, **given)
        if quota:
            quarterly(key, D(quota))
    return made


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def order(net: Any, day: date, owner: str = "rep", deal_id: int | None = None, **more: Any) -> Order:
    account = sales.account(owner)
    given = {"state": OrderState.PLACED, "currency": "USD"} | more
    made: Order = world.add(
        Order(
            number=f"SO-T-{next(_next)}", account_id=account.id, owner_id=world.position(owner).id, placed_at=at(day),
            net=D(net), tax=D(0), total=D(net), opportunity_id=deal_id, **given,
        )
    )  # fmt: skip
    return made


def invoice(net: Any, day: date, owner: str = "rep", deal_id: int | None = None, tax: Any = 0, **more: Any) -> Invoice:
    """Issued and unpaid."""
    account_id = more.pop("account_id", None) or sales.account(owner).id
    n = next(_next)
    made: Invoice = world.add(
        Invoice(
            number=f"INV-T-{n}", state=InvoiceState.ISSUED, account_id=account_id, owner_id=world.position(owner).id,
            currency=more.pop("currency", "USD"), net=D(net), tax=D(tax), total=D(net) + D(tax), issued_on=day,
            issued_at=at(day), due_on=day, snapshot={}, snapshot_hash=str(n), opportunity_id=deal_id, **more,
        )
    )  # fmt: skip
    return made


def payment(bill: Invoice, amount: Any, day: date, recorded: date | None = None) -> Payment:
    made: Payment = world.add(
        Payment(
            invoice_id=bill.id, amount=D(amount), received_on=day, method="Card", recorded_by="Finn",
            recorded_at=at(recorded or day),
        )
    )  # fmt: skip
    return made


def month(number: int = 1) -> int:
    """The id of an open period of 2026."""
    with unit_of_work():
        return services.open_period(SYSTEM, date(2026, number, 1))


def calculated(number: int = 1) -> PayoutPeriod:
    found = db.session.scalar(db.select(PayoutPeriod.id).where(PayoutPeriod.starts_on == date(2026, number, 1)))
    period_id = found or month(number)
    with unit_of_work():
        services.calculate(SYSTEM, period_id)
    return db.session.get_one(PayoutPeriod, period_id)


def locked(number: int = 1) -> PayoutPeriod:
    found = calculated(number)
    with unit_of_work():
        services.send_to_review(SYSTEM, found.id)
    with unit_of_work():
        services.approve(SYSTEM, found.id)
    with unit_of_work():
        services.lock(SYSTEM, found.id)
    return db.session.get_one(PayoutPeriod, found.id)
