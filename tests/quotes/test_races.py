"""Fifty people press Accept at once: one order, on a real database with real commits."""

import threading
from collections.abc import Callable

from flask import Flask
from sqlalchemy import func, select, text

from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import db, transact, unit_of_work
from portal.kernel.errors import Refused
from portal.opportunities.models import Opportunity
from portal.orders.models import Order, OrderLine
from portal.orders.services import accept_offer
from portal.quotes import services

from . import makers

CROWD = 50


def at_once(app: Flask, act: Callable[[int], object], crowd: int = CROWD) -> list[object]:
    """Run `act` in as many threads, let go together; what each returned or raised."""
    ready, answers = threading.Barrier(crowd), [None] * crowd

    def one(place: int) -> None:
        with app.app_context():
            ready.wait()
            try:
                answers[place] = act(place)
            except Exception as error:
                answers[place] = error
            finally:
                db.session.remove()

    threads = [threading.Thread(target=one, args=(place,)) for place in range(crowd)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def accept(quote_id: int, place: int) -> int:
    customer = Actor(f"Customer {place}")
    return transact(lambda: accept_offer(customer, quote_id, 1, ip="192.0.2.7", reference="", at=clock.now()))


def test_fifty_acceptances_make_one_order(live_app: Flask) -> None:
    found = makers.sent()
    quote_id, deal_id = found.id, found.opportunity_id
    db.session.remove()
    answers = at_once(live_app, lambda place: accept(quote_id, place))
    assert {type(answer) for answer in answers} == {int}, answers
    assert len(set(answers)) == 1
    assert db.session.scalar(select(func.count()).select_from(Order)) == 1
    assert db.session.scalar(select(func.count()).select_from(OrderLine)) == 2
    assert db.session.get_one(Opportunity, deal_id).state == "won"
    told = db.session.execute(text("SELECT topic, count(*) FROM outbox_entry GROUP BY topic ORDER BY topic")).all()
    assert dict(map(tuple, told))["OrderPlaced"] == 1


def test_the_race_is_real(live_app: Flask) -> None:
    """The control: look first, act later, without lock and without unique key. It places several orders."""
    with unit_of_work():
        db.session.execute(text("CREATE TABLE naive_order (id INTEGER, revision_id INTEGER)"))
    looked = threading.Barrier(8)

    def naive(place: int) -> None:
        free = db.session.scalar(text("SELECT count(*) FROM naive_order WHERE revision_id = 1")) == 0
        db.session.rollback()
        looked.wait()
        if free:
            with unit_of_work():
                db.session.execute(text("INSERT INTO naive_order VALUES (:id, 1)"), {"id": place})

    at_once(live_app, naive, crowd=8)
    assert db.session.scalar(text("SELECT count(*) FROM naive_order")) > 1


def test_accepting_withdrawing_and_revising_at_once_leave_one_truth(live_app: Flask) -> None:
    found = makers.sent()
    quote_id = found.id
    db.session.remove()
    acts: list[Callable[[int], object]] = [
        lambda place: accept(quote_id, place),
        lambda place: transact(lambda: services.withdraw(SYSTEM, quote_id)),
        lambda place: transact(lambda: services.revise(SYSTEM, quote_id)),
        lambda place: transact(lambda: services.decline(Actor("Kevin"), quote_id, 1, reason="Too dear")),
    ]
    answers = at_once(live_app, lambda place: acts[place % 4](place), crowd=16)
    assert all(answer is None or isinstance(answer, int | Refused) for answer in answers), answers
    state = text("SELECT state FROM quote_revision WHERE quote_id = :id AND number = 1")
    first = db.session.scalar(state, {"id": quote_id})
    orders = db.session.scalar(select(func.count()).select_from(Order))
    assert orders == (1 if first == "accepted" else 0)
