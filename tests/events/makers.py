"""Events and guests."""

import re
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from portal.events.models import Event, EventRegistration
from portal.events.services import Guest, register
from portal.events.states import EventState, RegistrationState
from portal.kernel import clock
from portal.kernel.db import db, transact
from portal.web import seal
from tests.world import add, position

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
TYPED = {"name": "Marian Berch", "email": "marian@pro-sporting.example", "company": "Pro Sporting Goods"}
_next = count(1)


def event(**values: Any) -> Event:
    """Announced, for ten days after NOON, two hours long."""
    n = next(_next)
    given = {
        "slug": f"spring-ride-{n}", "name": f"Spring ride {n}", "uid": f"uid-{n}@test-cycles.example",
        "timezone": "Europe/Berlin",
        "starts_at": NOON + timedelta(days=10), "ends_at": NOON + timedelta(days=10, hours=2), "venue": "Hall 1\nHamburg",
        "state": EventState.PUBLISHED, "owner_id": position("marketer").id,
    }  # fmt: skip
    made: Event = add(Event(**given | values))
    return made


def guest(event_id: int, n: int = 1, *, at: datetime = NOON, **values: Any) -> EventRegistration:
    """Somebody registers."""
    given = {"name": f"Guest {n}", "email": f"guest-{n}@example.com", "nonce": f"nonce-{n}"} | values
    with clock.frozen(at):
        transact(lambda: register(event_id, Guest(**given)))
    return one(event_id, given["email"])


def one(event_id: int, email: str) -> EventRegistration:
    db.session.rollback()
    query = db.select(EventRegistration).filter_by(event_id=event_id, email=email)
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def states(event_id: int) -> list[RegistrationState]:
    """In the order in which they registered first."""
    db.session.rollback()
    query = db.select(EventRegistration.state).filter_by(event_id=event_id).order_by(EventRegistration.id)
    return list(db.session.scalars(query))


def token_at(found: Event, at: datetime = NOON) -> str:
    """The seal that the form of this event carries when it is rendered at that moment."""
    words = sha256(found.news_wording.encode()).hexdigest()[:12]
    with clock.frozen(at):
        return seal.issue(f"event:{found.id}:{words}")


def send(client: Any, found: Event, *, after: float = 10, at: datetime = NOON, **typed: Any) -> Any:
    """Open the page, wait some seconds, send the form."""
    given = {"token": token_at(found, at)} | TYPED | typed
    with clock.frozen(at + timedelta(seconds=after)):
        return client.post(
            f"/event/{found.slug}", data={key: value for key, value in given.items() if value is not None}
        )


def lines_of(calendar: bytes) -> dict[str, str]:
    """Property -> value of a calendar with one event; checks its form, RFC 5545 3.1."""
    assert calendar.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in calendar.split(b"\r\n"))
    unfolded = re.sub(r"\r\n[ \t]", "", calendar.decode())
    found = [
        re.split(r":(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)", line, maxsplit=1) for line in unfolded.split("\r\n") if line
    ]
    assert [value for name, value in found if name in ("BEGIN", "END")] == [
        "VCALENDAR",
        "VEVENT",
        "VEVENT",
        "VCALENDAR",
    ]
    plain = {name.partition(";")[0]: value for name, value in found}
    return plain | {name: value for name, value in found}
