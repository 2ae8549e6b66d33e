"""The portal at any day: planning a year and closing its months takes longer than a test may."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from flask_security import hash_password
from sqlalchemy import select
from werkzeug.serving import make_server

from portal.identity.rules import Role
from portal.identity.services import add_user, set_password
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.messages.models import MessageContent
from portal.runtime.settings import Settings
from tests import world
from tests.conftest import create_schema, fresh_database
from wsgi import make_app

PASSWORD = "four bicycles leave in May"


class Calendar:
    """An app whose clock stands at `day` in every request and job. Nothing else of it is for tests."""

    def __init__(self, app: Flask, day: datetime) -> None:
        self.app, self.day = app, day
        self._answer = app.wsgi_app
        app.wsgi_app = self._at_its_time  # type: ignore[method-assign]

    def _at_its_time(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        with clock.frozen(self.day):
            return self._answer(environ, start)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Where a worker stands."""
        with self.app.app_context(), clock.frozen(self.day):
            yield
            db.session.remove()

    def turn_to(self, *day: int) -> None:
        self.day = datetime(*day, 9, tzinfo=UTC)  # type: ignore[arg-type, misc]

    def work(self) -> None:
        """What the workers would do by now."""
        with self.inside():
            world.run_jobs()


@contextmanager
def opened(folder: Path, day: datetime, people: dict[str, Role]) -> Iterator[tuple[str, Calendar]]:
    """A portal in which these people can sign in, and nothing else is there; with its address."""
    server = make_server("127.0.0.1", 0, Flask(__name__), threaded=True)
    url = f"http://127.0.0.1:{server.port}"
    settings = Settings(
        data_dir=folder, database_url=fresh_database(folder), redis_url=f"unix://{folder}/no-such-server.sock",
        secret_key="only-for-tests-only-for-tests-only-for-tests", public_url=url, demo=False,
        session_hours=720, session_idle_minutes=43_200,
    )  # fmt: skip
    calendar = Calendar(make_app(settings), day)
    with calendar.inside():
        create_schema(db.engine)
        password = hash_password(PASSWORD)
        with unit_of_work():
            for name, role in people.items():
                set_password(add_user(address(name), name, [role]), password)
    server.app = calendar.app
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield url, calendar
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        with calendar.inside():
            db.engine.dispose()


def address(name: str) -> str:
    return f"{name.split()[0].lower()}@bikes.example"


def link_in_the_mail() -> str:
    """The customer's link in the latest mail."""
    text = db.session.scalars(select(MessageContent.text).order_by(MessageContent.id.desc()).limit(1)).one()
    return re.findall(r"https?://\S+/q/\S+", text)[0]
