"""Seats, the waiting list, and what follows."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from portal.accounts.models import Contact
from portal.events.models import Event, EventRegistration
from portal.events.services import Guest, cancel, change_event, end_events, mark, register, restore
from portal.events.states import EventState, RegistrationState
from portal.kernel import clock
from portal.kernel.db import db, transact
from portal.kernel.errors import Forbidden, NotFound, Refused
from portal.messages.models import Message

from .makers import NOON, event, guest, one, states

R = RegistrationState


def taken(event_id: int) -> int:
    db.session.rollback()
    return db.session.scalars(db.select(Event.taken).filter_by(id=event_id)).one()


@pytest.fixture
def full(app: Any) -> Event:
    """Two seats, four guests."""
    found = event(capacity=2)
    for n in range(1, 5):
        guest(found.id, n, at=NOON + timedelta(minutes=n))
    return found


def at_noon(act: Any) -> Any:
    with clock.frozen(NOON + timedelta(hours=1)):
        return transact(act)


class TestSeats:
    def test_go_to_the_first_and_the_others_wait(self, full: Event) -> None:
        assert states(full.id) == [R.REGISTERED, R.REGISTERED, R.WAITLISTED, R.WAITLISTED]
        assert taken(full.id) == 2

    def test_that_are_freed_go_to_the_next_in_line_once(self, full: Event) -> None:
        first = one(full.id, "guest-1@example.com").id
        at_noon(lambda: cancel(None, first))
        assert states(full.id) == [R.CANCELLED, R.REGISTERED, R.REGISTERED, R.WAITLISTED]
        assert taken(full.id) == 2
        with pytest.raises(Refused, match="cancelled, so it cannot be"):
            at_noon(lambda: cancel(None, first))
        assert states(full.id)[3] == R.WAITLISTED

    def test_who_comes_back_is_last_in_line(self, full: Event) -> None:
        first, second = (one(full.id, f"guest-{n}@example.com").id for n in (1, 2))
        at_noon(lambda: cancel(None, first))
        assert at_noon(lambda: restore(None, first)) == R.WAITLISTED
        at_noon(lambda: cancel(None, second))
        assert states(full.id) == [R.WAITLISTED, R.CANCELLED, R.REGISTERED, R.REGISTERED]
        assert at_noon(lambda: restore(None, first)) == R.WAITLISTED  # a second click changes nothing

    def test_somebody_who_waits_and_leaves_frees_nothing(self, full: Event) -> None:
        third = one(full.id, "guest-3@example.com").id
        at_noon(lambda: cancel(None, third))
        assert states(full.id) == [R.REGISTERED, R.REGISTERED, R.CANCELLED, R.WAITLISTED]
        assert taken(full.id) == 2

    def test_more_of_them_go_to_those_who_wait_and_fewer_than_taken_there_cannot_be(
        self, full: Event, actor: Any
    ) -> None:
        values = form_of(full)
        at_noon(lambda: change_event(actor("marketer"), full.id, None, **values | {"capacity": 3}))
        assert states(full.id).count(R.REGISTERED) == 3
        with pytest.raises(Refused, match="3 seats are taken"):
            at_noon(lambda: change_event(actor("marketer"), full.id, None, **values | {"capacity": 2}))
        at_noon(lambda: change_event(actor("marketer"), full.id, None, **values | {"capacity": None}))
        assert set(states(full.id)) == {R.REGISTERED}

    def test_none_are_given_once_it_has_begun(self, full: Event, actor: Any) -> None:
        first = one(full.id, "guest-1@example.com").id
        with clock.frozen(full.starts_at):
            with pytest.raises(Refused, match="begun"):
                transact(lambda: cancel(None, first))
            transact(lambda: cancel(actor("marketer"), first))
        assert states(full.id) == [R.CANCELLED, R.REGISTERED, R.WAITLISTED, R.WAITLISTED]

    @pytest.mark.parametrize(
        "values",
        [
            {"state": EventState.DRAFT}, {"state": EventState.CANCELLED}, {"closes_at": NOON},
            {"starts_at": NOON - timedelta(hours=1)},
        ],
    )  # fmt: skip
    def test_are_given_while_registration_is_open(self, app: Any, values: dict[str, Any]) -> None:
        found = event(**values)
        with pytest.raises(Refused, match="closed"):
            guest(found.id)
        assert states(found.id) == []

    def test_of_no_event_are_not_found(self, app: Any) -> None:
        with pytest.raises(NotFound):
            guest(0)


def form_of(found: Event) -> dict[str, Any]:
    """As the form sends it: wall times."""
    names = ("name", "summary", "description", "timezone", "venue", "online_url", "capacity", "campaign_id", "language",
             "news_wording", "topic_id", "double_opt_in")  # fmt: skip
    wall = {"starts_at": NOON + timedelta(days=10, hours=2), "ends_at": NOON + timedelta(days=10, hours=4)}
    times = {name: value.replace(tzinfo=None) for name, value in wall.items()} | {"closes_at": None}
    return {name: getattr(found, name) for name in names} | times


class TestAttendance:
    def test_is_said_when_it_is_about_to_begin_and_taken_back(self, full: Event, actor: Any) -> None:
        first = one(full.id, "guest-1@example.com").id
        with pytest.raises(Refused, match="12 hours before"):
            at_noon(lambda: mark(actor("marketer"), first, R.ATTENDED))
        with clock.frozen(full.ends_at + timedelta(days=3)):
            transact(lambda: mark(actor("marketer"), first, R.ATTENDED))
            assert one(full.id, "guest-1@example.com").attended_at == full.ends_at
            transact(lambda: mark(actor("marketer"), first, R.NO_SHOW))
            assert one(full.id, "guest-1@example.com").attended_at is None
            transact(lambda: mark(actor("marketer"), first, R.REGISTERED))
        assert states(full.id)[0] == R.REGISTERED
        assert taken(full.id) == 2

    def test_needs_a_seat_and_the_right_to(self, full: Event, actor: Any) -> None:
        third = one(full.id, "guest-3@example.com").id
        with clock.frozen(full.starts_at):
            with pytest.raises(Refused, match="holds no seat"):
                transact(lambda: mark(actor("marketer"), third, R.ATTENDED))
            with pytest.raises(Forbidden):
                transact(lambda: mark(actor("leader"), noted(full, 1), R.ATTENDED))
            with pytest.raises(NotFound):
                transact(lambda: mark(actor("rep"), third, R.ATTENDED))

    def test_an_event_ends_and_a_day_later_the_others_did_not_come(self, full: Event, actor: Any) -> None:
        first = one(full.id, "guest-1@example.com").id
        with clock.frozen(full.ends_at):
            transact(lambda: mark(actor("marketer"), first, R.ATTENDED))
            transact(lambda: end_events(clock.now()))
        assert db.session.get_one(Event, full.id, populate_existing=True).state == EventState.ENDED
        assert states(full.id) == [R.ATTENDED, R.REGISTERED, R.WAITLISTED, R.WAITLISTED]
        transact(lambda: end_events(full.ends_at + timedelta(days=1)))
        assert states(full.id) == [R.ATTENDED, R.NO_SHOW, R.WAITLISTED, R.WAITLISTED]

    def test_without_attendance_nobody_is_said_to_be_missing(self, full: Event) -> None:
        transact(lambda: end_events(full.ends_at + timedelta(days=9)))
        assert R.NO_SHOW not in states(full.id)


def noted(found: Event, n: int) -> int:
    """A guest with a contact, as after the jobs."""
    registration = one(found.id, f"guest-{n}@example.com")
    contact = Contact(last_name="Known", email=registration.email)
    db.session.add(contact)
    db.session.flush()
    registration.contact_id = contact.id
    db.session.commit()
    return registration.id


def test_a_double_click_is_one_row_and_one_mail_and_another_form_sends_it_again(app: Any, run_jobs: Any) -> None:
    found = event(capacity=5)
    for _ in range(2):
        guest(found.id, 1)
    assert (len(states(found.id)), taken(found.id)) == (1, 1)
    run_jobs()
    assert mails(found.id) == 1
    guest(found.id, 1, nonce="another copy of the form")
    run_jobs()
    assert (len(states(found.id)), taken(found.id), mails(found.id)) == (1, 1, 2)


def ids_of(event_id: int) -> list[int]:
    return list(
        db.session.scalars(db.select(EventRegistration.id).filter_by(event_id=event_id).order_by(EventRegistration.id))
    )


def mails(event_id: int) -> int:
    return len(db.session.scalars(db.select(Message.id).filter_by(noun_of="events", record_id=event_id)).all())


def at_once(app: Any, acts: list[Any]) -> list[Any]:
    def do(act: Any) -> Any:
        with app.app_context():
            try:
                return transact(act)
            except Refused as refusal:
                return refusal.code

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(do, acts))


def test_fifty_buyers_at_once_for_ten_seats(live_app: Any) -> None:
    found = event(capacity=10, starts_at=clock.now() + timedelta(days=1), ends_at=clock.now() + timedelta(days=2))
    event_id = found.id
    buyers = [Guest(f"Buyer {n}", f"buyer-{n}@example.com", f"n{n}") for n in range(50)]
    done = at_once(live_app, [lambda buyer=buyer: register(event_id, buyer) for buyer in buyers])
    assert (done.count(R.REGISTERED), done.count(R.WAITLISTED)) == (10, 40)
    assert (states(event_id).count(R.REGISTERED), taken(event_id)) == (10, 10)
    seated = [row for row, state in enumerate(states(event_id)) if state == R.REGISTERED][:5]
    ids = ids_of(event_id)
    freed = at_once(live_app, [lambda key=ids[row]: cancel(None, key) for row in seated] * 2)  # each twice
    assert sorted(freed, key=str) == sorted([R.CANCELLED] * 5 + ["registration.cannot_become_cancelled"] * 5, key=str)
    found_states = states(event_id)
    assert [found_states.count(state) for state in (R.REGISTERED, R.WAITLISTED, R.CANCELLED)] == [10, 35, 5]
    assert taken(event_id) == 10


def test_one_address_at_once_many_times_is_one_registration(live_app: Any) -> None:
    event_id = event(capacity=10, starts_at=clock.now() + timedelta(days=1), ends_at=clock.now() + timedelta(days=2)).id
    done = at_once(
        live_app, [lambda n=n: register(event_id, Guest("Ann", "ann@example.com", f"n{n % 2}")) for n in range(16)]
    )
    assert set(done) == {R.REGISTERED}
    assert (states(event_id), taken(event_id)) == ([R.REGISTERED], 1)
