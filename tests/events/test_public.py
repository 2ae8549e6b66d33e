"""The page of an event, the form on it, and the guest's own page."""

import email
import email.policy
from datetime import timedelta
from typing import Any

import pytest

from portal.accounts.models import Contact
from portal.consent.models import Consent
from portal.consent.states import ConsentState
from portal.events.models import EventRegistration
from portal.events.rules import guest_path
from portal.events.services import cancel, cancel_event, change_event
from portal.events.states import RegistrationState
from portal.kernel import clock, files
from portal.kernel.db import db, transact, unit_of_work
from portal.kernel.persons import NOBODY, Person, collect, erase, identify
from portal.messages.models import Message
from tests.accounts.makers import make_account
from tests.world import add

from .makers import NOON, TYPED, event, guest, lines_of, one, send, states
from .test_services import form_of

R = RegistrationState


def get(client: Any, path: str) -> Any:
    with clock.frozen(NOON):
        return client.get(path)


class TestPage:
    def test_shows_the_event_in_its_zone_and_its_language(self, client: Any) -> None:
        found = event(language="de", capacity=5, summary="Komm vorbei", description="## Programm\n\n- <b>Rad</b>")
        shown = get(client, f"/event/{found.slug}")
        assert (shown.status_code, '<html lang="de"' in shown.text) == (200, True)
        assert "Donnerstag, 11. Juni 2026, 14:00 – 16:00 (Mitteleuropäische Sommerzeit)" in shown.text
        assert "Hall 1<br>" in shown.text.replace("<br/>", "<br>")
        assert "<h2>Programm</h2>" in shown.text
        assert "0 von 5 Plätzen" in shown.text

    def test_of_a_draft_is_for_staff_alone(self, client: Any, client_of: Any) -> None:
        found = event(state="draft")
        assert get(client, f"/event/{found.slug}").status_code == 404
        assert send(client, found).status_code == 404
        assert "disabled" in client_of("marketer").get(f"/events/{found.id}/preview").text

    def test_says_that_it_is_full_before_anybody_writes(self, client: Any) -> None:
        found = event(capacity=1)
        guest(found.id)
        shown = get(client, f"/event/{found.slug}").text
        assert "Join the waiting list" in shown
        assert "All seats are taken" in shown

    @pytest.mark.parametrize(
        ("state", "words"), [("cancelled", "This event is cancelled"), ("ended", "This event is over")]
    )
    def test_says_that_it_does_not_take_place_any_more(self, client: Any, state: str, words: str) -> None:
        found = event(state=state)
        shown = get(client, f"/event/{found.slug}")
        assert (shown.status_code, words in shown.text, "<form" in shown.text) == (200, True, False)
        assert send(client, found).status_code == 422

    def test_closes(self, client: Any) -> None:
        found = event(closes_at=NOON)
        refused = send(client, found)
        assert (refused.status_code, "Registration is closed" in refused.text) == (422, True)
        assert states(found.id) == []

    def test_a_calendar_can_be_fetched_by_anybody(self, client: Any) -> None:
        found = event(name="Ride, talk; and more", summary="Two\nlines")
        answer = get(client, f"/event/{found.slug}/calendar")
        lines = lines_of(answer.data)
        assert answer.mimetype == "text/calendar"
        assert lines["UID"] == found.uid
        assert (lines["DTSTART"], lines["DTEND"]) == ("20260611T120000Z", "20260611T140000Z")
        assert lines["SUMMARY"] == "Ride\\, talk\\; and more"
        assert lines["METHOD"] == "PUBLISH"


class TestForm:
    def test_gives_a_seat_and_says_so(self, client: Any) -> None:
        found = event(capacity=1)
        assert send(client, found).location == f"/event/{found.slug}/registered"
        second = send(client, found, email="ann@example.com")
        assert second.location == f"/event/{found.slug}/waitlisted"
        assert "on the waiting list" in client.get(second.location).text
        assert states(found.id) == [R.REGISTERED, R.WAITLISTED]

    def test_sent_twice_is_one_registration(self, client: Any) -> None:
        from .makers import token_at

        found = event()
        token = token_at(found)
        assert {send(client, found, token=token).status_code for _ in range(2)} == {303}
        assert len(states(found.id)) == 1

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            ("name", "", "field is required"), ("email", "marian@", "Write one email address"), ("name", "x" * 121, "120"),
            ("company", "x" * 161, "160 characters"), ("token", "x", "open for too long"),
        ],
    )  # fmt: skip
    def test_that_is_wrong_comes_back_with_what_was_typed(
        self, client: Any, field: str, value: str, words: str
    ) -> None:
        found = event()
        answer = send(client, found, **{field: value})
        assert (answer.status_code, words in answer.text) == (422, True)
        assert all(text in answer.text for name, text in TYPED.items() if name != field)
        assert states(found.id) == []

    def test_keeps_machines_out(self, client: Any) -> None:
        found = event()
        assert send(client, found, website="https://spam.example").status_code == 303
        assert send(client, found, after=1).status_code == 422
        assert send(client, found, after=90_000).status_code == 422
        assert states(found.id) == []

    def test_words_that_were_not_shown_are_not_agreed_to(self, client: Any) -> None:
        from .makers import token_at

        found = event(news_wording="News, please.")
        token = token_at(found)
        found.news_wording = "All my data, please."
        db.session.commit()
        assert send(client, found, token=token, news="y").status_code == 422


