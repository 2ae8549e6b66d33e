"""From order to cash in the browser."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from portal.invoices import queries, services
from portal.invoices.models import Invoice, Payment
from portal.kernel import clock, links
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message
from portal.web import pdf
from tests.conftest import Client
from tests.quotes import makers

from .test_services import billed, issued

Sign = Callable[[str], Client]
PAYMENT = {"amount": "44.57", "received_on": "2026-06-01", "method": "Card", "reference": "R 1"}


def test_finance_bills_issues_and_records(client_of: Sign) -> None:
    order_id = makers.accepted()
    client = client_of("finance")
    assert "Bill order" in client.get(f"/orders/{order_id}").text
    made = client.post(f"/orders/{order_id}/invoice", data={"nonce": "a"})
    assert made.location == client.post(f"/orders/{order_id}/invoice", data={"nonce": "a"}).location
    url = made.location
    assert "Draft invoice" in client.get(url).text
    assert client.post(f"{url}/terms", data={"payment_days": "45", "version": 1}).status_code == 303
    assert client.post(f"{url}/terms", data={"payment_days": "10", "version": 1}).status_code == 409
    assert client.post(f"{url}/issue", data={}, htmx="record").status_code == 200
    assert "INV-" in client.get(url).text
    for bad in (
        {"amount": "0"},
        {"amount": "999"},
        {"amount": "1.005"},
        {"received_on": "2999-01-01"},
        {"method": "Gold"},
    ):
        assert client.post(f"{url}/payments", data=PAYMENT | bad).status_code == 422
    assert client.post(f"{url}/payments", data=PAYMENT | {"nonce": "p"}).status_code == 303
    assert client.post(f"{url}/payments", data=PAYMENT | {"nonce": "p"}).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(Payment)) == 1
    assert client.post(f"{url}/payments", data=PAYMENT | {"amount": "500"}).status_code == 303
    assert "In full" in client.get(url).text


def test_others_look_or_do_not(client_of: Sign) -> None:
    invoice_id = billed()
    url = f"/invoices/{invoice_id}"
    assert client_of("rep").get(url).status_code == 200
    assert client_of("outsider").get(url).status_code == 404
    assert client_of("marketer").get(url).status_code == 403
    for act in ("terms", "issue", "discard", "printing", "payments"):
        assert client_of("rep").post(f"{url}/{act}", data=PAYMENT).status_code == 403
    assert queries.invoice(SYSTEM, invoice_id).state == "draft"


@pytest.mark.parametrize("count", [1, 3])
def test_the_list(client_of: Sign, count_queries: list[str], count: int) -> None:
    for _ in range(count):
        issued()
    client = client_of("finance")
    count_queries.clear()
    assert client.get("/invoices").text.count('href="/invoices/') >= count
    assert len([s for s in count_queries if "FROM invoice" in s]) == 3
    for sort in ("number", "standing", "issued_on", "due_on", "-total", "amount_due", "account"):
        assert client.get(f"/invoices?sort={sort}").status_code == 200
    assert "No row matches" in client.get("/invoices?standing=overdue").text


@pytest.mark.parametrize("tab", ["overview", "files", "changes"])
def test_the_page(client_of: Sign, tab: str) -> None:
    assert client_of("rep").get(f"/invoices/{issued()}?tab={tab}").status_code == 200


def test_the_customer_sees_one_invoice(client: Client) -> None:
    mine, other = issued(), billed()
    ends = clock.now() + timedelta(days=5)
    with unit_of_work():
        token = links.issue(services.LINK, mine, 1, expires_at=ends)
        draft = links.issue(services.LINK, other, 1, expires_at=ends)
    page = client.get(f"/i/{token}")
    assert "INV-" in page.text
    assert "How to pay" in page.text
    assert client.get(f"/i/{draft}").status_code == 404
    assert client.get(f"/q/{token}").status_code == 404
    with clock.frozen(ends + timedelta(seconds=1)):
        assert client.get(f"/i/{token}").status_code == 404
    with unit_of_work():
        links.revoke(services.LINK, mine)
    assert client.get(f"/i/{token}").status_code == 404


@pytest.mark.skipif(pdf.available() is not None, reason=pdf.available() or "")
def test_confirmation_and_invoice_are_printed_and_mailed(run_jobs: Callable[[], int], client: Client) -> None:
    invoice_id = issued()
    run_jobs()
    invoice = db.session.get_one(Invoice, invoice_id)
    assert invoice.pdf_key
    reasons = db.session.scalars(select(Message.reason).where(Message.noun_of.in_(["orders", "invoices"]))).all()
    assert sorted(reasons) == [f"invoice:{invoice_id}:send", f"order:{invoice.order_id}:confirm"]


def test_many_invoices_are_issued_and_paid_from_the_list(client_of: Sign) -> None:
    one, other = billed(), billed()
    finance, acts = client_of("finance"), "/lists/invoices/acts"
    assert client_of("rep").post(f"{acts}/issue", data={"pick": one}).status_code == 403
    assert finance.post(f"{acts}/issue", data={"pick": [one, other]}).status_code == 303
    assert queries.invoice(SYSTEM, other).number is not None
    answer = finance.post(f"{acts}/payment", data={"pick": one, "value-payment": "Gold"}, follow_redirects=True)
    assert "Say how the money arrived." in answer.text
    for said in ("Paid in full today, by: 1 row", "This invoice is paid."):
        answer = finance.post(f"{acts}/payment", data={"pick": one, "value-payment": "Card"}, follow_redirects=True)
        assert said in answer.text
    assert db.session.scalars(select(Payment.amount)).all() == [queries.invoice(SYSTEM, one).total]


def test_the_list_tells_how_invoices_stand_on_the_day_it_is_read(client_of: Sign) -> None:
    issued()
    finance, overdue = client_of("finance"), "/invoices?standing=overdue"
    assert "INV-" not in finance.get(overdue).text
    with clock.frozen(clock.now() + timedelta(days=60)):
        later = client_of("finance")
        assert "INV-" in later.get(overdue).text
        assert "INV-" in later.get("/invoices?standing=open,overdue").text
        exported = later.post("/exports", data={"listing": "invoices", "query": "standing=overdue", "format": "csv"})
        assert "Overdue" in exported.text
    assert finance.get("/invoices?standing=lost").status_code == 422
