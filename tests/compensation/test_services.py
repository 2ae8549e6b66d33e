"""Credits out of documents, the cycle of a month, and what never changes again."""

import json
from datetime import date

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from jobs import printing
from jobs.compensation import keep_current
from portal.accounts.models import AccountAssignment
from portal.compensation import services
from portal.compensation.documents import hash_of
from portal.compensation.models import Earning, PayoutPeriod, Statement
from portal.compensation.states import AdjustmentKind, DrawKind
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.kernel.db import Base, db, unit_of_work
from portal.kernel.errors import Refused
from portal.opportunities.models import OpportunitySplit
from portal.opportunities.rules import NewSplit
from portal.opportunities.services import set_splits
from portal.opportunities.states import SplitKind
from portal.orders.states import OrderState
from portal.web import pdf
from tests import world
from tests.opportunities import makers as sales

from . import makers
from .makers import D

pytestmark = pytest.mark.usefixtures("app")
FLAT = {"name": "Flat", "measure": "booked", "interval": "month", "tiers": [{"from": 0, "rate": 10}]}


def lines(period: PayoutPeriod, participant_id: int | None = None) -> list[Earning]:
    query = select(Earning).where(Earning.period_id == period.id).order_by(Earning.day, Earning.id)
    if participant_id:
        query = query.where(Earning.participant_id == participant_id)
    return list(db.session.scalars(query))


def statement(period: PayoutPeriod, participant_id: int) -> Statement:
    query = select(Statement).where(Statement.period_id == period.id, Statement.participant_id == participant_id)
    return db.session.scalars(query).one()


def test_invoices_pay_slice_by_slice() -> None:
    who = makers.joins(makers.plan())
    makers.invoice(50_000, date(2026, 1, 9))
    makers.invoice(30_000, date(2026, 1, 20))
    found = lines(makers.calculated(), who)
    # base rate 3,000 / 100,000 = 3 %; 0.8 x up to 60 %, 1.3 x up to 100 %
    assert [one.pays for one in found] == [D(1200), D(240) + D(780)]
    assert [piece[0] for piece in found[1].slices] == [1, 2]
    assert (found[1].before, found[1].after, found[1].quota) == (50_000, 80_000, 100_000)
    february = makers.calculated(2)
    assert lines(february) == []
    makers.invoice(40_000, date(2026, 2, 3))
    assert lines(makers.calculated(2))[0].pays == D(780) + D(1200)  # 20,000 at 3.9 %, 20,000 at 6 %


def test_calculating_again_changes_nothing() -> None:
    makers.joins(makers.plan(FLAT | {"credits": ["direct", "rollup"]}), quota=None)
    makers.order(1000, date(2026, 1, 5))
    first = makers.calculated()
    told = [(one.key, one.pays, one.slices, one.before, one.after) for one in lines(first)]
    again = makers.calculated()
    assert [(one.key, one.pays, one.slices, one.before, one.after) for one in lines(again)] == told
    assert len(told) == 1


def test_payments_pay_pro_rata_to_the_cent() -> None:
    """OCA/commission: 10,000 of 20,000 with a commission of 4,000 pays 2,000; and three thirds are a whole."""
    who = makers.joins(makers.plan(FLAT | {"measure": "paid", "tiers": [{"from": 0, "rate": 20}]}), quota=None)
    bill = makers.invoice(20_000, date(2026, 1, 2), tax=3_800)
    makers.payment(bill, D(11_900), date(2026, 1, 10))
    assert [one.pays for one in lines(makers.calculated(), who)] == [2000]
    small = makers.invoice(100, date(2026, 1, 2))
    for day, part in ((11, "33.33"), (12, "33.33"), (13, "33.34")):
        makers.payment(small, part, date(2026, 1, day))
    credited = [one.amount for one in lines(makers.calculated(), who) if one.invoice_id == small.id]
    assert sum(credited) == 100


def test_a_down_payment_is_a_share_of_the_orders_commission() -> None:
    """OCA/commission 385: an order of 1,000 pays 150; half paid in advance pays 75."""
    who = makers.joins(makers.plan(FLAT | {"measure": "paid", "tiers": [{"from": 0, "rate": 15}]}), quota=None)
    makers.payment(makers.invoice(1000, date(2026, 1, 2), tax=90), 545, date(2026, 1, 3))
    assert lines(makers.calculated(), who)[0].pays == 75


