"""Billing, issuing, paying."""

import random
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from portal.invoices import queries, services
from portal.invoices.models import Invoice, InvoiceLine, Payment
from portal.invoices.states import Standing
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import db, transact, unit_of_work
from portal.kernel.errors import Forbidden, NotFound, Refused, Stale
from portal.kernel.paper import snapshot_hash
from portal.orders import services as orders
from portal.orders.models import Order
from portal.quotes import services as quotes
from tests import world
from tests.quotes import makers
from tests.quotes.test_races import at_once

D = Decimal
KINDS = ("SELECT", "INSERT", "UPDATE", "DELETE")
STATEMENTS = {"draft": 11, "send": 11, "accept": 24, "bill": 6, "issue": 13, "pay": 7}


def billed() -> int:
    order_id = makers.accepted()
    with unit_of_work():
        return services.bill_order(SYSTEM, order_id)


def issued() -> int:
    invoice_id = billed()
    with unit_of_work():
        services.issue(SYSTEM, invoice_id)
    return invoice_id


def pay(invoice_id: int, amount: str, actor: Actor = SYSTEM, currency: str = "USD") -> None:
    with unit_of_work():
        services.record_payment(
            actor, invoice_id, amount=D(amount), currency=currency, received_on=date(2026, 6, 1), method="Card"
        )


