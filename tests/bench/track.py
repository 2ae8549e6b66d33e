"""W10: eight readers open a mail and follow its links, beside bare Flask with a 1x1 GIF behind the same server."""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

from sqlalchemy import create_engine, text

from jobs.tracking import read_log
from portal.kernel.db import db, unit_of_work
from portal.kernel.spool import SLOT
from portal.messages.models import MessageContent, MessageLink
from portal.messages.rules.tracking import make_token
from portal.messages.services import queue_email
from tests import world

from .frame import Pair, Round, require
from .place import Place, family, free_port, peak_of
from .wire import send_all

TITLE = "open pixel and click redirect, 8 clients, 1 web process"
UNIT = "visits"
SIZE = 10_000
CLIENTS = 8
READERS = 500


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    app = place.app(port=free_port())
    settings = app.extensions["settings"]
    with app.app_context():
        world.populate()
        tokens = _mails()
    server = place.serve(settings, "-m", "portal", "web")
    least = settings.model_copy(update={"port": free_port(), "database_url": place.database()})
    floor_server = place.serve(least, "-m", "tests.bench.floor")
    taken = 0

    def ours() -> Round:
        nonlocal taken
        visits = islice(_visits(settings.port, tokens), size)
        done, statuses = send_all(settings.port, list(visits), CLIENTS)
        require(sorted(set(statuses)) == [200, 302], f"answers were {sorted(set(statuses))}, not 200 and 302")
        taken += size
        return done

    def floor() -> Round:
        done, statuses = send_all(least.port, [_get("/pixel.gif", least.port)] * size, CLIENTS)
        require(set(statuses) == {200}, f"the floor's answers were {sorted(set(statuses))}, not 200")
        return done

    def further() -> dict[str, str]:
        time.sleep(3 * SLOT)
        with app.app_context():
            started = time.perf_counter()
            read = read_log("bench")
            spent = time.perf_counter() - started
        require(read == taken == _events(settings.database_url), f"{read} of {taken} visits were kept")
        return {"kept": f"all {taken:,} in the ledger, {taken / spent:,.0f} a second"}

    require(floor_server.poll() is None, "the floor has ended")
    yield Pair(ours=ours, floor=floor, memory=lambda: peak_of(family(server.pid)[-1:]), further=further)


def _mails() -> list[str]:
    with unit_of_work():
        content = MessageContent(subject="Spring", text="Spring", html="")
        db.session.add(content)
        db.session.flush()
        db.session.add_all(
            MessageLink(content_id=content.id, position=n, url=f"https://shop.example/{n}") for n in range(10)
        )
        mails = [
            queue_email(secrets.token_hex(8), to=f"reader.{n}@example.com", subject="Spring", text="Spring", html="")
            for n in range(READERS)
        ]
        return [make_token(mail.id, content.id) for mail in mails]


def _visits(port: int, tokens: list[str]) -> Iterator[bytes]:
    """Half of them openings, half clicks."""
    while True:
        for number, token in enumerate(tokens):
            yield _get(f"/e/o/{token}.gif", port)
            yield _get(f"/e/c/{token}/{number % 10}", port)


def _get(path: str, port: int) -> bytes:
    agent = "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{agent}\r\n\r\n".encode()


def _events(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        found: int = connection.execute(text("SELECT count(*) FROM message_event")).scalar_one()
    engine.dispose()
    return found