@pytest.mark.parametrize(("double", "state"), [(True, ConsentState.PENDING), (False, ConsentState.OPTED_IN)])
def test_news_are_a_box_of_their_own(client: Any, run_jobs: Any, double: bool, state: ConsentState) -> None:
    found = event(news_wording="News, please.", double_opt_in=double)
    send(client, found)
    run_jobs()
    assert db.session.scalars(db.select(Consent)).all() == []
    send(client, found, email="ann@example.com", news="y")
    run_jobs()
    assert [(one.address, one.state) for one in db.session.scalars(db.select(Consent))] == [("ann@example.com", state)]


def test_the_guest_becomes_a_contact_at_the_account_of_the_domain(client: Any, run_jobs: Any) -> None:
    account = make_account("Pro Sporting Goods", domain="pro-sporting.example")
    found = event()
    send(client, found)
    run_jobs()
    contact = db.session.scalars(db.select(Contact).filter_by(email=TYPED["email"])).one()
    assert (contact.name, contact.account_id) == ("Marian Berch", account.id)
    assert one(found.id, TYPED["email"]).contact_id == contact.id
    known = add(Contact(last_name="Known", email="known@example.com"))
    guest(found.id, email="known@example.com", name="Somebody Else")
    run_jobs()
    assert one(found.id, "known@example.com").contact_id == known.id
    assert known.last_name == "Known"


def letters(found: Any) -> list[Any]:
    """The mails about an event, oldest first: (subject, text, calendar)."""
    query = db.select(Message).filter_by(noun_of="events", record_id=found.id).order_by(Message.id)
    told = []
    for message in db.session.scalars(query.options(db.joinedload(Message.content))):
        attached = [lines_of(files.read(a["key"])) for a in message.content.attachments]
        told.append((message.address, message.content.subject, message.content.text, attached[0] if attached else None))
    return told


class TestMails:
    def test_confirm_with_a_calendar_entry_of_the_guest(self, client: Any, run_jobs: Any) -> None:
        found = event(online_url="https://meet.example/spring")
        send(client, found)
        run_jobs()
        ((to, subject, text, calendar),) = letters(found)
        assert (to, subject) == (TYPED["email"], f"You are registered: {found.name}")
        assert "https://meet.example/spring" in text
        assert guest_path(one(found.id, to).id, found.ends_at) in text
        assert (calendar["METHOD"], calendar["UID"], calendar["SEQUENCE"]) == ("REQUEST", found.uid, "0")
        assert any(name.startswith("ATTENDEE") and value.endswith(TYPED["email"]) for name, value in calendar.items())

    def test_the_calendar_is_a_part_that_programs_understand(self, client: Any, app: Any, run_jobs: Any) -> None:
        from portal.kernel.mime import Attachment, Mailbox, build_email

        found = event()
        send(client, found)
        run_jobs()
        content = db.session.scalars(db.select(Message).options(db.joinedload(Message.content))).first().content
        (kept,) = content.attachments
        raw = build_email(
            message_id="<a@b.example>", sent_at=NOON, sender=Mailbox("a@b.example"), to=Mailbox("c@d.example"), subject="S",
            text="T", html="<p>T</p>", attachments=[Attachment(kept["name"], files.read(kept["key"]), kept["media_type"])],
        )  # fmt: skip
        part = email.message_from_bytes(raw, policy=email.policy.default).get_payload()[-1]
        assert (part.get_content_type(), part.get_param("method")) == ("text/calendar", "REQUEST")
        assert lines_of(part.get_payload(decode=True))["UID"] == found.uid

    def test_tell_each_guest_of_every_step_with_a_higher_sequence(self, app: Any, run_jobs: Any, actor: Any) -> None:
        found = event(capacity=1)
        guest(found.id, 1)
        guest(found.id, 2)
        run_jobs()
        with clock.frozen(NOON):
            transact(lambda: cancel(None, one(found.id, "guest-1@example.com").id))
            run_jobs()
            transact(lambda: change_event(actor("marketer"), found.id, None, **form_of(found) | {"venue": "Hall 2"}))
            run_jobs()
            transact(lambda: cancel_event(actor("marketer"), found.id))
            run_jobs()
        told = [
            (to, subject.partition(":")[0], c and c["METHOD"], c and c["SEQUENCE"])
            for to, subject, _, c in letters(found)
        ]
        assert told == [
            ("guest-1@example.com", "You are registered", "REQUEST", "0"),
            ("guest-2@example.com", "On the waiting list", None, None),
            ("guest-1@example.com", "Cancelled", "CANCEL", "1"),
            ("guest-2@example.com", "A seat for you", "REQUEST", "1"),
            ("guest-2@example.com", "Changed", "REQUEST", "2"),
            ("guest-2@example.com", "Does not take place", "CANCEL", "3"),
        ]

    def test_nothing_is_told_when_only_words_change(self, app: Any, run_jobs: Any, actor: Any) -> None:
        found = event()
        guest(found.id)
        run_jobs()
        with clock.frozen(NOON):
            transact(
                lambda: change_event(actor("marketer"), found.id, None, **form_of(found) | {"summary": "Better words"})
            )
        run_jobs()
        assert len(letters(found)) == 1

    def test_speak_the_language_of_the_event(self, client: Any, run_jobs: Any) -> None:
        found = event(language="de")
        send(client, found)
        run_jobs()
        ((_, subject, text, _),) = letters(found)
        assert subject == f"Sie sind angemeldet: {found.name}"
        assert "Mitteleuropäische Sommerzeit" in text


