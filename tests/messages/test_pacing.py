"""The pace of servers, recipient domains and batches, over all workers; and the breaker."""

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from portal.consent.states import Channel, Purpose
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.messages.models import MailPace, Message, MessageBatch
from portal.messages.queries import due
from portal.messages.rules import ACCEPTED, Kind, Outcome, Pace
from portal.messages.rules.pacing import allowance, halved, least, recovered, spent, tripped
from portal.messages.services import (
    Letter,
    Way,
    add_server,
    deliver,
    open_batch,
    pause_batch,
    run_batch,
    watch,
    write_content,
)
from portal.messages.states import BatchState
from portal.messages.states import MessageState as S
from portal.web.desk import desk
from tests.messages.makers import SETTINGS, agree, email, stored
from tests.messages.test_delivery import Recording

NOON = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


def server(**values: Any) -> int:
    with unit_of_work():
        return add_server({"name": f"Server {values.get('name', '')}", "url": "sealed"} | values).id


def turn(recording: Any, *servers: int, worker: str = "w1", **pace: Any) -> int:
    ways = [Way(recording, one) for one in servers]
    return deliver(Channel.EMAIL, ways, worker, desk(SETTINGS), Pace(**{"wait": 0} | pace))


def batch(count: int, domain: str = "example.com", *, start: int = 0, **values: Any) -> int:
    """A running one with transactional messages to that many addresses."""
    numbers = [email(f"p{start + n}@{domain}") for n in range(count)]
    with unit_of_work():
        content = write_content(subject="News", text="News", html="<p>News</p>")
        made = open_batch(Channel.EMAIL, "broadcasts", 1, content_id=content.id, **values)
        run_batch(made.id)
        db.session.execute(update(Message).where(Message.id.in_(numbers)).values(batch_id=made.id, content_id=None))
        return made.id


def states(batch_id: int) -> list[S]:
    db.session.rollback()
    return list(db.session.scalars(select(Message.state).where(Message.batch_id == batch_id).order_by(Message.id)))


def test_one_instant_keeps_a_rate() -> None:
    second = timedelta(seconds=1)
    assert allowance(None, 1.0, NOON) == 1
    assert allowance(NOON + second, 1.0, NOON) == 0
    assert allowance(None, 10.0, NOON) == 2, "no more than a fifth of a second at once"
    free, sent = None, 0
    for tenth in range(100):  # ten seconds
        now = NOON + timedelta(seconds=tenth / 10)
        may = allowance(free, 14.0, now)
        free, sent = spent(free, 14.0, now, may), sent + may
    assert 138 <= sent <= 143
    assert least(None, 3.0, 2.0) == 2.0
    assert least(None, None) is None
    assert halved(None) == 5.0
    assert recovered(4.0, NOON, NOON + timedelta(minutes=16)) == pytest.approx(8.0)
    assert recovered(4.0, NOON, NOON + timedelta(hours=3)) is None


def test_two_workers_keep_the_rate_of_a_server_together(app: Flask) -> None:
    one, made = server(per_second=10), batch(30)
    way = Recording()
    with clock.frozen(NOON):
        turn(way, one, worker="w1")
        turn(way, one, worker="w2")
    assert len(way.letters) == 2
    with clock.frozen(NOON + timedelta(seconds=1)):
        turn(way, one, worker="w2")
        turn(way, one, worker="w1")
    assert len(way.letters) == 4, "what was not used is not kept"
    assert due(Channel.EMAIL)
    assert states(made).count(S.SENT) == 4


def test_a_worker_waits_for_a_limit_by_the_second(app: Flask) -> None:
    one, made = server(per_second=20), batch(5)
    started = time.monotonic()
    assert turn(Recording(), one, wait=0.02) == 5
    assert time.monotonic() - started > 0.04
    assert states(made) == [S.SENT] * 5


def test_a_slow_domain_waits_and_the_others_do_not(app: Flask) -> None:
    one = server(domain_limits={"gmail.com": 60})
    slow, fast = batch(5, "gmail.com"), batch(5, "example.org", start=5)
    way = Recording()
    with clock.frozen(NOON):
        turn(way, one)
    assert states(fast) == [S.SENT] * 5
    assert states(slow).count(S.SENT) == 1
    db.session.rollback()
    waiting = select(Message.due_at).where(Message.batch_id == slow, Message.state == S.QUEUED).order_by(Message.due_at)
    assert [(at - NOON).total_seconds() for at in db.session.scalars(waiting)] == [2, 3, 4, 5]
    with clock.frozen(NOON + timedelta(seconds=3)):
        turn(way, one)
    assert states(slow).count(S.SENT) == 2, "one at a time, whatever was missed"


def test_a_server_that_says_slow_down_is_believed(app: Flask) -> None:
    one, made = server(), batch(5)

    class Busy(Recording):
        def hand_over(self, letter: Letter, renew: Any) -> Outcome:
            self.letters.append(letter)
            return Outcome(Kind.DEFERRED, "451 4.7.1 too many messages", code=451)

    with clock.frozen(NOON):
        busy = Busy()
        turn(busy, one)
        assert len(busy.letters) == 1, "the others to the domain are not even tried"
        pace = db.session.scalars(select(MailPace).where(MailPace.domain == "example.com")).one()
        assert (pace.learned, pace.rest_until) == (5.0, NOON + timedelta(minutes=1))
        assert states(made) == [S.DEFERRED] + [S.QUEUED] * 4
    with clock.frozen(NOON + timedelta(minutes=2)):
        turn(Recording(), one)
    assert S.SENT in states(made)


