"""A real database, people with positions, a client that parses every answer, and jobs that run twice."""

import hashlib
import os
import re
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import html5lib
import pytest
from click.testing import CliRunner
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import create_engine, event, make_url
from sqlalchemy.engine import Engine

from portal.identity.models import User
from portal.identity.services import open_sign_in
from portal.kernel import guards, search
from portal.kernel.actor import SYSTEM, Actor, become
from portal.kernel.db import db, unit_of_work
from portal.landing import queries as landing
from portal.migrations.models import metadata
from portal.organization.queries import actor_for
from portal.runtime.cli import load_commands
from portal.runtime.settings import Settings
from tests import world
from wsgi import make_app

MARKS = re.compile(r"""</?[^\s>]+|(?<=\s)[^\s="'>]+=["']?|["']?/?>|&\W?\w*;?""")  # all of a page that its words leave the same


class Client(FlaskClient):
    """Every HTML answer is parsed strictly, and work a request left uncommitted is thrown away.

    On a server nothing is parsed: the pages are those of SQLite, and parsing takes a third of a request. For the same
    reason a page is not parsed again that differs from another one in its words only.
    """

    parsed: ClassVar[set[int]] = set()

    def open(self, *args: Any, htmx: str | None = None, **kwargs: Any) -> Any:
        if htmx is not None:
            kwargs["headers"] = {**kwargs.get("headers", {}), "HX-Request": "true", "HX-Target": f"div#{htmx}"}
        for name in list(g):
            g.pop(name)  # the test's app context outlives requests; what belongs to a request must not
        response = super().open(*args, **kwargs)
        page = response.mimetype == "text/html" and response.data and not response.location
        marks = hash(tuple(MARKS.findall(response.text))) if page else None
        if page and marks not in self.parsed and "TEST_DATABASE_URL" not in os.environ:
            self.parsed.add(marks)
            parser = html5lib.HTMLParser(strict=True)
            parser.parseFragment(response.text) if "<html" not in response.text else parser.parse(response.text)
        response.request.input_stream.close()  # a large upload is a file on disk, which nobody else closes
        db.session.rollback()
        db.session.expire_all()
        become(SYSTEM)
        return response

    def sign_in(self, user: User) -> "Client":
        """As the sign-in page would, without its round trip."""
        with unit_of_work():
            device = open_sign_in(user, "127.0.0.1", "test")
        with self.session_transaction() as session:
            session["_user_id"], session["_fresh"] = user.fs_uniquifier, True
            session["device"], session["fs_paa"] = device, time.time()
        return self


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is marked for the other database."""
    other = "sqlite" if "TEST_DATABASE_URL" in os.environ else "postgresql"
    left_out = [item for item in items if item.get_closest_marker(other)]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def fresh_database(folder: Path) -> str:
    """An empty database of one's own: a file, or a database on the server TEST_DATABASE_URL names."""
    server = os.environ.get("TEST_DATABASE_URL")
    if not server:
        return f"sqlite:///{folder}/portal.db"
    url = make_url(server.replace("postgresql://", "postgresql+psycopg://"))
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}_{hashlib.sha1(bytes(folder)).hexdigest()[:8]}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


def settings_for(folder: Path, **values: Any) -> Settings:
    return Settings(
        data_dir=folder,
        database_url=fresh_database(folder),
        redis_url=f"unix://{folder}/no-such-server.sock",
        secret_key="only-for-tests-only-for-tests-only-for-tests",
        public_url="http://portal.test",
        demo=False,
        **values,
    )


settings_for.__test__ = False  # type: ignore[attr-defined]


def create_schema(engine: Engine) -> None:
    """Tables, triggers and search index, as the migrations make them (a test compares both)."""
    with engine.begin() as connection:
        metadata().create_all(connection)
        for statement in [*guards.statements(engine.dialect.name), *search.statements(engine.dialect.name)]:
            connection.exec_driver_sql(statement)


@pytest.fixture(scope="session")
def made_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One app and one schema with the people in it, for the whole run."""
    app = make_app(
        settings_for(tmp_path_factory.mktemp("data")), TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False
    )
    app.test_client_class = Client
    with app.app_context():
        create_schema(db.engine)
        world.populate()
        db.session.remove()
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(made_app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The app inside one outer transaction, rolled back at the end; commits become savepoints."""
    with made_app.app_context():
        engines = db._app_engines[made_app]
        engine = engines[None]
        connection = engine.connect()
        outer = connection.begin()
        monkeypatch.setitem(engines, None, connection)
        become(SYSTEM)
        landing._known.clear()  # what a process remembers must not outlive what is rolled back
        yield made_app
        db.session.remove()
        outer.rollback()
        connection.close()


@pytest.fixture
def live_app(tmp_path: Path) -> Iterator[Flask]:
    """An app of its own with real commits, for threads and processes that race."""
    app = make_app(settings_for(tmp_path), TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    app.test_client_class = Client
    with app.app_context():
        create_schema(db.engine)
        world.populate()
        db.session.remove()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def command_line(live_app: Flask, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """`command_line("import", ...)` runs `portal import ...` on live_app's database; (exit code, what it printed)."""

    def run(*arguments: str) -> tuple[int, str]:
        env = {
            "DATA_DIR": str(tmp_path),
            "DATABASE_URL": live_app.config["SQLALCHEMY_DATABASE_URI"],
            "SECRET_KEY": "only-for-tests-only-for-tests-only-for-tests",
            "DEMO": "0",
        }
        result = CliRunner().invoke(load_commands(), list(arguments), env=env)
        return result.exit_code, result.output

    return run


@pytest.fixture
def person(app: Flask) -> Callable[[str], User]:
    """A user of the test world by key: rep, colleague, manager, leader, operator, marketer, finance, hr, admin, outsider."""
    return world.user


@pytest.fixture
def actor(app: Flask) -> Callable[[str], Actor]:
    return lambda key: actor_for(world.user(key), date(2026, 6, 1))


@pytest.fixture
def client(app: Flask) -> Client:
    """Nobody is signed in."""
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture
def client_of(app: Flask) -> Callable[[str], Client]:
    return lambda key: app.test_client().sign_in(world.user(key))  # type: ignore[attr-defined, no-any-return]


@pytest.fixture
def run_jobs(app: Flask) -> Callable[[], int]:
    """Work off every queue; each job runs twice, since a real one may."""
    return world.run_jobs


@pytest.fixture
def count_queries(app: Flask) -> Iterator[list[str]]:
    """The statements sent while the test holds this list."""
    seen: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield seen
    event.remove(Engine, "before_cursor_execute", note)