def test_who_is_erased_leaves_the_seat_and_nothing_else(app: Any, run_jobs: Any, actor: Any) -> None:
    found = event()
    gone, link = guest(found.id, name="Marian Berch"), guest_path(one(found.id, "guest-1@example.com").id, found.ends_at)
    guest(found.id, 2)
    run_jobs()
    with unit_of_work():
        person = identify(Person(emails=frozenset({gone.email})))
        assert "event registrations" in collect(person)
        erase(person)
    names = db.session.scalars(db.select(EventRegistration.name).order_by(EventRegistration.id))
    assert list(names) == [NOBODY, "Guest 2"]
    assert app.test_client().get(link).status_code == 404
    with clock.frozen(NOON):
        transact(lambda: cancel_event(actor("marketer"), found.id))
    run_jobs()
    assert [to for to, subject, _, _ in letters(found) if "not take place" in subject] == ["guest-2@example.com"]


class TestOwnPage:
    @pytest.fixture
    def link(self, app: Any) -> str:
        found = event(capacity=1, online_url="https://meet.example/spring")
        mine = guest(found.id, 1)
        guest(found.id, 2)
        return guest_path(mine.id, found.ends_at)

    def test_shows_and_changes_nothing_by_itself(self, client: Any, link: str) -> None:
        shown = get(client, link)
        assert "You have a seat" in shown.text
        assert "https://meet.example/spring" in shown.text
        for path in (f"{link}/cancellation", f"{link}/return"):
            assert get(client, path).status_code == 405
        assert [row.state for row in db.session.scalars(db.select(EventRegistration))] == [R.REGISTERED, R.WAITLISTED]

    @pytest.mark.parametrize("htmx", [None, "main"])
    def test_cancels_and_comes_back_at_the_end_of_the_line(self, client: Any, link: str, htmx: str | None) -> None:
        with clock.frozen(NOON):
            answer = client.post(f"{link}/cancellation", htmx=htmx)
        assert answer.status_code in (200, 303)
        query = db.select(EventRegistration.state).order_by(EventRegistration.id)
        assert db.session.scalars(query).all() == [R.CANCELLED, R.REGISTERED]
        assert "I want to come after all" in get(client, link).text
        with clock.frozen(NOON):
            client.post(f"{link}/return")
        assert db.session.scalars(query).all() == [R.WAITLISTED, R.REGISTERED]

    def test_a_second_click_is_refused_in_words(self, client: Any, link: str) -> None:
        with clock.frozen(NOON):
            client.post(f"{link}/cancellation")
            assert client.post(f"{link}/cancellation").status_code == 422

    def test_ends_and_cannot_be_guessed(self, client: Any, link: str) -> None:
        assert get(client, f"{link[:-1]}{'A' if link[-1] != 'A' else 'B'}").status_code == 404
        assert get(client, "/registration/x").status_code == 404
        assert client.post("/registration/x/cancellation").status_code == 404
        with clock.frozen(NOON + timedelta(days=41)):
            assert client.get(link).status_code == 404


def test_a_registration_costs_the_same_few_statements_for_whoever_comes(client: Any, count_queries: list[str]) -> None:
    found = event(capacity=3)
    send(client, found, email="first@example.com")
    for n in range(4):
        count_queries.clear()
        assert send(client, found, email=f"guest-{n}@example.com").status_code == 303
        sent = [statement.split(None, 2)[0] for statement in count_queries]
        assert sent.count("SELECT") == 4
        assert (sent.count("INSERT"), sent.count("UPDATE")) == (4, 1 if n < 2 else 0)