@pytest.mark.usefixtures("app")
class TestInvoice:
    def test_a_bill_has_the_lines_and_sums_of_the_order(self) -> None:
        invoice = queries.invoice(SYSTEM, billed())
        assert (invoice.number, invoice.net, invoice.total, invoice.payment_days) == (
            None,
            D("500.75"),
            D("544.57"),
            14,
        )
        assert [(line.description, line.net) for line in invoice.lines] == [
            ("Bike 1", D("100.25")),
            ("Bike 2", D("400.5")),
        ]

    def test_an_order_is_billed_once_unless_the_draft_is_thrown_away(self) -> None:
        order_id = makers.accepted()
        with unit_of_work():
            first = services.bill_order(SYSTEM, order_id)
        with pytest.raises(Refused, match="already"), unit_of_work():
            services.bill_order(SYSTEM, order_id)
        with unit_of_work():
            services.discard(SYSTEM, first)
        with unit_of_work():
            assert services.bill_order(SYSTEM, order_id) != first

    def test_the_database_too_knows_one_invoice_per_order(self) -> None:
        order_id, account_id = queries.invoice(SYSTEM, billed()).order_id, makers.account().id
        with pytest.raises(Refused, match="has an invoice already"), unit_of_work():
            db.session.add(Invoice(order_id=order_id, account_id=account_id, currency="USD"))

    def test_a_cancelled_order_is_not_billed(self) -> None:
        order_id = makers.accepted()
        with unit_of_work():
            orders.cancel(SYSTEM, order_id, reason="Shop closed")
        with pytest.raises(Refused, match="cancelled"), unit_of_work():
            services.bill_order(SYSTEM, order_id)

    def test_issuing_gives_number_due_day_and_frozen_document(self) -> None:
        invoice_id = billed()
        with unit_of_work():
            number = services.issue(SYSTEM, invoice_id)
        invoice = queries.invoice(SYSTEM, invoice_id)
        assert re.fullmatch(r"INV-\d{4}-\d{5}", number)
        assert (invoice.number, invoice.state) == (number, "issued")
        assert invoice.due_on == invoice.issued_on + timedelta(days=14)  # type: ignore[operator]
        assert invoice.snapshot_hash == snapshot_hash(invoice.snapshot)  # type: ignore[arg-type]
        assert invoice.snapshot["number"] == number  # type: ignore[index]
        assert db.session.get_one(Order, invoice.order_id).state == "invoiced"
        with pytest.raises(Refused), unit_of_work():
            services.issue(SYSTEM, invoice_id)

    def test_terms_change_while_it_is_a_draft(self) -> None:
        invoice_id = billed()
        with unit_of_work():
            services.change_payment_days(SYSTEM, invoice_id, 60, version=1)
        with pytest.raises(Stale), unit_of_work():
            services.change_payment_days(SYSTEM, invoice_id, 30, version=1)
        with unit_of_work():
            services.issue(SYSTEM, invoice_id)
        with pytest.raises(Refused, match="issued"), unit_of_work():
            services.change_payment_days(SYSTEM, invoice_id, 10)
        with pytest.raises(Refused), unit_of_work():
            services.discard(SYSTEM, invoice_id)

    @pytest.mark.parametrize("column", ["number", "total", "net", "due_on", "issued_on", "snapshot_hash", "currency"])
    def test_the_database_refuses_changes_of_an_issued_invoice(self, column: str) -> None:
        invoice_id = issued()
        kind = getattr(Invoice, column).type.python_type
        new = {Decimal: D(1), date: date(2020, 1, 1)}.get(kind, "x")
        with pytest.raises(DBAPIError, match="frozen"), unit_of_work():
            db.session.execute(update(Invoice).where(Invoice.id == invoice_id).values({column: new}))
        with pytest.raises(DBAPIError, match="frozen"), unit_of_work():
            db.session.execute(update(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id).values(quantity=D(9)))

    def test_sums_that_do_not_fit_the_lines_are_not_issued(self) -> None:
        invoice_id = billed()
        with unit_of_work():
            db.session.execute(update(InvoiceLine).where(InvoiceLine.invoice_id == invoice_id).values(quantity=D(9)))
        with pytest.raises(Refused, match="sums differ|stored sums"), unit_of_work():
            services.issue(SYSTEM, invoice_id)

    def test_payments_in_parts_until_it_is_paid(self) -> None:
        invoice_id = issued()
        pay(invoice_id, "44.57")
        invoice = queries.invoice(SYSTEM, invoice_id)
        day = invoice.issued_on
        assert day
        assert queries.standing(invoice, day) == Standing.PARTLY_PAID
        assert queries.standing(invoice, day + timedelta(days=15)) == Standing.OVERDUE
        with pytest.raises(Refused, match="more than"):
            pay(invoice_id, "500.01")
        pay(invoice_id, "500")
        invoice = queries.invoice(SYSTEM, invoice_id)
        assert (invoice.state, invoice.amount_due) == ("paid", 0)
        assert queries.standing(invoice, day + timedelta(days=99)) == Standing.PAID
        with pytest.raises(Refused, match="is paid"):
            pay(invoice_id, "1")

    @pytest.mark.parametrize(("amount", "currency"), [("0", "USD"), ("-5", "USD"), ("1.005", "USD"), ("5", "EUR")])
    def test_payments_that_cannot_be(self, amount: str, currency: str) -> None:
        with pytest.raises(Refused):
            pay(issued(), amount, currency=currency)

    def test_a_draft_takes_no_payment(self) -> None:
        with pytest.raises(Refused, match="Only an issued"):
            pay(billed(), "5")

    def test_a_payment_stays_as_recorded(self) -> None:
        pay(issued(), "5")
        with pytest.raises(DBAPIError, match="append only"), unit_of_work():
            db.session.execute(update(Payment).values(amount=D(6)))

    def test_finance_acts_and_the_rep_looks(self, actor: Callable[[str], Actor]) -> None:
        order_id = makers.accepted()
        rep, finance = actor("rep"), actor("finance")
        for who in (rep, actor("manager")):
            with pytest.raises(Forbidden), unit_of_work():
                services.bill_order(who, order_id)
        with pytest.raises(NotFound), unit_of_work():
            services.bill_order(actor("outsider"), order_id)
        with unit_of_work():
            invoice_id = services.bill_order(finance, order_id)
        assert queries.invoice(rep, invoice_id).total == D("544.57")
        with pytest.raises(Forbidden), unit_of_work():
            services.issue(rep, invoice_id)
        with unit_of_work():
            services.issue(finance, invoice_id)
        with pytest.raises(Forbidden):
            pay(invoice_id, "5", rep)
        pay(invoice_id, "5", finance)

    def test_an_invoice_over_nothing_is_paid_at_once(self) -> None:
        found = makers.draft(lines=1)
        with unit_of_work():
            makers.services.save_draft(
                SYSTEM, found.id, makers.values(makers.LineValues(D(1), D(100), description="Gift"))
            )
        with unit_of_work():
            makers.services.send(SYSTEM, found.id, to="k@eastside.example")
        with unit_of_work():
            order_id = makers.accept_offer(makers.CUSTOMER, found.id, 1, ip="", reference="", at=clock.now())
        with unit_of_work():
            invoice_id = services.bill_order(SYSTEM, order_id)
        with unit_of_work():
            services.issue(SYSTEM, invoice_id)
        assert queries.invoice(SYSTEM, invoice_id).state == "paid"

    def test_the_chain_tells_how_far_it_is(self) -> None:
        invoice_id = issued()
        deal_id = queries.invoice(SYSTEM, invoice_id).opportunity_id or 0
        today = date(2026, 6, 1)
        assert [(s.name, s.done) for s in queries.chain(SYSTEM, deal_id, today)] == [
            ("Quote", True), ("Order", True), ("Invoice", True), ("Paid", False),
        ]  # fmt: skip
        pay(invoice_id, "544.57")
        assert all(step.done for step in queries.chain(SYSTEM, deal_id, today))
        empty = queries.chain(SYSTEM, makers.opportunity().id, today)
        assert [step.record_id for step in empty] == [None] * 4


