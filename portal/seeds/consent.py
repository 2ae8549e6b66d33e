"""What the demo contacts have agreed to: topics, words on them, a pause, and a wish to be forgotten."""

from datetime import timedelta
from typing import Any

from portal.consent.models import Consent, ConsentEvent, ContactPoint, DataRequest, Topic
from portal.consent.rules import address_hash
from portal.consent.states import Channel, ConsentState, Purpose, RequestKind
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.upsert import insert_rows

from .world import World

TOPICS = (
    ("Product news", "New bicycles, parts and prices, about once a month."),
    ("Events", "Trade fairs, test rides and webinars near you."),
    ("Service tips", "How to keep bicycles on the road, for your workshop."),
)
FORM = ("form of the dealer portal", "Keep me posted by email. I can stop at any time.")
PAGE = ("preference page", "Topics: ")


def load(world: World) -> None:
    db.session.add_all(Topic(name=name, description=told, order=at) for at, (name, told) in enumerate(TOPICS))
    db.session.flush()
    topics = [(topic.id, topic.name) for topic in db.session.query(Topic).order_by(Topic.order)]
    rows = [row for at, email in enumerate(sorted(world.contacts)) for row in _words(at, email, topics)]
    insert_rows(ConsentEvent, rows)
    kept = ("channel", "address", "purpose", "topic_id", "state", "at")
    insert_rows(Consent, [{name: row[name] for name in kept} for row in rows])
    _wishes(sorted(world.contacts))


def _words(at: int, email: str, topics: list[tuple[int, str]]) -> list[dict[str, Any]]:
    """Four of five said yes to news, some of them not to every topic; a few said no, and a few do not want to be counted."""
    said = clock.now() - timedelta(days=30 + at * 7 % 600, hours=at % 9)
    about = {"channel": Channel.EMAIL, "address": email, "ip": None}
    if at % 10 == 9:
        return []

    def word(purpose: Purpose, yes: bool, how: tuple[str, str], topic_id: int | None = None) -> dict[str, Any]:
        state = ConsentState.OPTED_IN if yes else ConsentState.OPTED_OUT
        when = said if how is FORM else said + timedelta(days=9)
        told = {
            "purpose": purpose,
            "topic_id": topic_id,
            "state": state,
            "at": when,
            "source": how[0],
            "wording": how[1],
        }
        return about | told

    words = [word(Purpose.COMMERCIAL, at % 10 != 8, FORM)]
    for place, (topic_id, name) in enumerate(topics):
        if at % 10 != 8 and (at + place * 3) % 7 < 2:
            words.append(word(Purpose.COMMERCIAL, (at + place) % 3 == 0, (PAGE[0], PAGE[1] + name), topic_id))
    if at % 16 == 3:
        wording = "You may note whether I open your mails and which links I follow"
        words.append(word(Purpose.TRACKING, False, (PAGE[0], wording)))
    return words


def _wishes(emails: list[str]) -> None:
    now = clock.now()
    paused, forgotten = emails[20], emails[29]
    db.session.add(ContactPoint(channel=Channel.EMAIL, address=paused, paused_until=now + timedelta(days=21)))
    db.session.add(
        DataRequest(
            kind=RequestKind.ERASE,
            channel=Channel.EMAIL,
            address=forgotten,
            address_hash=address_hash(Channel.EMAIL, forgotten),
            at=now - timedelta(days=3),
            answer_by=(now + timedelta(days=27)).date(),
        )
    )
