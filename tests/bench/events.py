"""W6: fifty buyers for ten seats of each event, eight at a time, beside bare Flask with an UPDATE and an INSERT."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import create_engine, text

from portal.events.models import Event
from portal.events.queries import public_event
from portal.events.states import EventState
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from tests import world

from .floor import EVENTS, SEATS
from .frame import Pair, Round, require
from .place import Place, family, free_port, peak_of
from .wire import post, send_all

TITLE = "event registration, 50 buyers for 10 seats each, 8 clients, 1 web process"
UNIT = "registrations"
SIZE = 1_000
CLIENTS = 8
BUYERS = 50
OVERSOLD = "SELECT count(*) FROM event WHERE taken <> :seats"
KEPT = "SELECT count(*) FROM event_registration WHERE state = :state"


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    app = place.app(port=free_port(), trusted_proxies=1)
    settings = app.extensions["settings"]
    with app.app_context():
        world.populate()
    server = place.serve(settings, "-m", "portal", "web")
    least = settings.model_copy(update={"port": free_port(), "database_url": place.database()})
    floor_server = place.serve(least, "-m", "tests.bench.floor")
    numbers, floors, rounds = count(1), count(1), count(1)
    events = size // BUYERS

    def ours() -> Round:
        with app.app_context():
            requests = [one for _ in range(events) for one in _buyers(app, settings.port, next(numbers))]
        done, statuses = send_all(settings.port, requests, CLIENTS)
        require(set(statuses) == {303}, f"answers were {sorted(set(statuses))}, not 303")
        held = events * next(rounds)
        require(_asked(settings.database_url, OVERSOLD, seats=SEATS) == 0, "seats were oversold or left over")
        require(_asked(settings.database_url, KEPT, state="registered") == held * SEATS, "seats and guests differ")
        require(_asked(settings.database_url, KEPT, state="waitlisted") == held * (BUYERS - SEATS), "the line is wrong")
        return done

    def floor() -> Round:
        requests = []
        for _ in range(events):
            path = f"/seats/{(next(floors) - 1) % EVENTS + 1}"
            requests += [post(path, urlencode(_typed(n)).encode(), "portal.test") for n in range(BUYERS)]
        done, statuses = send_all(least.port, requests, CLIENTS)
        require(set(statuses) == {303}, f"the floor's answers were {sorted(set(statuses))}, not 303")
        return done

    require(floor_server.poll() is None, "the floor has ended")
    yield Pair(ours=ours, floor=floor, memory=lambda: peak_of(family(server.pid)[-1:]))


def _buyers(app: Flask, port: int, number: int) -> list[bytes]:
    """Forms of one event that were shown a minute ago, from many addresses."""
    from blueprints.events.routes.public import _subject
    from portal.web import seal

    starts = clock.now() + timedelta(days=9)
    with unit_of_work():
        db.session.add(
            Event(
                slug=f"ride-{number}", name="Ride", starts_at=starts, ends_at=starts + timedelta(hours=2), timezone="UTC",
                venue="Hall", capacity=SEATS, state=EventState.PUBLISHED, uid=f"{number}@example.com",
            )
        )  # fmt: skip
    subject, requests = _subject(public_event(f"ride-{number}")), []
    for buyer in range(BUYERS):
        with clock.frozen(clock.now() - timedelta(minutes=1)):
            token = seal.issue(subject)
        body = urlencode(_typed(number * BUYERS + buyer) | {"token": token}).encode()
        visitor = f"X-Forwarded-For: 10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}"
        requests.append(post(f"/event/ride-{number}", body, f"127.0.0.1:{port}", visitor))
    return requests


def _typed(number: int) -> dict[str, str]:
    return {"name": f"Vera Visitor {number}", "email": f"vera.{number}@example-{number % 50}.com", "company": "Example Ltd",
            "website": "", "m": "", "utm_source": "newsletter"}  # fmt: skip


def _asked(url: str, question: str, **values: object) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        found: int = connection.execute(text(question), values).scalar_one()
    engine.dispose()
    return found