def test_numbers_have_no_gap_though_many_fail(live_app: Flask) -> None:
    """20 threads issue 200 invoices; four in ten attempts are rolled back after the number was taken."""
    customer = makers.account()
    with unit_of_work():
        rows = [Invoice(account_id=customer.id, currency="USD", owner_id=world.position("rep").id) for _ in range(200)]
        db.session.add_all(rows)
        db.session.flush()
        for row in rows:
            line = InvoiceLine(
                invoice_id=row.id, place=1, description="Bike", quantity=D(1), unit_price=D(10), net=D(10)
            )
            db.session.add(line)
            row.net = row.total = D(10)
        ids = [row.id for row in rows]
    db.session.remove()
    failures = [0] * 20

    def issue_ten(place: int) -> int:
        luck = random.Random(place)
        for invoice_id in ids[place * 10 : place * 10 + 10]:
            while True:

                def act(invoice_id: int = invoice_id) -> None:
                    services.issue(SYSTEM, invoice_id)
                    if luck.random() < 0.4:
                        raise Refused("test.unlucky", "Rolled back after the number was taken.")

                try:
                    transact(act)
                    break
                except Refused:
                    failures[place] += 1
        return place

    assert at_once(live_app, issue_ten, crowd=20) == list(range(20))
    numbers = db.session.scalars(select(Invoice.number).order_by(Invoice.number)).all()
    year = numbers[0][4:8]
    assert numbers == [f"INV-{year}-{n:05}" for n in range(1, 201)]
    assert sum(failures) > 80
    assert db.session.scalar(select(func.count()).select_from(Invoice).where(Invoice.state == "issued")) == 200


def test_a_sale_asks_the_database_this_often(app: Flask, count_queries: list[str]) -> None:
    """Each act in a transaction of its own: whoever makes it more says why."""
    counted: dict[str, int] = {}

    @contextmanager
    def counting(act: str) -> Iterator[None]:
        count_queries.clear()
        with unit_of_work():
            yield
        # where ids come one by one, each line of a new quote is a statement
        sent = [s for s in count_queries if s.startswith(KINDS) and not s.startswith("INSERT INTO quote_line")]
        counted[act] = len(sent)

    for _ in range(2):  # the first one also makes counters
        deal_id = makers.opportunity(lines=3).id
        with counting("draft"):
            quote_id = quotes.draft_from_opportunity(SYSTEM, deal_id)
        with counting("send"):
            quotes.send(SYSTEM, quote_id, to="kevin@eastside.example")
        with counting("accept"):
            order_id = orders.accept_offer(makers.CUSTOMER, quote_id, 1, ip="", reference="", at=clock.now())
        with counting("bill"):
            invoice_id = services.bill_order(SYSTEM, order_id)
        with counting("issue"):
            services.issue(SYSTEM, invoice_id)
        with counting("pay"):
            services.record_payment(
                SYSTEM, invoice_id, amount=D(100), currency="USD", received_on=date(2026, 6, 1), method="Card"
            )
    assert counted == STATEMENTS