def test_a_server_that_is_away_rests_and_another_one_sends(app: Flask) -> None:
    first, second = server(name="A"), server(name="B")
    made = batch(3)

    class Gone(Recording):
        def open(self) -> Outcome:
            return Outcome(Kind.AWAY, "421 closing", code=421)

    good = Recording()
    deliver(Channel.EMAIL, [Way(Gone(), first), Way(good, second)], "w1", desk(SETTINGS), Pace())
    assert states(made) == [S.SENT] * 3
    assert {stored(letter.id).server_id for letter in good.letters} == {second}
    resting = db.session.scalars(select(MailPace).where(MailPace.server_id == first, MailPace.domain == "")).one()
    assert resting.rest_until
    assert resting.why == "421 closing"


def test_lanes_warm_up_and_sender_domains_choose_the_server(app: Flask) -> None:
    bulk = server(name="bulk", transactional=False, warm_up=[3, 50], warm_up_from=date(2027, 3, 1))
    single = server(name="single", bulk=False)
    other = server(name="other", sender_domains=["other.example"])
    made, invoice = batch(5), email("ann@example.org")
    with clock.frozen(NOON):
        turn(Recording(), bulk, single, other)
    assert states(made).count(S.SENT) == 3, "the first day of the warm-up"
    assert stored(invoice).server_id == single
    with clock.frozen(NOON + timedelta(days=1)):
        turn(Recording(), bulk, single, other)
    assert states(made) == [S.SENT] * 5


def test_only_so_many_workers_connect_at_once(app: Flask) -> None:
    one, made = server(connections=1), batch(2)

    class Meeting(Recording):
        def hand_over(self, letter: Letter, renew: Any) -> Outcome:
            assert turn(Recording(), one, worker="w2") == 0
            return ACCEPTED

    assert turn(Meeting(), one, slice=1) == 2
    assert states(made) == [S.SENT] * 2


def test_a_batch_keeps_its_own_pace_and_batches_take_turns(app: Flask) -> None:
    slow, fast = batch(3, per_hour=60), batch(4, start=3)
    way = Recording()
    with clock.frozen(NOON):
        deliver(Channel.EMAIL, [Way(way)], "w1", desk(SETTINGS), Pace(slice=2))
    assert (states(slow).count(S.SENT), states(fast).count(S.SENT)) == (1, 4)
    assert way.letters[1].id != way.letters[0].id + 1, "the second batch has its turn before the first goes on"
    with clock.frozen(NOON + timedelta(minutes=1)):
        deliver(Channel.EMAIL, [Way(way)], "w1", desk(SETTINGS))
    assert states(slow).count(S.SENT) == 2


def test_an_invoice_does_not_wait_for_the_slice_of_a_blast(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.messages.services.delivery.LOOK_AGAIN", 0.0)
    made = batch(10)
    invoice: list[int] = []

    def meanwhile(letter: Letter) -> None:
        if not invoice:
            invoice.append(email("urgent@example.com"))

    way = Recording(meanwhile)
    deliver(Channel.EMAIL, [Way(way)], "w1", desk(SETTINGS))
    assert [letter.id for letter in way.letters].index(invoice[0]) == 1
    assert states(made) == [S.SENT] * 10


def test_a_paused_batch_stops_at_once_and_costs_the_claim_nothing(app: Flask, count_queries: list[str]) -> None:
    made = batch(5)

    def meanwhile(letter: Letter) -> None:
        with unit_of_work():
            pause_batch(made, "wrong price")

    way = Recording(meanwhile)
    deliver(Channel.EMAIL, [Way(way)], "w1", desk(SETTINGS))
    assert len(way.letters) == 1
    count_queries.clear()
    assert not due(Channel.EMAIL)
    assert len([one for one in count_queries if "FROM message " in one]) == 2, "lost ones, and those that stand alone"


def test_the_breaker_pauses_what_bounces(app: Flask) -> None:
    assert tripped(99, 99, 0) == ""
    assert tripped(1000, 40, 0) == ""
    assert "41 of the last 1,000" in tripped(1000, 41, 0)
    assert "reported as spam" in tripped(1000, 0, 2)
    made = batch(120)
    deliver(Channel.EMAIL, [Way(Recording())], "w1", desk(SETTINGS))
    with unit_of_work():
        db.session.execute(update(MessageBatch).values(state=BatchState.RUNNING))
        some = db.session.scalars(select(Message.id).where(Message.batch_id == made).limit(6)).all()
        db.session.execute(update(Message).where(Message.id.in_(some)).values(bounced_at=clock.now()))
    watch(made)
    db.session.rollback()
    found = db.session.get_one(MessageBatch, made)
    assert found.state == BatchState.PAUSED
    assert found.why.startswith("6 of the last 120")
    with unit_of_work():
        run_batch(made)
    watch(made)
    assert db.session.get_one(MessageBatch, made).state == BatchState.RUNNING, "a person has decided"


def test_nobody_who_is_blocked_after_the_claim_gets_it(app: Flask) -> None:
    """The race: the slice is held already when the word arrives."""
    people = [f"person{n}@example.com" for n in range(4)]
    for address in people:
        agree(address)
    numbers = [email(address, purpose=Purpose.COMMERCIAL) for address in people]
    with unit_of_work():
        content = write_content(subject="News", text="News", html="<p>News</p>")
        made = open_batch(Channel.EMAIL, "broadcasts", 1, content_id=content.id)
        run_batch(made.id)
        db.session.execute(update(Message).where(Message.id.in_(numbers)).values(batch_id=made.id))

    def meanwhile(letter: Letter) -> None:
        if letter.address == people[0]:
            agree(people[2], state="opted_out")  # type: ignore[arg-type]

    way = Recording(meanwhile)
    deliver(Channel.EMAIL, [Way(way)], "w1", desk(SETTINGS))
    assert [letter.address for letter in way.letters] == [people[0], people[1], people[3]]
    assert stored(numbers[2]).state_reason == "opted_out"
