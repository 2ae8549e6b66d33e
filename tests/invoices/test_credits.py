"""Credit notes: issued, set against their invoice, paid back, and what follows from them elsewhere."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import joinedload

from portal.activities.queries import timeline
from portal.insights.queries import channels, measures
from portal.invoices import queries, services
from portal.invoices.models import Invoice, InvoiceLine, Payment
from portal.invoices.rules import Wanted
from portal.invoices.states import CreditReason, Standing
from portal.kernel import audit, clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import db, transact, unit_of_work
from portal.kernel.errors import Forbidden, NotFound, Refused, Stale
from portal.kernel.paper import snapshot_hash
from portal.messages.models import Message
from portal.targets.rules import Period, measure
from portal.targets.states import Metric
from portal.web import pdf
from tests import world
from tests.conftest import Client
from tests.quotes import makers
from tests.quotes.test_races import at_once

from .test_services import billed, issued, pay

D = Decimal
Sign = Callable[[str], Client]
FORM = {"scope": "all", "reason": "returned", "version": "2"}


def credited(
    invoice_id: int, actor: Actor = SYSTEM, reason: CreditReason = CreditReason.RETURNED, **what: Any
) -> Invoice:
    with unit_of_work():
        made = services.issue_credit(actor, invoice_id, reason=reason, **what)
    return queries.invoice(SYSTEM, made)


def refund(invoice_id: int, amount: str, actor: Actor = SYSTEM, day: date = date(2026, 6, 2)) -> None:
    with unit_of_work():
        services.record_refund(
            actor, invoice_id, amount=D(amount), currency="USD", received_on=day, method="Bank transfer"
        )


def lines_of(invoice_id: int) -> list[InvoiceLine]:
    return queries.invoice(SYSTEM, invoice_id).lines


@pytest.mark.usefixtures("app")
class TestCredit:
    def test_it_takes_everything_back_with_number_paper_and_hash(self) -> None:
        invoice_id = issued()
        made = credited(invoice_id, remark="Sorry.")
        invoice = queries.invoice(SYSTEM, invoice_id)
        assert re.fullmatch(r"CN-\d{4}-00001", made.number or "")
        assert (made.net, made.tax, made.total) == (-invoice.net, -invoice.tax, -invoice.total)
        assert made.snapshot
        assert made.snapshot["kind"] == "credit_note"
        assert made.snapshot["totals"]["total"] == str(invoice.total)
        assert made.snapshot["notices"] == [{"title": "Reason", "text": "Goods returned. Sorry."}]
        assert made.snapshot["from_document"] == invoice.number
        assert made.snapshot_hash == snapshot_hash(made.snapshot)  # type: ignore[arg-type]
        assert (invoice.state, invoice.amount_due, invoice.credited) == ("credited", 0, invoice.total)
        assert queries.standing(invoice, date(2030, 1, 1)) == Standing.CREDITED
        assert queries.totals_of(made).total == invoice.total

    def test_in_parts_until_nothing_is_left(self) -> None:
        invoice_id = issued()
        first, second = lines_of(invoice_id)
        one = credited(invoice_id, lines={second.id: Wanted(D(1))}, reason=CreditReason.NOT_DELIVERED)
        assert [(line.quantity, line.unit_price, line.net) for line in one.lines] == [(1, D("200.25"), D("200.25"))]
        invoice = queries.invoice(SYSTEM, invoice_id)
        assert (invoice.state, invoice.amount_due) == ("issued", D("544.57") + one.total)
        two = credited(invoice_id, lines={first.id: Wanted(amount=D("0.25"))}, reason=CreditReason.PRICE)
        assert two.lines[0].description == f"Price reduction: {first.description}"
        three = credited(invoice_id, amount=D(100))
        rest = credited(invoice_id)
        assert sum((x.total for x in (one, two, three, rest)), D(0)) == D("-544.57")
        assert sum((x.tax for x in (one, two, three, rest)), D(0)) == D("-43.82")
        assert [x.number for x in queries.invoice(SYSTEM, invoice_id).credit_notes] == [
            x.number for x in (one, two, three, rest)
        ]
        for shown in (one, two, three, rest):
            assert queries.totals_of(queries.invoice(SYSTEM, shown.id)).total == -shown.total
        with pytest.raises(Refused, match="Nothing would be"):
            credited(invoice_id)
        with pytest.raises(Refused, match="can be credited"):
            credited(invoice_id, amount=D(1))

    def test_a_payment_beyond_what_is_left_is_refunded(self) -> None:
        invoice_id = issued()
        with pytest.raises(Refused, match="Nothing is to be paid back"):
            refund(invoice_id, "1")
        pay(invoice_id, "500")
        credited(invoice_id, amount=D(100))  # 108.75 with tax
        invoice = queries.invoice(SYSTEM, invoice_id)
        assert (invoice.state, invoice.amount_due) == ("paid", D("-64.18"))
        assert queries.standing(invoice, date(2026, 6, 1)) == Standing.TO_REFUND
        for bad in ("64.19", "0", "-1", "1.005"):
            with pytest.raises(Refused):
                refund(invoice_id, bad)
        with pytest.raises(Refused, match="is paid"):
            pay(invoice_id, "1")
        refund(invoice_id, "60")
        refund(invoice_id, "4.18")
        invoice = queries.invoice(SYSTEM, invoice_id)
        assert (invoice.paid, invoice.amount_due) == (D("435.82"), 0)
        assert [payment.amount for payment in invoice.payments] == [500, -60, D("-4.18")]
        assert queries.standing(invoice, date(2026, 6, 1)) == Standing.PAID

    def test_what_was_wholly_credited_can_be_billed_again(self) -> None:
        invoice_id = issued()
        order_id = queries.invoice(SYSTEM, invoice_id).order_id or 0
        credited(invoice_id, amount=D(1))
        with pytest.raises(Refused, match="already"), unit_of_work():
            services.bill_order(SYSTEM, order_id)
        credited(invoice_id)
        shown = queries.of_order(SYSTEM, order_id)
        assert shown
        assert shown.id == invoice_id
        with unit_of_work():
            again = services.bill_order(SYSTEM, order_id)
        with unit_of_work():
            assert services.issue(SYSTEM, again).endswith("2")
        shown = queries.of_order(SYSTEM, order_id)
        assert shown
        assert shown.id == again

    def test_drafts_and_credit_notes_are_not_credited(self) -> None:
        draft, made = billed(), credited(issued())
        line_id = made.lines[0].id
        for wrong in (draft, made.id):
            with pytest.raises(Refused, match="Only an issued invoice"):
                credited(wrong)
        with pytest.raises(Refused, match="another invoice"):
            credited(issued(), lines={line_id: Wanted(D(1))})
        with pytest.raises(Stale):
            credited(issued(), version=1)

    @pytest.mark.parametrize("column", ["number", "total", "reason", "credits_id", "snapshot_hash", "kind", "cost"])
    def test_the_database_refuses_changes(self, column: str) -> None:
        made = credited(issued())
        new = {"total": D(-1), "cost": D(-1), "credits_id": None, "reason": CreditReason.PRICE, "kind": "invoice"}
        with pytest.raises(DBAPIError, match="frozen"), unit_of_work():
            db.session.execute(update(Invoice).where(Invoice.id == made.id).values({column: new.get(column, "x")}))
        with pytest.raises(DBAPIError, match="frozen"), unit_of_work():
            db.session.execute(delete(InvoiceLine).where(InvoiceLine.invoice_id == made.id))

    def test_the_database_too_knows_the_whole(self) -> None:
        invoice_id = issued()
        with pytest.raises(Refused, match="more than what is left"), unit_of_work():
            db.session.execute(update(Invoice).where(Invoice.id == invoice_id).values(credited=D(545)))

    def test_finance_credits_and_the_rep_looks(self, actor: Callable[[str], Actor]) -> None:
        invoice_id = issued()
        for who in ("rep", "manager", "operator"):
            with pytest.raises(Forbidden):
                credited(invoice_id, actor(who))
        with pytest.raises(NotFound):
            credited(invoice_id, actor("outsider"))
        made = credited(invoice_id, actor("finance"))
        assert queries.invoice(actor("rep"), made.id).number == made.number
        with pytest.raises(NotFound):
            queries.invoice(actor("outsider"), made.id)

    def test_it_stands_on_the_timelines_and_in_the_audit(self) -> None:
        invoice_id = issued()
        made = credited(invoice_id)
        said = f"Credit note {made.number} issued for invoice"
        for noun, record_id in (
            ("accounts", made.account_id),
            ("opportunities", made.opportunity_id),
            ("invoices", invoice_id),
        ):
            assert any(e.activity.subject.startswith(said) for e in timeline(SYSTEM, noun, record_id or 0))
        assert any(entry.action == "created" for entry in audit.history("invoices", made.id))
        assert any("credited" in entry.changes for entry in audit.history("invoices", invoice_id))

    def test_every_figure_follows_in_the_month_of_the_credit_note(self) -> None:
        may, june = (Period(date(2026, n, 1), date(2026, n + 1, 1), str(n)) for n in (5, 6))
        with clock.frozen(clock.now().replace(year=2026, month=5, day=4)):
            invoice_id = issued()
            pay_on(invoice_id, "544.57", date(2026, 5, 5))
        with clock.frozen(clock.now().replace(year=2026, month=6, day=4)):
            made = credited(invoice_id, lines={lines_of(invoice_id)[1].id: Wanted(D(1))})
            refund(invoice_id, str(-made.total), day=date(2026, 6, 5))
            assert [sum(n for _, _, n in counted([may, june])) for counted in (measures.invoiced, measures.bookings)] == [
                D("300.50"), D("500.75"),
            ]  # fmt: skip
            by_month = {place: n for _, place, n in measures.invoiced([may, june])}
            assert by_month == {0: D("500.75"), 1: D("-200.25")}
            assert {place: n for _, place, n in measures.collected([may, june])} == {0: D("544.57"), 1: made.total}
            assert {place: n for _, place, n in measures.margin([may, june])} == {0: D("500.75"), 1: D("-200.25")}
            results = channels.channel_results(june)
            assert sum(one.invoiced for one in results) == D("-200.25")


def pay_on(invoice_id: int, amount: str, day: date) -> None:
    with unit_of_work():
        services.record_payment(SYSTEM, invoice_id, amount=D(amount), currency="USD", received_on=day, method="Card")


def test_twenty_credits_at_once_never_take_more_than_the_invoice(live_app: Flask) -> None:
    invoice_id = issued()
    db.session.remove()

    def credit(place: int) -> str:
        def act() -> int:
            return services.issue_credit(SYSTEM, invoice_id, reason=CreditReason.PRICE, amount=D(100))

        return str(transact(act))

    answers = at_once(live_app, credit, crowd=20)
    assert sum(isinstance(one, str) for one in answers) == 5, answers
    assert {type(one) for one in answers if not isinstance(one, str)} == {Refused}
    numbers = db.session.scalars(
        select(Invoice.number).where(Invoice.credits_id == invoice_id).order_by(Invoice.id)
    ).all()
    assert [number and number[-5:] for number in numbers] == [f"0000{n}" for n in range(1, 6)]
    assert db.session.scalar(select(func.sum(InvoiceLine.net)).where(InvoiceLine.credits_id.is_not(None))) == 500
    assert db.session.get_one(Invoice, invoice_id).credited == D("543.75")


class TestPages:
    def test_finance_credits_and_refunds(self, client_of: Sign) -> None:
        invoice_id = issued()
        pay(invoice_id, "544.57")
        finance, url = client_of("finance"), f"/invoices/{invoice_id}"
        assert f"{url}/credit-notes/new" in finance.get(url).text
        assert "544.57" in finance.get(f"{url}/credit-notes/new").text
        first = lines_of(invoice_id)[0]
        rows = {"lines-0-line_id": first.id, "lines-0-quantity": "1"}
        version = queries.invoice(SYSTEM, invoice_id).version
        typed = FORM | rows | {"scope": "lines", "version": version}
        assert "109.02" in finance.post(f"{url}/credit-notes/totals", data=typed, htmx="totals").text
        for bad in (
            {"reason": ""},
            {"reason": "x"},
            {"lines-0-quantity": "2"},
            {"scope": "amount"},
            {"lines-0-line_id": "9x"},
        ):
            assert finance.post(f"{url}/credit-notes", data=typed | bad).status_code == 422
        assert finance.post(f"{url}/credit-notes", data=typed | {"version": "1"}).status_code == 409
        assert not queries.invoice(SYSTEM, invoice_id).credited
        made = finance.post(f"{url}/credit-notes", data=typed | {"nonce": "c"})
        assert made.status_code == 303
        assert finance.post(f"{url}/credit-notes", data=typed | {"nonce": "c"}).location == made.location
        shown = finance.get(made.location).text
        assert "Credit note CN-" in shown
        assert "Goods returned" in shown
        assert finance.get(f"{made.location}/credit-notes/new").status_code == 404
        assert "Record a refund" in finance.get(url).text
        assert "Refund what was credited of INV-" in finance.get("/").text
        money = {"amount": "109.02", "received_on": "2026-06-01", "method": "Card", "reference": ""}
        assert finance.post(f"{url}/refunds", data=money | {"amount": "109.03"}).status_code == 422
        for _ in range(2):
            assert finance.post(f"{url}/refunds", data=money | {"nonce": "r"}).status_code == 303
        assert queries.invoice(SYSTEM, invoice_id).amount_due == 0

    def test_others_look_or_do_not(self, client_of: Sign) -> None:
        invoice_id = issued()
        url = f"/invoices/{invoice_id}"
        for act in ("credit-notes", "credit-notes/totals", "refunds"):
            assert client_of("rep").post(f"{url}/{act}", data=FORM).status_code == 403
        assert client_of("rep").get(f"{url}/credit-notes/new").status_code == 403
        assert client_of("outsider").post(f"{url}/credit-notes", data=FORM).status_code == 403
        assert not queries.invoice(SYSTEM, invoice_id).credit_notes

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_list_of_payments(self, client_of: Sign, count_queries: list[str], count: int) -> None:
        for _ in range(count):
            invoice_id = issued()
            pay(invoice_id, "544.57")
            credited(invoice_id, amount=D(1))
            refund(invoice_id, "1.09")
        finance = client_of("finance")
        count_queries.clear()
        shown = finance.get("/payments?received_on_from=2026-06-01&refund=0").text
        assert shown.count('href="/invoices/') >= count
        assert str(544.57 * count)[:6] in shown.replace(",", "")
        assert len([s for s in count_queries if "FROM payment" in s]) == 3
        for sort in ("number", "account", "received_on", "-amount", "method", "reference", "recorded_by", "owner"):
            assert finance.get(f"/payments?sort={sort}").status_code == 200
        assert re.sub("<[^>]+>", "", finance.get("/payments?refund=1").text).count("1.09") >= count
        exported = finance.post("/exports", data={"listing": "payments", "query": "refund=1", "format": "csv"})
        assert exported.text.count("-1.09") == count
        assert "No row" in client_of("outsider").get("/payments?refund=1").text

    @pytest.mark.parametrize(
        ("metric", "url"),
        [(Metric.COLLECTED, "/payments"), (Metric.INVOICED, "/invoices"), (Metric.MARGIN, "/invoices")],
    )
    def test_a_measure_leads_to_the_documents_it_counts(self, client_of: Sign, metric: Metric, url: str) -> None:
        with clock.frozen(clock.now().replace(year=2026, month=6, day=4)):
            invoice_id = issued()
            pay(invoice_id, "544.57")
            credited(invoice_id, amount=D(1))
            refund(invoice_id, "1.09")
            counted = measure(metric)
            assert counted
            june = Period(date(2026, 6, 1), date(2026, 7, 1), "June")
            behind = counted.documents(june, {world.position("rep").id}).filters
            page = client_of("finance").get(f"{url}?{urlencode(behind)}").text
        amount = sum(n for _, _, n in counted.count([june]))
        assert amount in (D("543.48"), D("499.75"))
        assert f"{amount:.2f}" in re.sub("<[^>]+>", "", page)

    def test_both_kinds_stand_in_the_list(self, client_of: Sign) -> None:
        made = credited(issued())
        finance = client_of("finance")
        assert made.number in finance.get("/invoices").text
        assert made.number in finance.get("/invoices?standing=credit_note").text
        assert made.number not in finance.get("/invoices?standing=credited").text
        assert f"/invoices/{made.credits_id}" in finance.get("/invoices?standing=credited").text


@pytest.mark.skipif(pdf.available() is not None, reason=pdf.available() or "")
@pytest.mark.parametrize(("country", "words"), [("US", "Credit note"), ("DE", "Gutschrift")])
def test_it_is_printed_and_mailed_once(run_jobs: Callable[[], int], client: Client, country: str, words: str) -> None:
    customer = makers.account(country, "", language="de" if country == "DE" else "en")
    quote = makers.sent(customer=customer)
    with unit_of_work():
        order_id = makers.accept_offer(makers.CUSTOMER, quote.id, 1, ip="192.0.2.7", reference="PO 7", at=clock.now())
    with unit_of_work():
        invoice_id = services.bill_order(SYSTEM, order_id)
    with unit_of_work():
        services.issue(SYSTEM, invoice_id)
    made = credited(invoice_id, amount=D(100))
    run_jobs()
    assert db.session.get_one(Invoice, made.id).pdf_key
    mail = db.session.scalars(
        select(Message).where(Message.reason == f"invoice:{made.id}:send").options(joinedload(Message.content))
    ).one()
    assert words in mail.content.subject
    found = re.search(r"/i/[\w.-]+", mail.content.text)
    assert found
    assert made.number.replace("-", "‑") in client.get(found[0]).text  # type: ignore[union-attr]
    assert client.get(f"{found[0]}/pdf").mimetype == "application/pdf"
    assert db.session.scalar(select(func.count()).select_from(Payment)) == 0