def test_margin_is_net_less_what_the_order_cost() -> None:
    who = makers.joins(makers.plan(FLAT | {"measure": "margin"}), quota=None)
    makers.invoice(1000, date(2026, 1, 2), cost=D("123.46"))
    assert lines(makers.calculated(), who)[0].amount == D("876.54")


def test_a_cancelled_order_comes_back_at_the_original_rate() -> None:
    who = makers.joins(makers.plan(FLAT | {"clawback_percent": 100}), quota=None)
    bad = makers.order(1000, date(2026, 1, 5))
    makers.order(500, date(2026, 1, 6))
    january = makers.locked()
    with unit_of_work():
        bad.state, bad.cancelled_at, bad.cancel_reason = OrderState.CANCELLED, makers.at(date(2026, 2, 3)), "No money"
    february = makers.calculated(2)
    back = lines(february, who)
    assert [(one.amount, one.pays) for one in back] == [(-1000, -100)]
    assert back[0].reverses == lines(january)[0].key
    owed = statement(february, who)
    assert (owed.earned, owed.payable, owed.balance) == (-100, 0, 100)
    both = makers.order(70, date(2026, 2, 5))
    with unit_of_work():
        both.state, both.cancelled_at = OrderState.CANCELLED, makers.at(date(2026, 2, 6))
    assert [one.pays for one in lines(makers.calculated(2), who)] == [-100, 7, -7]


def test_splits_overlay_and_roll_up() -> None:
    version = makers.plan(FLAT | {"credits": ["direct", "overlay"]})
    rep, colleague = makers.joins(version, quota=None), makers.joins(version, "colleague", quota=None)
    lead = makers.joins(
        makers.plan(FLAT | {"credits": ["rollup"], "tiers": [{"from": 0, "rate": 1}]}), "manager", quota=None
    )
    deal = sales.deal()
    split = [
        NewSplit(SplitKind.REVENUE, world.position("rep").id, D("33.3333")),
        NewSplit(SplitKind.REVENUE, world.position("outsider").id, D("66.6667")),
        NewSplit(SplitKind.OVERLAY, world.position("colleague").id, D(20)),
    ]
    with unit_of_work():
        set_splits(SYSTEM, deal.id, split)
    makers.order(1000, date(2026, 1, 5), deal_id=deal.id)
    found = makers.calculated()
    paid = {one.participant_id: (one.amount, one.pays, one.role) for one in lines(found)}
    assert paid[rep] == (D("333.33"), D("33.33"), "direct")
    assert paid[colleague] == (200, 20, "overlay")
    assert paid[lead] == (D("333.33"), D("3.33"), "rollup")
    assert found.problems == [["Nobody on a plan is credited with them", 1, "666.67"]]


@pytest.mark.parametrize(
    ("percents", "field"), [((51, 50), "percent"), ((60, 39), "percent"), ((101,), "percent"), ((0, 100), "percent")]
)
def test_splits_that_do_not_add_up_are_refused(percents: tuple[int, ...], field: str) -> None:
    deal, people = sales.deal(), ("rep", "colleague")
    wanted = [NewSplit(SplitKind.REVENUE, world.position(k).id, D(p)) for k, p in zip(people, percents, strict=False)]
    with pytest.raises(Refused) as refused, unit_of_work():
        set_splits(SYSTEM, deal.id, wanted)
    assert refused.value.field == field
    assert db.session.scalar(select(OpportunitySplit)) is None


def test_a_hold_over_credits_the_former_position() -> None:
    version = makers.plan(FLAT | {"measure": "invoiced"})
    rep, colleague = makers.joins(version, quota=None), makers.joins(version, "colleague", quota=None)
    account = sales.account("colleague")
    db.session.execute(text("DELETE FROM account_assignment"))
    world.add(
        AccountAssignment(
            account_id=account.id, owner_id=world.position("rep").id, starts_on=date(2025, 1, 1),
            ends_on=date(2026, 1, 1), reason="Moved", by="Ola", hold_over_until=date(2026, 1, 15),
        )
    )  # fmt: skip
    makers.invoice(100, date(2026, 1, 14), "colleague", account_id=account.id)
    makers.invoice(200, date(2026, 1, 15), "colleague", account_id=account.id)
    found = makers.calculated()
    assert [one.amount for one in lines(found, rep)] == [100]
    assert [one.amount for one in lines(found, colleague)] == [200]


