"""What credit notes and refunds take back of pay: at the original rate, in the open month, to the cent."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.compensation.models import Earning, PayoutPeriod
from portal.compensation.rules import Credit, Sofar, earn
from portal.compensation.rules.engine import Paid
from portal.invoices.models import Invoice, Payment
from portal.invoices.states import CreditReason, DocumentKind, InvoiceState
from portal.kernel.db import db, unit_of_work
from tests import world
from tests.compensation.test_rules import NOBODY, component

from . import makers
from .makers import D

STEPS = [{"from": 0, "to": 1000, "rate": 10}, {"from": 1000, "rate": 20}]
INVOICED = {"name": "Flat", "measure": "invoiced", "interval": "month", "tiers": STEPS, "clawback_percent": 100}


def credit(bill: Invoice, net: str, day: date, cost: str = "0") -> Invoice:
    number = f"CN-T-{bill.id}-{net}-{day}"
    with unit_of_work():
        found = db.session.get_one(Invoice, bill.id)
        found.credited += D(net)
        if found.credited == found.total:
            found.state = InvoiceState.CREDITED
        elif found.amount_due <= 0:
            found.state = InvoiceState.PAID
    made: Invoice = world.add(
        Invoice(
            kind=DocumentKind.CREDIT_NOTE, state=InvoiceState.PAID, number=number, credits_id=bill.id,
            reason=CreditReason.RETURNED, account_id=bill.account_id, owner_id=bill.owner_id, currency=bill.currency,
            net=-D(net), total=-D(net), paid=-D(net), cost=-D(cost), issued_on=day, issued_at=makers.at(day), snapshot={},
            snapshot_hash=number, opportunity_id=bill.opportunity_id,
        )
    )  # fmt: skip
    return made


def pays(period: PayoutPeriod, who: int) -> list[Decimal]:
    query = select(Earning.pays).where(Earning.period_id == period.id, Earning.participant_id == who)
    return list(db.session.scalars(query.order_by(Earning.id)))


@pytest.mark.usefixtures("app")
class TestCreditNotes:
    def test_in_the_open_month_at_the_rate_it_had(self) -> None:
        who = makers.joins(makers.plan(INVOICED), quota=None)
        first, second = makers.invoice(1000, date(2026, 1, 5)), makers.invoice(1000, date(2026, 1, 9))
        january = makers.locked()
        assert pays(january, who) == [100, 200]
        made = credit(second, "500", date(2026, 2, 3))
        makers.invoice(300, date(2026, 2, 9))
        february = makers.calculated(2)
        assert sorted(pays(february, who)) == [-100, 30]  # 20 % of it, although February stands at 10 %
        back = db.session.scalars(select(Earning).where(Earning.record_id == made.id)).one()
        assert back.reverses == f"invoices:{second.id}:direct:{world.position('rep').id}"
        assert (back.noun_of, back.label) == ("invoices", made.number)
        assert back.why == f"Takes back {second.number}"
        makers.locked(2)
        credit(second, "500", date(2026, 3, 3))
        credit(first, "1000", date(2026, 3, 4))
        assert sorted(pays(makers.calculated(3), who)) == [-100, -100]
        assert pays(january, who) == [100, 200]

    def test_within_one_month_it_nets_to_zero(self) -> None:
        who = makers.joins(makers.plan(INVOICED), quota=None)
        bill = makers.invoice(800, date(2026, 1, 5))
        credit(bill, "800", date(2026, 1, 20))
        assert pays(makers.calculated(), who) == [80, -80]

    def test_thirds_over_three_months_are_the_whole(self) -> None:
        who = makers.joins(makers.plan(INVOICED), quota=None)
        bill = makers.invoice(D("33.35"), date(2026, 1, 5))  # pays 3.34 (3.335)
        makers.locked()
        taken = []
        for month, part in ((2, "11.12"), (3, "11.12"), (4, "11.11")):
            credit(bill, part, date(2026, month, 5))
            taken += pays(makers.locked(month), who)
        assert taken == [D("-1.11"), D("-1.12"), D("-1.11")]
        assert sum(taken) == D("-3.34")

    def test_margin_takes_its_margin_back(self) -> None:
        who = makers.joins(makers.plan(INVOICED | {"measure": "margin"}), quota=None)
        bill = makers.invoice(1000, date(2026, 1, 5), cost=D(600))
        makers.locked()
        credit(bill, "500", date(2026, 2, 3), cost="300")
        credit(bill, "50", date(2026, 2, 4))
        assert pays(makers.calculated(2), who) == [-20, -5]

    def test_a_refund_takes_back_the_latest_payments(self) -> None:
        who = makers.joins(makers.plan(INVOICED | {"measure": "paid"}), quota=None)
        bill = makers.invoice(1000, date(2026, 1, 5), tax=190)
        makers.payment(bill, "595", date(2026, 1, 10))
        makers.payment(bill, "595", date(2026, 1, 20))
        assert pays(makers.locked(), who) == [50, 50]
        made: Payment = makers.payment(bill, "-714", date(2026, 2, 10))
        assert pays(makers.locked(2), who) == [-50, -10]
        back = db.session.scalars(select(Earning).where(Earning.source.startswith(f"payments:{made.id}:"))).all()
        assert {one.label for one in back} == {f"Refund of {bill.number}"}


parts = st.lists(st.integers(1, 500), min_size=1, max_size=6)


@settings(max_examples=80, deadline=None)
@given(st.decimals(D("0.01"), D(9999), places=2), st.decimals(D(0), D(30), places=2), parts, st.integers(0, 6))
def test_however_it_is_cut_the_parts_are_the_whole(net: Decimal, rate: Decimal, cut: list[int], earlier: int) -> None:
    """Some parts in earlier months, the others in this one."""
    made = component(interval="month", tiers=[{"from": 0, "rate": str(rate)}])
    paid = earn(made, [Credit("c", date(2026, 1, 5), net)], NOBODY, currency="USD")[0].pays
    amounts = [round(net * part / sum(cut), 4) for part in cut[:-1]]
    amounts.append(net - sum(amounts, D(0)))
    credits = [Credit(f"b{n}", date(2026, 2, 5), -x, reverses="c") for n, x in enumerate(amounts) if x]
    before, now = credits[:earlier], credits[earlier:]
    first = {"c": Paid(date(2026, 1, 5), net, paid)}
    one = earn(made, before, NOBODY, currency="USD", sofar=Sofar(paid=first))
    taken = [("c", credit.amount) for credit in before]
    two = earn(made, now, NOBODY, currency="USD", sofar=Sofar(paid=first, taken=taken))
    assert sum((x.pays for x in [*one, *two]), D(0)) == -paid
    assert all(x.pays <= 0 for x in [*one, *two])
