"""Orders in the browser: printing again, and acts on many."""

from collections.abc import Callable

from sqlalchemy import select

from portal.invoices.models import Invoice
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.kernel.printed import keep_paper
from portal.orders import queries
from portal.orders.models import Order
from portal.web import pdf
from tests.conftest import Client
from tests.quotes import makers

Sign = Callable[[str], Client]


def test_a_confirmation_that_could_not_be_printed_is_tried_again(client_of: Sign, run_jobs: Callable[[], None]) -> None:
    order_id = makers.accepted()
    with unit_of_work():
        keep_paper(Order, order_id, None, "The printer was away")
    rep, url = client_of("rep"), f"/orders/{order_id}"
    assert "Try again" in rep.get(url).text
    assert client_of("marketer").post(f"{url}/printing").status_code == 403
    assert client_of("outsider").post(f"{url}/printing").status_code == 404
    assert rep.post(f"{url}/printing", htmx="record").status_code == 200
    run_jobs()
    printed = queries.order(SYSTEM, order_id).pdf_key
    assert bool(printed) == (pdf.available() is None)
    if printed:
        assert rep.post(f"{url}/printing").status_code == 422
        assert "Try again" not in rep.get(url).text


def test_many_orders_are_fulfilled_and_billed_from_the_list(client_of: Sign) -> None:
    first, second = makers.accepted(), makers.accepted()
    rep, finance = client_of("rep"), client_of("finance")
    picked = {"pick": [first, second]}
    assert rep.post("/lists/orders/acts/fulfilment", data=picked).status_code == 303
    assert [queries.order(SYSTEM, one).state for one in (first, second)] == ["fulfilled", "fulfilled"]
    assert rep.post("/lists/orders/acts/invoice", data=picked).status_code == 403
    assert finance.post("/lists/orders/acts/invoice", data=picked).status_code == 303
    answer = finance.post("/lists/orders/acts/invoice", data=picked, follow_redirects=True)
    assert "2 left as they were. This order has an invoice already." in answer.text
    assert len(db.session.scalars(select(Invoice)).all()) == 2
