"""A webinar that was, with who came, and a fair to come, with a waiting list and the mailing that invited to it."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.broadcasts.models import Broadcast
from portal.campaigns.models import Campaign
from portal.events.models import Event, EventRegistration
from portal.events.states import SEATED, EventState, RegistrationState
from portal.kernel.db import db
from portal.messages.models import Message

from .emails import FAIR
from .world import World

R = RegistrationState
WEBINAR: dict[str, Any] = {
    "slug": "the-spring-range", "name": "The spring range in fifty minutes", "state": EventState.ENDED,
    "summary": "What sold out first last April, what to stock this year, and your questions.",
    "online_url": "https://meet.adventure-works.example/spring-range", "capacity": 200, "timezone": "America/Los_Angeles",
}  # fmt: skip
DAYS: dict[str, Any] = {
    "slug": FAIR, "name": "Trail and Trade Days", "state": EventState.PUBLISHED,
    "summary": "Two days of trails, trade and talk, with those who build the bicycles and those who sell them.",
    "description": """## Programme

- **9:30** What riders will ask for next year
- **10:45** Brake bleeding without the mess
- **14:00** Margins on service

Doors open at half past eight, coffee is ready. Bring your own shoes and helmet for the trails.""",
    "venue": "Fischauktionshalle\nGroße Elbstraße 9\n22767 Hamburg", "capacity": 18, "timezone": "Europe/Berlin",
    "news_wording": "Also send me news for resellers by email. I can stop at any time with one click.",
}  # fmt: skip


def load(world: World) -> None:
    webinar = _event(WEBINAR, "spring-webinar", world.today - timedelta(21), time(17), timedelta(minutes=50))
    for at, person in enumerate(list(world.contacts.values())[:24]):
        when = webinar.starts_at - timedelta(days=30) + timedelta(hours=20 * at)
        _register(webinar, person.id, person.email, person.name, when, state=R.ATTENDED if at % 3 else R.NO_SHOW)
    this_year = date(world.today.year, 2, 12)
    day = this_year if this_year > world.today + timedelta(14) else this_year.replace(year=this_year.year + 1)
    days = _event(DAYS, "reseller-programme", day, time(9), timedelta(days=1, hours=8, minutes=30))
    clicked = select(Message).join(Broadcast, (Message.noun_of == Broadcast.noun) & (Message.record_id == Broadcast.id))
    clicked = clicked.where(Broadcast.name == "Fair: come and see us", Message.human_clicked_at.is_not(None))
    for at, one in enumerate(db.session.scalars(clicked.order_by(Message.human_clicked_at, Message.id).limit(44))):
        assert one.human_clicked_at is not None
        state = R.REGISTERED if at < (days.capacity or 0) else R.WAITLISTED
        when = one.human_clicked_at + timedelta(minutes=3)
        _register(days, one.contact_id, one.address, one.recipient, when, state=state, message_id=one.id)


def _event(values: dict[str, Any], word: str, day: date, hour: time, length: timedelta) -> Event:
    begins = datetime.combine(day, hour, ZoneInfo(values["timezone"]))
    campaign = db.session.scalars(select(Campaign).where(Campaign.utm_campaign == word)).one()
    made = Event(
        **values, starts_at=begins, ends_at=begins + length, campaign_id=campaign.id, owner_id=campaign.owner_id, taken=0,
        uid=f"{values['slug']}@adventure-works.example",
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def _register(
    event: Event, contact_id: int | None, email: str, name: str, at: datetime, *, state: R, message_id: int | None = None
) -> None:
    source = "invitation: Fair: come and see us" if message_id else "page"
    attended = event.starts_at if state == R.ATTENDED else None
    db.session.add(
        EventRegistration(
            event_id=event.id, contact_id=contact_id, email=email, name=name, state=state, noted=0, registered_at=at,
            queued_at=at, source=source, message_id=message_id, attended_at=attended, nonce=f"demo-{event.slug}-{email}",
        )
    )  # fmt: skip
    event.taken += state in SEATED
