"""What guests of events are told, what is noted of them, and when an event is over."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import current_app

from jobs.registry import every, on
from portal.events import services
from portal.events.events import ConfirmationAskedAgain, EventChanged, RegistrationMoved
from portal.events.models import Event, EventRegistration
from portal.events.queries import coming, with_event
from portal.events.rules import Entry, calendar, guest_path, when
from portal.events.states import SEATED, EventState, RegistrationState
from portal.kernel import clock, files
from portal.kernel.db import unit_of_work
from portal.kernel.outbox import emit
from portal.kernel.persons import NOBODY
from portal.kernel.public import absolute
from portal.leads.rules import greeting
from portal.messages.services import queue_email
from portal.organization.documents import brand_of
from portal.organization.models import Company
from portal.organization.queries import company
from portal.web.language import gettext_for
from portal.web.mail import write_mail
from portal.workspace.rules import BulkAct, offer_act

SLICE = 100
R = RegistrationState


def _mark(state: RegistrationState) -> Any:
    return lambda actor, registration_id, chosen: services.mark(actor, registration_id, state)


for _name, _text, _state in (("attendance", "Attended", R.ATTENDED), ("absence", "Did not come", R.NO_SHOW)):
    offer_act(BulkAct("event_registrations", _name, _text, "events.edit", _mark(_state)))


@every(timedelta(minutes=10))
def end_events() -> None:
    with unit_of_work():
        services.end_events(clock.now())


@on(RegistrationMoved)
def note_move(registration_id: int, sequence: int, told: bool) -> None:
    services.note_move(registration_id, sequence)


@on(RegistrationMoved, queue="mail", alone=True)
def tell_guest(registration_id: int, sequence: int, told: bool) -> None:
    """A move that was followed by another one is not told any more."""
    found = with_event(registration_id)
    if told and found.sequence == sequence:
        _tell([found], f"{sequence}")


@on(ConfirmationAskedAgain, queue="mail", alone=True)
def confirm_again(registration_id: int, nonce: str) -> None:
    _tell([with_event(registration_id)], f"again:{nonce}")


@on(EventChanged, queue="mail", alone=True)
def tell_guests(event_id: int, sequence: int, after_id: int) -> None:
    """A slice of those who are coming; the next slice is owed with it."""
    guests = coming(event_id, after_id, SLICE)
    if guests and guests[0].event.sequence == sequence:
        further = EventChanged(event_id, sequence, guests[-1].id) if len(guests) == SLICE else None
        _tell(guests, f"event:{sequence}", changed=True, further=further)


def _tell(
    guests: Sequence[EventRegistration], mark: str, *, changed: bool = False, further: EventChanged | None = None
) -> None:
    seller = company()
    if seller is None:
        return
    letters = [(f"registration:{one.id}:{mark}", _letter(seller, one, changed)) for one in guests if one.name != NOBODY]
    with unit_of_work():
        for reason, letter in letters:
            queue_email(reason, **letter)
        if further:
            emit(further, key=f"event:{further.event_id}:{further.sequence}:{further.after_id}")


def _letter(seller: Company, found: EventRegistration, changed: bool) -> dict[str, Any]:
    event = found.event
    brand = brand_of(seller, current_app.extensions["settings"].public_url, event.language)
    mail = write_mail("events/registration", brand, event.language, _told(found, event, changed))
    return {
        "to": found.email, "recipient": found.name, "subject": mail.subject, "text": mail.text, "html": mail.html,
        "noun_of": Event.noun, "record_id": event.id, "owner_id": event.owner_id, "territory_id": event.territory_id,
        "attachments": _invitation(seller, found, event),
    }  # fmt: skip


def _news(found: EventRegistration, event: Event, changed: bool) -> str:
    if event.state == EventState.CANCELLED:
        return "off"
    if changed:
        return "changed"
    if found.state in (R.WAITLISTED, R.CANCELLED):
        return found.state
    return "promoted" if found.promoted_at else "registered"


def _words(news: str, language: str, name: str) -> Mapping[str, str]:
    _ = gettext_for(language)
    said = {
        "registered": (
            _("You are registered: %(event)s", event=name), _("Your seat is kept"),
            _("We look forward to seeing you. The attached file puts the event into your calendar."),
        ),
        "waitlisted": (
            _("On the waiting list: %(event)s", event=name), _("You are on the waiting list"),
            _("All seats are taken. When one becomes free and you are next in line, it is yours, and we write to you."),
        ),
        "promoted": (
            _("A seat for you: %(event)s", event=name), _("A seat has become free, and it is yours"),
            _("You were next in line. If you cannot come any more, please cancel, so that somebody else can."),
        ),
        "cancelled": (
            _("Cancelled: %(event)s", event=name), _("Your registration is cancelled"),
            _("You are off the list. The attached file takes the event out of your calendar."),
        ),
        "changed": (
            _("Changed: %(event)s", event=name), _("The event has changed"),
            _("Please look at the day, the hour and the place below; your calendar gets them with the attached file."),
        ),
        "off": (
            _("Does not take place: %(event)s", event=name), _("The event is cancelled"),
            _("We are sorry: it does not take place. The attached file takes it out of your calendar."),
        ),
    }  # fmt: skip
    return dict(zip(("subject", "heading", "text"), said[news], strict=True))


def _told(found: EventRegistration, event: Event, changed: bool) -> Mapping[str, Any]:
    """What fills the mail: nothing that a stranger could use us to deliver."""
    news, words = _news(found, event, changed), gettext_for(event.language)
    joins = found.state in SEATED and news != "off"
    return {
        "person": greeting(found.name) or words("there"), "event_name": event.name,
        "time": when(event.starts_at, event.ends_at, event.timezone, event.language),
        "place": event.venue or words("Online"), "join": event.online_url if joins else "",
        "link": absolute(guest_path(found.id, event.ends_at)), **_words(news, event.language, event.name),
    }  # fmt: skip


def _invitation(seller: Company, found: EventRegistration, event: Event) -> list[dict[str, str]]:
    """For the calendar of who has, or had, a seat."""
    if found.state == R.WAITLISTED:
        return []
    off = found.state == R.CANCELLED or event.state == EventState.CANCELLED
    entry = Entry(
        event.uid, event.sequence + found.sequence, event.name, event.summary, event.starts_at, event.ends_at,
        event.venue.replace("\n", ", ") or event.online_url, absolute(f"/event/{event.slug}"),
        (seller.name, seller.email), (greeting(found.name) or found.email, found.email), off,
    )  # fmt: skip
    key = files.put(calendar(entry, clock.now()))
    return [{"name": "event.ics", "media_type": f"text/calendar; method={entry.method}; charset=utf-8", "key": key}]
