"""A webinar that was, with who came, and a ride with a waiting list that is to come."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal.campaigns.models import Campaign
from portal.events.models import Event, EventRegistration
from portal.events.states import SEATED, EventState, RegistrationState
from portal.kernel.db import db

from .world import World

R = RegistrationState
WEBINAR: dict[str, Any] = {
    "slug": "the-spring-range", "name": "The spring range in fifty minutes", "state": EventState.ENDED, "venue": "",
    "summary": "What sold out first last April, what to stock this year, and your questions.",
    "online_url": "https://meet.adventure-works.example/spring-range", "capacity": 200,
}  # fmt: skip
RIDE: dict[str, Any] = {
    "slug": "dealers-on-the-road", "name": "Dealers on the road: ride the new touring bicycles", "state": EventState.PUBLISHED,
    "summary": "Forty kilometres on the bicycles of the coming season, with those who built them.",
    "description": """## Programme

- 09:30 Coffee and fitting
- 10:00 Ride along the river, two groups
- 13:00 Lunch, prices and delivery times

Bring your own shoes and helmet; everything else is there.""",
    "venue": "Adventure Works, Hall 2\n1 Adventure Works Way\nBothell, WA", "capacity": 12,
    "news_wording": "Also send me news for resellers by email. I can stop at any time with one click.",
}  # fmt: skip


def load(world: World) -> None:
    people = list(world.contacts.values())
    webinar = _event(world, WEBINAR, "spring-webinar", world.today - timedelta(21), time(17), timedelta(minutes=50))
    for at, person in enumerate(people[:24]):
        _register(webinar, person, at, R.ATTENDED if at % 3 else R.NO_SHOW)
    ride = _event(world, RIDE, "reseller-programme", world.today + timedelta(18), time(9, 30), timedelta(hours=5))
    for at, person in enumerate(people[20:35]):
        _register(ride, person, at, R.REGISTERED if at < 12 else R.WAITLISTED)


def _event(world: World, values: dict[str, Any], word: str, day: Any, hour: time, length: timedelta) -> Event:
    zone = world.company["timezone"]
    begins = datetime.combine(day, hour, ZoneInfo(zone))
    campaign = db.session.scalars(select(Campaign).where(Campaign.utm_campaign == word)).one()
    made = Event(
        **values, starts_at=begins, ends_at=begins + length, timezone=zone, campaign_id=campaign.id,
        owner_id=campaign.owner_id, uid=f"{values['slug']}@adventure-works.example", created_at=begins - timedelta(60), taken=0,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def _register(event: Event, person: Any, at: int, state: RegistrationState) -> None:
    when = event.created_at + timedelta(days=10, hours=7 * at)
    db.session.add(
        EventRegistration(
            event_id=event.id, contact_id=person.id, email=person.email, name=person.name, state=state, noted=0,
            registered_at=when, queued_at=when, source="page" if at % 4 else "by hand", nonce=f"demo-{event.slug}-{at}",
            attended_at=event.starts_at if state == R.ATTENDED else None,
        )
    )  # fmt: skip
    if state in SEATED:
        event.taken += 1
