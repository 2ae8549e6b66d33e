"""What becomes of an order."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError

from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Forbidden, NotFound, Refused, Stale
from portal.kernel.paper import snapshot_hash
from portal.orders import queries, services
from portal.orders.models import Order, OrderLine
from tests.conftest import Client
from tests.quotes import makers

pytestmark = pytest.mark.usefixtures("app")


def test_an_order_keeps_prices_and_its_confirmation() -> None:
    order = queries.order(SYSTEM, makers.accepted())
    assert order.snapshot_hash == snapshot_hash(order.snapshot)  # type: ignore[arg-type]
    assert (order.snapshot or {})["your_reference"] == "PO 7"
    assert queries.totals_of(order).total == order.total == Decimal("544.57")
    with pytest.raises(DBAPIError, match="frozen"), unit_of_work():
        db.session.execute(update(OrderLine).where(OrderLine.order_id == order.id).values(unit_price=Decimal(1)))


def test_fulfil_once_and_never_after_cancelling() -> None:
    first, second = makers.accepted(), makers.accepted()
    with unit_of_work():
        services.fulfil(SYSTEM, first, version=1)
    with pytest.raises(Stale), unit_of_work():
        services.fulfil(SYSTEM, first, version=1)
    with pytest.raises(Refused), unit_of_work():
        services.cancel(SYSTEM, first, reason="Too late")
    with unit_of_work():
        services.cancel(SYSTEM, second, reason=" Shop closed ")
    order = db.session.get_one(Order, second)
    assert (order.state, order.cancel_reason) == ("cancelled", "Shop closed")
    with pytest.raises(Refused), unit_of_work():
        services.fulfil(SYSTEM, second)


def test_who_may(actor: Callable[[str], Actor]) -> None:
    order_id = makers.accepted()
    with pytest.raises(NotFound), unit_of_work():
        services.fulfil(actor("outsider"), order_id)
    with pytest.raises((Forbidden, NotFound)), unit_of_work():
        services.fulfil(actor("marketer"), order_id)
    with unit_of_work():
        services.fulfil(actor("rep"), order_id)


class TestPages:
    @pytest.mark.parametrize("tab", ["overview", "files", "changes"])
    def test_the_page(self, client_of: Callable[[str], Client], tab: str) -> None:
        order_id = makers.accepted()
        page = client_of("rep").get(f"/orders/{order_id}?tab={tab}")
        assert page.status_code == 200
        assert "Bill order" not in page.text
        assert client_of("outsider").get(f"/orders/{order_id}").status_code == 404
        assert client_of("marketer").get(f"/orders/{order_id}").status_code == 403

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_list(self, client_of: Callable[[str], Client], count_queries: list[str], count: int) -> None:
        for _ in range(count):
            makers.accepted()
        client = client_of("finance")
        count_queries.clear()
        assert client.get("/orders").text.count('href="/orders/') >= count
        assert len([s for s in count_queries if "sales_order" in s]) == 2
        for sort in ("number", "account", "customer_reference", "state", "placed_at", "-total"):
            assert client.get(f"/orders?sort={sort}").status_code == 200

    def test_fulfilling_and_cancelling(self, client_of: Callable[[str], Client]) -> None:
        order_id, other = makers.accepted(), makers.accepted()
        client = client_of("rep")
        assert client.post(f"/orders/{order_id}/fulfilment", data={"version": 1}).status_code == 303
        assert client.post(f"/orders/{order_id}/fulfilment", data={"version": 1}).status_code == 409
        assert client.post(f"/orders/{other}/cancellation", data={"reason": ""}).status_code == 422
        assert client.post(f"/orders/{other}/cancellation", data={"reason": "Closed"}, htmx="record").status_code == 200
        assert db.session.get_one(Order, other).state == "cancelled"
        for who, code in (("outsider", 404), ("marketer", 403)):
            assert client_of(who).post(f"/orders/{order_id}/fulfilment", data={}).status_code == code