def test_a_late_payment_counts_once_in_the_open_month() -> None:
    who = makers.joins(makers.plan(FLAT | {"measure": "paid"}), quota=None)
    bill = makers.invoice(1000, date(2026, 1, 2))
    makers.payment(bill, 400, date(2026, 1, 10))
    makers.locked()
    makers.payment(bill, 600, date(2026, 1, 30), recorded=date(2027, 1, 1))
    assert [(one.amount, one.counted_on) for one in lines(makers.calculated(2), who)] == [(600, date(2026, 2, 1))]


def test_a_missing_quota_is_a_problem_not_a_guess() -> None:
    who = makers.joins(makers.plan(), quota=None)
    makers.invoice(1000, date(2026, 1, 2))
    found = makers.calculated()
    assert "needs a quota" in statement(found, who).problem
    with unit_of_work():
        services.send_to_review(SYSTEM, found.id)
    with pytest.raises(Refused, match="could not be calculated"), unit_of_work():
        services.approve(SYSTEM, found.id)


def test_other_currencies_are_told() -> None:
    makers.joins(makers.plan(FLAT | {"measure": "invoiced"}), quota=None)
    makers.invoice(1000, date(2026, 1, 2), currency="EUR")
    found = makers.calculated()
    assert (lines(found), found.problems) == ([], [["They are in EUR, the plan is in USD", 1, "1000"]])


LOCKED = ["earning", "statement", "payout_period", "pay_adjustment"]


@pytest.mark.parametrize("table", LOCKED)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_a_locked_month_never_changes(table: str, verb: str) -> None:
    who = makers.joins(makers.plan(FLAT), quota=None)
    makers.order(1000, date(2026, 1, 5))
    period_id = makers.month()
    with unit_of_work():
        services.adjust(SYSTEM, period_id, who, kind=AdjustmentKind.SPIF, amount=D(5), reason="Won")
    found = makers.locked()
    column, value = {
        "earning": ("pays", D(1)), "statement": ("payable", D(1)), "payout_period": ("locked_by", "Me"),
        "pay_adjustment": ("amount", D(1)),
    }[table]  # fmt: skip
    rows = Base.metadata.tables[table]
    said = update(rows).values({column: value}) if verb == "UPDATE" else delete(rows)
    with pytest.raises(DBAPIError, match="frozen"), unit_of_work():
        db.session.execute(said)
    with pytest.raises(Refused), unit_of_work():
        services.calculate(SYSTEM, found.id)


def test_a_locked_statement_stays_the_same_to_the_byte() -> None:
    """Whatever comes in later: documents of that month, cancellations, a new version of the plan, a new seller."""
    who = makers.joins(version := makers.plan(FLAT), quota=None)
    gone = makers.order(1000, date(2026, 1, 5))
    january = makers.locked()
    before = statement(january, who)
    told = (before.snapshot_hash, json.dumps(before.snapshot, sort_keys=True), january.snapshot_hash)
    makers.order(777, date(2026, 1, 6))
    with unit_of_work():
        gone.state, gone.cancelled_at = OrderState.CANCELLED, makers.at(date(2026, 2, 3))
        newer = services.draft_version(SYSTEM, version.plan_id, date(2026, 2, 1))
        services.save_component(SYSTEM, newer, 0, FLAT | {"tiers": [{"from": 0, "rate": 50}]})
    with unit_of_work():
        services.approve_version(SYSTEM, newer, seen=True)
        services.change_participant(SYSTEM, who, target_incentive=D(1), ends_on=None)
    makers.locked(2)
    db.session.expire_all()
    after = statement(january, who)
    locked = db.session.get_one(PayoutPeriod, january.id)
    assert (after.snapshot_hash, json.dumps(after.snapshot, sort_keys=True), locked.snapshot_hash) == told
    assert hash_of(after.snapshot) == after.snapshot_hash
    assert hash_of([after.snapshot_hash]) == january.snapshot_hash


