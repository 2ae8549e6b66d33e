"""Keeping events and saying who came."""

from datetime import timedelta
from typing import Any

import pytest

from portal.accounts.models import Contact
from portal.events.models import Event
from portal.events.states import EventState, RegistrationState
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts.makers import make_contact

from .makers import NOON, event, guest, one, states

R = RegistrationState
FORM = {
    "name": "Open house", "summary": "Come and look.", "starts_at": "2026-07-01T10:00", "ends_at": "2026-07-01T16:00",
    "timezone": "Europe/Berlin", "venue": "Hall 1", "capacity": "20", "language": "en",
}  # fmt: skip
WRONG = (
    ({"name": ""}, "Give it a name"), ({"starts_at": "soon"}, "Not a valid"),
    ({"ends_at": "2026-07-01T10:00"}, "before it begins"),
    ({"closes_at": "2026-07-02T10:00"}, "Registration closes when"), ({"timezone": "Mars/North"}, "Not a valid choice"),
    ({"capacity": "0"}, "between 1 and"), ({"venue": ""}, "Say where"), ({"online_url": "javascript:alert(1)"}, "https://"),
)  # fmt: skip
EVENT_SELECTS, GUEST_SELECTS, PAGE_SELECTS = 6, 7, 11


def only() -> Event:
    return db.session.scalars(db.select(Event)).one()


def at(client: Any, when: Any, method: str, path: str, **given: Any) -> Any:
    with clock.frozen(when):
        return getattr(client, method)(path, **given)


def test_an_event_is_written_announced_withdrawn_and_cancelled(client_of: Any, client: Any) -> None:
    marketer = client_of("marketer")
    assert at(marketer, NOON, "post", "/events/new", data=FORM).status_code == 303
    made = only()
    assert (made.slug, made.starts_at.isoformat(), made.state) == (
        "open-house",
        "2026-07-01T08:00:00+00:00",
        EventState.DRAFT,
    )
    there = f"/events/{made.id}"
    assert client.get("/event/open-house").status_code == 404
    assert at(marketer, NOON, "post", f"{there}/publication").status_code == 303
    assert at(client, NOON, "get", "/event/open-house").status_code == 200
    assert at(marketer, NOON, "post", f"{there}/withdrawal").status_code == 303
    assert at(marketer, NOON, "post", f"{there}/publication").status_code == 303
    guest(made.id)
    refused = at(marketer, NOON, "post", f"{there}/withdrawal")
    assert (refused.status_code, "People have registered" in refused.text) == (422, True)
    assert at(marketer, NOON, "post", f"{there}/cancellation").status_code == 303
    assert at(marketer, NOON, "post", f"{there}/publication").status_code == 422
    assert only().state == EventState.CANCELLED


def test_the_second_event_of_a_name_has_an_address_of_its_own(client_of: Any) -> None:
    marketer = client_of("marketer")
    for _ in range(2):
        assert marketer.post("/events/new", data=FORM).status_code == 303
    assert sorted(db.session.scalars(db.select(Event.slug))) == ["open-house", "open-house-2"]


@pytest.mark.parametrize(("wrong", "words"), WRONG)
def test_bad_input_is_refused_and_kept(client_of: Any, wrong: dict[str, str], words: str) -> None:
    answer = client_of("marketer").post("/events/new", data=FORM | wrong)
    assert (answer.status_code, words in answer.text, "Come and look." in answer.text) == (422, True, True)
    assert db.session.scalar(db.select(Event.id)) is None


def test_the_second_of_two_editors_sees_both_versions_and_a_guest_disturbs_nobody(client_of: Any) -> None:
    made, marketer = event(capacity=20), client_of("marketer")
    data = FORM | {"version": str(made.version)}
    guest(made.id)
    assert at(marketer, NOON, "post", f"/events/{made.id}/edit", data=data).status_code == 303
    second = at(marketer, NOON, "post", f"/events/{made.id}/edit", data=data | {"name": "Mine"})
    assert (second.status_code, "Open house" in second.text) == (409, True)
    assert (only().name, only().taken) == ("Open house", 1)


def test_the_form_shows_the_times_of_the_events_zone(client_of: Any) -> None:
    made = event(timezone="America/Los_Angeles", closes_at=NOON + timedelta(days=9))
    shown = client_of("marketer").get(f"/events/{made.id}/edit").text
    assert 'value="2026-06-11T05:00"' in shown.replace("05:00:00", "05:00").replace(" 05:00", "T05:00")


