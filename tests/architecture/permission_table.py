"""`python -m tests.architecture.permission_table`: what every route answers to every person, for review.

The table in routes.csv is what the answers ought to be. Run this after adding a route, read the new lines as if somebody
else had written them, and put them into the file.
"""

import csv
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import Connection, event

from portal.kernel.actor import SYSTEM, become
from portal.kernel.db import db
from tests import world
from tests.architecture import samples

TABLE = Path(__file__).with_name("routes.csv")
VISITOR = "visitor"
PEOPLE = (VISITOR, *world.PEOPLE)
WRITES = ("INSERT", "UPDATE", "DELETE")


class Probe(NamedTuple):
    """What one request came to: `said` is in (sent to the sign-in page), 403, 404, 405 or ok for everything that was let in."""

    said: str
    status: int
    wrote: list[str]


class Route(NamedTuple):
    endpoint: str
    method: str
    url: str | None


def routes(app: Flask, made: Mapping[str, samples.Values]) -> list[Route]:
    """Every route with the address to ask at; None where it takes a record that nobody has made."""
    adapter = app.url_map.bind("")
    found = []
    for rule in app.url_map.iter_rules():
        values = samples.values_for(made, rule.endpoint, set(rule.arguments))
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            url = None if values is None else adapter.build(rule.endpoint, values, method=method)
            found.append(Route(rule.endpoint, method, url))
    return sorted(found)


def cookies(app: Flask) -> dict[str, str]:
    """Everybody signed in once."""
    found = {VISITOR: ""}
    for person in world.PEOPLE:
        client: Any = app.test_client()
        found[person] = client.sign_in(world.user(person)).get_cookie("session").value
    return found


def probe(app: Flask, connection: Connection, cookie: str, route: Route) -> Probe:
    """Ask as the person, note the writing statements that were committed, and undo everything."""
    with undone(connection):
        client: Any = app.test_client()
        if cookie:
            client.set_cookie("session", cookie)
        for name in list(g):
            g.pop(name)
        with written(connection) as statements:
            answer = FlaskClient.open(client, route.url or "", method=route.method, buffered=True)
            db.session.remove()
        return Probe(_class_of(answer), answer.status_code, statements)


@contextmanager
def undone(connection: Connection) -> Iterator[None]:
    """Whatever is asked and done in here leaves no trace in the database."""
    db.session.remove()  # a savepoint of the session must not enclose ours
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        db.session.remove()
        become(SYSTEM)
        savepoint.rollback()


@contextmanager
def written(connection: Connection) -> Iterator[list[str]]:
    """The writing statements, but for those that were rolled back: units of work are savepoints here."""
    statements: list[str] = []
    marks: list[int] = []  # how many there were when each open savepoint was made

    def note(_: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.lstrip().upper().startswith(WRITES):
            statements.append(statement)

    def mark(*_: Any) -> None:
        marks.append(len(statements))

    def keep(*_: Any) -> None:
        marks.pop()

    def forget(*_: Any) -> None:
        del statements[marks.pop() :]

    heard = {
        "before_cursor_execute": note, "savepoint": mark, "release_savepoint": keep, "rollback_savepoint": forget
    }  # fmt: skip
    for name, act in heard.items():
        event.listen(connection, name, act)
    try:
        yield statements
    finally:
        for name, act in heard.items():
            event.remove(connection, name, act)


def _class_of(answer: Any) -> str:
    if "/signin" in (answer.location or "") and answer.status_code in (302, 303):
        return "in"
    return str(answer.status_code) if answer.status_code in (403, 404, 405) or answer.status_code >= 500 else "ok"


@cache
def expected() -> dict[tuple[str, str], dict[str, str]]:
    with TABLE.open(newline="") as file:
        return {(row["endpoint"], row["method"]): row for row in csv.DictReader(file)}


def measured(app: Flask, connection: Connection, word: str = "") -> Iterator[list[str]]:
    """Lines of the table; only those of endpoints with `word` in their name."""
    signed_in, made = cookies(app), samples.make()
    for route in (found for found in routes(app, made) if word in found.endpoint):
        answers = [probe(app, connection, signed_in[person], route).said if route.url else "?" for person in PEOPLE]
        yield [route.endpoint, route.method, *answers]


def main() -> None:
    """Prints the table, or the lines of the endpoints named by the first argument."""
    from tests.conftest import Client, create_schema, settings_for
    from wsgi import make_app

    folder = Path(tempfile.mkdtemp())
    app = make_app(settings_for(folder), TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_ENABLED=False)
    app.test_client_class = Client
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["endpoint", "method", *PEOPLE])
    with app.app_context():
        create_schema(db.engine)
        world.populate()
        db.session.remove()
        connection = db.engine.connect()
        connection.begin()
        db._app_engines[app][None] = connection  # as the tests do
        out.writerows(measured(app, connection, *sys.argv[1:2]))


if __name__ == "__main__":
    main()