def test_draws_keep_a_balance_from_month_to_month() -> None:
    who = makers.joins(makers.plan(FLAT), quota=None)
    with unit_of_work():
        services.add_draw(
            SYSTEM, who, kind=DrawKind.RECOVERABLE, amount=D(1000), starts_on=date(2026, 1, 1), ends_on=None,
            recovery=D(100), recovers_from=None,
        )  # fmt: skip
    told = []
    for month, earned in enumerate((400, 600, 1200, 1500, 1400), 1):
        makers.order(earned * 10, date(2026, month, 5))
        found = statement(makers.locked(month), who)
        told.append((found.payable, found.balance))
    assert told == [(1000, 600), (1000, 1000), (1000, 800), (1000, 300), (1100, 0)]
    with pytest.raises(Refused) as refused, unit_of_work():
        services.add_draw(
            SYSTEM, who, kind=DrawKind.GUARANTEE, amount=D(1), starts_on=date(2026, 3, 1), ends_on=None, recovery=D(0),
            recovers_from=None,
        )  # fmt: skip
    assert refused.value.field == "starts_on"


def test_objectives_pay_their_part_of_the_target() -> None:
    mbo = {"name": "Objectives", "kind": "mbo", "interval": "quarter", "weight": 20}
    who = makers.joins(makers.plan(FLAT | {"weight": 80}, mbo), quota=None)
    period_id = makers.month()
    with unit_of_work():
        services.record_objective(SYSTEM, period_id, who, component="Objectives", percent=D(50), reason="Half done")
    assert [(one.pays, one.label) for one in lines(makers.calculated(), who)] == [(300, "50 % of Objectives")]
    with pytest.raises(Refused) as refused, unit_of_work():
        services.record_objective(SYSTEM, period_id, who, component="Flat", percent=D(50), reason="No")
    assert refused.value.field == "component"


def test_months_are_locked_in_their_order() -> None:
    makers.joins(makers.plan(FLAT), quota=None)
    makers.calculated()
    february = makers.calculated(2)
    with pytest.raises(Refused, match="Lock January"), unit_of_work():
        services.send_to_review(SYSTEM, february.id)
    makers.locked()
    with pytest.raises(Refused, match="Calculate again"), unit_of_work():
        services.send_to_review(SYSTEM, february.id)
    with clock.frozen(makers.at(date(2026, 2, 20))), pytest.raises(Refused, match="not over"), unit_of_work():
        services.send_to_review(SYSTEM, february.id)


def test_the_running_month_is_kept_current() -> None:
    who = makers.joins(makers.plan(FLAT), quota=None)
    makers.locked()
    with clock.frozen(makers.at(date(2026, 2, 20))):
        makers.order(100, date(2026, 2, 3))
        keep_current()
        makers.order(200, date(2026, 2, 4))
        keep_current()
    february = db.session.scalars(select(PayoutPeriod).where(PayoutPeriod.starts_on == date(2026, 2, 1))).one()
    assert [one.pays for one in lines(february, who)] == [10, 20]


def test_a_run_asks_as_often_for_one_document_as_for_many(count_queries: list[str]) -> None:
    makers.joins(makers.plan(FLAT), quota=None)
    counts = []
    for more in (1, 4):
        for _ in range(more):
            makers.order(10, date(2026, 1, 5))
        period_id = makers.calculated().id
        count_queries.clear()
        with unit_of_work():
            services.calculate(SYSTEM, period_id)
        counts.append(len(count_queries))
    assert counts[0] == counts[1] <= 32


def test_a_statement_is_printed_in_the_language_of_its_person() -> None:
    makers.joins(makers.plan(), quota=100_000)
    makers.invoice(1000, date(2026, 1, 5))
    with unit_of_work():
        world.user("rep").locale = "de"
    makers.locked()
    snapshot = db.session.scalars(select(Statement.snapshot)).one()
    assert snapshot is not None
    paper = pdf.html("compensation/pdf/statement.html", printing.frozen(snapshot), printing.brand("de"), {})
    assert 'lang="de"' in paper
    assert "Provisionsabrechnung" in paper
    assert "31.01.2026" in paper or "31. Januar 2026" in paper