@pytest.mark.parametrize("htmx", [None, "main"])
def test_who_came_is_said_and_taken_back(client_of: Any, htmx: str | None) -> None:
    made, marketer = event(capacity=1), client_of("marketer")
    first, second = guest(made.id, 1), guest(made.id, 2)

    def move(which: Any, state: str) -> Any:
        return at(marketer, made.starts_at, "post", f"/events/registrations/{which.id}/{state}", htmx=htmx)

    for state, after in (("attended", R.ATTENDED), ("no_show", R.NO_SHOW), ("registered", R.REGISTERED)):
        assert move(first, state).status_code in (200, 303)
        assert states(made.id)[0] == after
    refused = move(second, "attended")
    assert (refused.status_code, "holds no seat" in refused.text) == (422, True)
    early = at(marketer, NOON, "post", f"/events/registrations/{first.id}/attended")
    assert (early.status_code, "12 hours before" in early.text) == (422, True)


def test_a_cancellation_by_staff_offers_its_undo(client_of: Any) -> None:
    made, marketer = event(capacity=1), client_of("marketer")
    first, _ = guest(made.id, 1), guest(made.id, 2)
    at(marketer, NOON, "post", f"/events/registrations/{first.id}/cancelled")
    assert states(made.id) == [R.CANCELLED, R.REGISTERED]
    undo = f"/events/registrations/{first.id}/registered"
    assert f'action="{undo}"' in at(marketer, NOON, "get", f"/events/{made.id}").text
    at(marketer, NOON, "post", undo)
    assert states(made.id) == [R.WAITLISTED, R.REGISTERED]  # the seat is gone


def test_many_at_once_attended(client_of: Any) -> None:
    made, marketer = event(capacity=2), client_of("marketer")
    picked = [guest(made.id, n).id for n in (1, 2, 3)]
    data = {"pick": [str(key) for key in picked]}
    answer = at(marketer, made.starts_at, "post", "/lists/event_registrations/acts/attendance", data=data)
    assert answer.status_code in (200, 303)
    assert states(made.id) == [R.ATTENDED, R.ATTENDED, R.WAITLISTED]


def test_sales_sees_events_and_the_guests_that_are_theirs(client_of: Any, run_jobs: Any) -> None:
    made = event()
    make_contact("Mine", owner="rep", email="mine@example.com")
    make_contact("Theirs", owner="outsider", email="theirs@example.com")
    mine, theirs = (guest(made.id, email=f"{who}@example.com", name=who.title()) for who in ("mine", "theirs"))
    run_jobs()
    rep = client_of("rep")
    for path in (f"/events/{made.id}", "/events/registrations"):
        shown = rep.get(path).text
        assert ("Mine" in shown, "Theirs" in shown) == (True, False)
    assert rep.post(f"/events/registrations/{mine.id}/attended").status_code == 403
    assert rep.post("/events/new", data=FORM).status_code == 403
    assert client_of("finance").get(f"/events/{made.id}").status_code == 403
    assert client_of("marketer").get("/events/0").status_code == 404
    assert client_of("marketer").post("/events/registrations/0/attended").status_code == 404
    assert client_of("marketer").post(f"/events/registrations/{theirs.id}/dancing").status_code == 404


@pytest.mark.parametrize("many", [1, 3])
def test_lists_and_page_cost_the_same_for_many(
    client_of: Any, count_queries: list[str], many: int, run_jobs: Any
) -> None:
    for number in range(many):
        made = event(slug=f"ride-{number}")
        for n in range(many):
            guest(made.id, n)
    run_jobs()
    marketer = client_of("marketer")
    for path, cost in (
        ("/events", EVENT_SELECTS),
        ("/events/registrations", GUEST_SELECTS),
        (f"/events/{made.id}", PAGE_SELECTS),
    ):
        marketer.get(path)
        count_queries.clear()
        assert marketer.get(path).status_code == 200
        assert (path, len([s for s in count_queries if s.startswith("SELECT")])) == (path, cost)


def test_every_tab_of_the_page_tells_what_happened(client_of: Any, run_jobs: Any) -> None:
    made, marketer = event(), client_of("marketer")
    guest(made.id)
    run_jobs()
    assert "Registered for" in marketer.get(f"/events/{made.id}?tab=timeline").text
    for tab in ("files", "changes"):
        assert marketer.get(f"/events/{made.id}?tab={tab}").status_code == 200
    contact = one(made.id, "guest-1@example.com").contact_id
    assert f"Registered for “{made.name}”" in marketer.get(f"/contacts/{contact}?tab=timeline").text
    assert db.session.get_one(Contact, contact).name == "Guest 1"
