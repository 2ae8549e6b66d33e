"""W1: eight visitors send the form of a landing page, beside bare Flask with one INSERT behind the same server."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import create_engine, text

from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.landing.models import LandingPage
from portal.landing.queries import public_page
from tests import world

from .frame import Pair, Round, require
from .place import Place, family, free_port, peak_of
from .wire import post, send_all

TITLE = "public form to kept submission, 8 clients, 1 web process"
UNIT = "forms"
SIZE = 2_000
CLIENTS = 8
PER_PAGE = 500  # more forms an hour on one page are refused as abuse


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    app = place.app(port=free_port(), trusted_proxies=1)
    settings = app.extensions["settings"]
    with app.app_context():
        world.populate()
    server = place.serve(settings, "-m", "portal", "web")
    least = settings.model_copy(update={"port": free_port(), "database_url": place.database()})
    floor_server = place.serve(least, "-m", "tests.bench.floor")
    numbers = count(1)

    def ours() -> Round:
        with app.app_context():
            requests = _visits(app, settings.port, [next(numbers) for _ in range(size)])
        before = _rows(settings.database_url, "submission")
        done, statuses = send_all(settings.port, requests, CLIENTS)
        require(set(statuses) == {303}, f"answers were {sorted(set(statuses))}, not 303")
        require(_rows(settings.database_url, "submission") == before + size, "submissions are missing")
        return done

    def floor() -> Round:
        body = [urlencode(_typed(number)).encode() for number in range(size)]
        before = _rows(least.database_url, "sent")
        done, statuses = send_all(least.port, [post("/", one, "portal.test") for one in body], CLIENTS)
        require(set(statuses) == {303}, f"the floor's answers were {sorted(set(statuses))}, not 303")
        require(_rows(least.database_url, "sent") == before + size, "rows of the floor are missing")
        return done

    def memory() -> int:
        return peak_of(family(server.pid)[-1:])

    require(floor_server.poll() is None, "the floor has ended")
    yield Pair(ours=ours, floor=floor, memory=memory)


def _visits(app: Flask, port: int, numbers: list[int]) -> list[bytes]:
    """Valid submissions from many addresses, of forms that were shown a minute ago."""
    from blueprints.landing.routes import _subject
    from portal.web import seal

    requests = []
    for start in range(0, len(numbers), PER_PAGE):
        _page(f"offer-{numbers[start]}")
        subject = _subject(public_page(f"offer-{numbers[start]}"))
        for number in numbers[start : start + PER_PAGE]:
            with clock.frozen(clock.now() - timedelta(minutes=1)):
                token = seal.issue(subject)
            body = urlencode(_typed(number) | {"token": token}).encode()
            visitor = f"X-Forwarded-For: 10.{random.randrange(256)}.{random.randrange(256)}.{random.randrange(256)}"
            requests.append(post(f"/p/offer-{numbers[start]}", body, f"127.0.0.1:{port}", visitor))
    return requests


def _page(slug: str) -> None:
    with unit_of_work():
        db.session.add(
            LandingPage(
                slug=slug,
                title="Spring offer",
                consent_wording="You may write to me.",
                thanks="Thank you.",
                published=True,
            )
        )


def _typed(number: int) -> dict[str, str]:
    return {
        "name": f"Vera Visitor {number}", "email": f"vera.{number}@example-{number % 50}.com", "company": "Example Ltd",
        "country": "US", "phone": "", "message": "Please tell me about the spring range, and when you could deliver.",
        "consent": "y", "website": "", "utm_source": "newsletter",
    }  # fmt: skip


def _rows(url: str, table: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        found: int = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - two names
    engine.dispose()
    return found
