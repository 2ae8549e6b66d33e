"""From draft to sent, revised, withdrawn, accepted, declined, ended."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from portal.activities.models import Activity
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Forbidden, NotFound, Refused, Stale
from portal.kernel.paper import snapshot_hash
from portal.opportunities.models import Opportunity
from portal.orders.models import Order, OrderLine
from portal.orders.services import accept_offer
from portal.quotes import queries, services
from portal.quotes.models import QuoteLine, Revision
from portal.quotes.services import LineValues
from portal.quotes.states import RevisionState

from . import makers

D = Decimal
pytestmark = pytest.mark.usefixtures("app")


def kept(found: Revision) -> list[LineValues]:
    """The stored lines, typed again."""
    return [
        LineValues(line.quantity, line.discount_percent, line.id, line.product_id, line.description, line.unit_price)
        for line in found.lines
    ]


def test_a_draft_takes_lines_and_prices_of_the_opportunity() -> None:
    found = makers.draft()
    revision = queries.newest(found)
    assert found.number.startswith("Q-")
    assert [(line.quantity, line.unit_price, line.net) for line in revision.lines] == [
        (D(1), D("100.25"), D("100.25")),
        (D(2), D("200.25"), D("400.50")),
    ]
    assert (revision.net, revision.tax, revision.total) == (D("500.75"), D("43.82"), D("544.57"))


def test_a_price_stays_until_the_quantity_changes() -> None:
    good = makers.product(price="80", volume="75.5")
    found = makers.draft(lines=1)
    with unit_of_work():
        services.save_draft(SYSTEM, found.id, makers.values(LineValues(D(9), product_id=good.id)))
    line = makers.revision(found).lines[0]
    assert line.unit_price == D(80)
    for quantity, price in ((D(9), D(80)), (D(10), D("75.5")), (D(2), D(80))):
        typed = LineValues(quantity, line_id=line.id, product_id=good.id)
        with unit_of_work():
            services.save_draft(SYSTEM, found.id, makers.values(typed))
        assert makers.revision(found).lines[0].unit_price == price


def test_what_the_browser_says_of_a_price_counts_for_write_ins_only() -> None:
    good = makers.product(price="80")
    found = makers.draft(lines=1)
    typed = [
        LineValues(D(1), product_id=good.id, unit_price=D("0.01")),
        LineValues(D(2), D(10), description=" Fitting day ", unit_price=D("680")),
    ]
    with unit_of_work():
        sums = services.save_draft(SYSTEM, found.id, makers.values(*typed, discount_percent=D(5)))
    lines = makers.revision(found).lines
    assert [(line.description, line.unit_price, line.net) for line in lines] == [
        (good.name, D(80), D(80)),
        ("Fitting day", D(680), D(1224)),
    ]
    assert (sums.lines, sums.discount, sums.net) == (D("1304.00"), D("65.20"), D("1238.80"))


def test_lines_can_be_moved_and_removed() -> None:
    found = makers.draft(lines=3)
    first, second, third = kept(queries.newest(found))
    with unit_of_work():
        services.save_draft(SYSTEM, found.id, makers.values(third, first))
    lines = makers.revision(found).lines
    assert [(line.place, line.description) for line in lines] == [(1, "Bike 3"), (2, "Bike 1")]
    assert [line.id for line in lines] == [third.line_id, first.line_id]
    assert db.session.get(QuoteLine, second.line_id) is None


def test_a_preview_stores_nothing() -> None:
    found = makers.draft()
    lines = kept(queries.newest(found))
    _, sums = services.preview(SYSTEM, found.id, makers.values(lines[0], discount_percent=D(50)))
    assert sums.net == D("50.12")
    db.session.commit()
    assert makers.revision(found).net == D("500.75")


def test_the_second_of_two_editors_is_told() -> None:
    found = makers.draft()
    version = queries.newest(found).version
    with unit_of_work():
        services.save_draft(SYSTEM, found.id, makers.values(*kept(makers.revision(found))[:1]), version=version)
    with pytest.raises(Stale), unit_of_work():
        services.save_draft(SYSTEM, found.id, makers.values(), version=version)
    assert len(makers.revision(found).lines) == 1


def test_people_reach_their_own_quotes_only(actor: Callable[[str], Actor]) -> None:
    found = makers.draft("rep")
    with pytest.raises(NotFound):
        services.save_draft(actor("outsider"), found.id, makers.values())
    with pytest.raises(Forbidden):
        services.save_draft(actor("finance"), found.id, makers.values())
    with unit_of_work():
        services.send(actor("manager"), found.id, to="kevin@eastside.example")


def test_sending_freezes_a_snapshot_with_its_hash() -> None:
    found = makers.sent()
    revision = queries.newest(found)
    assert revision.state == RevisionState.SENT
    assert revision.snapshot_hash == snapshot_hash(revision.snapshot)  # type: ignore[arg-type]
    assert revision.snapshot["totals"]["total"] == "544.57"  # type: ignore[index]
    assert revision.snapshot["to"]["rows"] == ["9992 Whipple Rd", "Union City, CA 94587"]  # type: ignore[index]


def test_the_snapshot_speaks_the_language_of_the_customer() -> None:
    found = makers.sent(customer=makers.account("DE", "", "de"))
    snapshot = queries.newest(found).snapshot or {}
    assert snapshot["language"] == "de-DE"
    assert snapshot["terms"][0]["text"] == "Zahlbar innerhalb von 14 Tagen ohne Abzug."
    assert snapshot["totals"]["taxes"][0]["rate"] == "19"
    assert snapshot["to"]["rows"][-1] == "Deutschland"


@pytest.mark.parametrize(
    "column", ["valid_until", "terms", "net", "total", "snapshot_hash", "sent_at", "currency", "discount_percent"]
)
def test_the_database_refuses_changes_of_a_sent_revision(column: str) -> None:
    revision = queries.newest(makers.sent())
    kind = getattr(Revision, column).type.python_type
    other = {str: "x", Decimal: D(1)}.get(kind, revision.created_at)
    new = revision.valid_until + timedelta(days=9) if column == "valid_until" else other
    with pytest.raises(DBAPIError, match="frozen"), unit_of_work():
        db.session.execute(update(Revision).where(Revision.id == revision.id).values({column: new}))


def test_the_database_refuses_changes_of_sent_lines() -> None:
    line = queries.newest(makers.sent()).lines[0]
    with pytest.raises(DBAPIError, match="frozen"), unit_of_work():
        db.session.execute(update(QuoteLine).where(QuoteLine.id == line.id).values(quantity=D(99)))
    with pytest.raises(DBAPIError, match="frozen"), unit_of_work():
        db.session.execute(db.delete(QuoteLine).where(QuoteLine.id == line.id))


def test_nothing_that_was_sent_can_be_saved_or_sent_again() -> None:
    found = makers.sent()
    for act in (
        lambda: services.save_draft(SYSTEM, found.id, makers.values()),
        lambda: services.send(SYSTEM, found.id, to="kevin@eastside.example"),
    ):
        with pytest.raises(Refused), unit_of_work():
            act()


def test_an_empty_or_ended_quote_is_not_sent() -> None:
    found = makers.draft()
    with unit_of_work():
        services.save_draft(SYSTEM, found.id, makers.values())
    with pytest.raises(Refused, match="at least one line"), unit_of_work():
        services.send(SYSTEM, found.id, to="a@b.example")
    other = makers.draft()
    ended = makers.values(*kept(queries.newest(other)), valid_until=clock.now().date() - timedelta(days=3))
    with unit_of_work():
        services.save_draft(SYSTEM, other.id, ended)
    with pytest.raises(Refused, match="would end"), unit_of_work():
        services.send(SYSTEM, other.id, to="a@b.example")


def test_a_revision_replaces_and_tells_what_moved() -> None:
    found = makers.sent()
    with unit_of_work():
        services.revise(SYSTEM, found.id)
    again = queries.quote(SYSTEM, found.id)
    assert [(r.number, r.state) for r in again.revisions] == [(1, "superseded"), (2, "draft")]
    first, second = kept(queries.newest(again))
    with unit_of_work():
        changed = LineValues(D(5), D(10), first.line_id, first.product_id)
        services.save_draft(SYSTEM, found.id, makers.values(changed, LineValues(D(1), description="Freight")))
    again = queries.quote(SYSTEM, found.id)
    moved = queries.moved(again, queries.newest(again))
    assert [(c.what, c.description) for c in moved] == [
        ("quantity", "Bike 1"),
        ("discount", "Bike 1"),
        ("added", "Freight"),
        ("removed", "Bike 2"),
    ]
    with unit_of_work():
        services.send(SYSTEM, found.id, to="kevin@eastside.example")
    snapshot = makers.revision(found).snapshot or {}
    assert (snapshot["replaces"], snapshot["changes"][0]) == (1, "Bike 1: quantity 1 → 5")


def test_acceptance_makes_the_order_and_wins_the_deal() -> None:
    found = makers.sent()
    at = clock.now()
    with unit_of_work():
        order_id = accept_offer(makers.CUSTOMER, found.id, 1, ip="192.0.2.7", reference=" PO 7 ", at=at)
    revision = makers.revision(found)
    assert (revision.state, revision.accepted_by, revision.accepted_ip) == ("accepted", "Kevin Liu", "192.0.2.7")
    order = db.session.get_one(Order, order_id)
    assert (order.total, order.customer_reference, order.payment_days) == (D("544.57"), "PO 7", 14)
    lines = db.session.scalars(select(OrderLine).where(OrderLine.order_id == order_id).order_by(OrderLine.place)).all()
    assert [(line.sku, line.quantity, line.net) for line in lines] == [
        (line.sku, line.quantity, line.net) for line in revision.lines
    ]
    deal = db.session.get_one(Opportunity, found.opportunity_id)
    assert (deal.state, deal.actual_revenue) == ("won", D("500.75"))
    told = db.session.scalars(select(Activity.subject).order_by(Activity.id.desc())).all()
    assert any("accepted by Kevin Liu" in subject for subject in told)


def test_accepting_again_is_the_same_order() -> None:
    found = makers.sent()
    ids = set()
    for name in ("Kevin Liu", "Somebody Else"):
        with unit_of_work():
            ids.add(accept_offer(Actor(name), found.id, 1, ip="192.0.2.7", reference="", at=clock.now()))
    assert len(ids) == 1
    assert makers.revision(found).accepted_by == "Kevin Liu"


@pytest.mark.parametrize("end", ["withdraw", "revise", "decline", "expire"])
def test_what_is_no_longer_open_cannot_be_accepted(end: str) -> None:
    found = makers.sent()
    with unit_of_work():
        if end == "withdraw":
            services.withdraw(SYSTEM, found.id)
        elif end == "revise":
            services.revise(SYSTEM, found.id)
        elif end == "decline":
            services.decline(makers.CUSTOMER, found.id, 1, reason="Too dear")
    late = clock.now() + timedelta(days=40 if end == "expire" else 0)
    with clock.frozen(late), pytest.raises(Refused), unit_of_work():
        accept_offer(makers.CUSTOMER, found.id, 1, ip="", reference="", at=late)
    assert db.session.scalar(select(Order.id).where(Order.revision_id == makers.revision(found).id)) is None


def test_a_decline_keeps_the_reason_and_allows_a_revision() -> None:
    found = makers.sent()
    for reason in ("Too dear", "Said again"):
        with unit_of_work():
            services.decline(makers.CUSTOMER, found.id, 1, reason=reason)
    assert makers.revision(found).declined_reason == "Too dear"
    with unit_of_work():
        services.revise(SYSTEM, found.id)
    assert makers.revision(found).number == 2


def test_ended_offers_expire_by_themselves(app: Flask) -> None:
    found, other = makers.sent(), makers.draft()
    with unit_of_work():
        assert services.expire_ended() == 0
    with clock.frozen(clock.now() + timedelta(days=40)), unit_of_work():
        assert services.expire_ended() == 1
    assert (makers.revision(found).state, makers.revision(other).state) == ("expired", "draft")
