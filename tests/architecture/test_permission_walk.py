"""Every route as every person: the answers are those of routes.csv, and asking changes nothing."""

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any
from zlib import crc32

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.identity.rules import PERMISSIONS, Role
from portal.kernel import clock
from portal.kernel.actor import Scope
from portal.kernel.db import Base, db
from portal.web.auth import PUBLIC, check_declared, needs, permission_of
from tests import world
from tests.architecture import permission_table as table
from tests.architecture import samples
from tests.architecture.permission_table import PEOPLE, VISITOR, Probe, Route

ADVICE = (
    "run `python -m tests.architecture.permission_table`, review its line, and add it to tests/architecture/routes.csv"
)
LEAVING = "POST security.logout"  # leads to the sign-in page, and ends the device


@pytest.fixture
def walk(app: Flask) -> Callable[..., Iterator[tuple[Route, dict[str, Probe]]]]:
    """Asks each route of the given method as everybody, in one moment: some links end within a minute."""

    def run(method: str) -> Iterator[tuple[Route, dict[str, Probe]]]:
        connection = db._app_engines[app][None]
        signed_in, made, now = table.cookies(app), samples.make(), clock.now()
        for route in table.routes(app, made):
            assert route.url, f"{route.endpoint} takes a record: add one to tests/architecture/samples.py"
            if route.method == method:
                with clock.frozen(now):
                    found = ask(app, connection, signed_in, route)
                yield route, found

    return run


def ask(app: Flask, connection: Any, signed_in: dict[str, str], route: Route) -> dict[str, Probe]:
    """Everybody's answer; of those who must be answered alike, one speaks for all, each time another."""
    groups: dict[object, list[str]] = {}
    for person in PEOPLE:
        groups.setdefault(standing(app, person, route), []).append(person)
    found: dict[str, Probe] = {}
    for alike in groups.values():
        speaker = alike[crc32(route.endpoint.encode()) % len(alike)]
        found |= dict.fromkeys(alike, table.probe(app, connection, signed_in[speaker], route))
    return found


def standing(app: Flask, person: str, route: Route) -> object:
    """Equal for people between whom the route cannot tell; who reads a page or is refused a record is asked alone.

    On a server one speaks for all of whom the table says the same: there the walk asks whether its SQL runs.
    """
    permission = permission_of(app, route.endpoint) or ""
    if person == VISITOR or permission == PUBLIC:
        return person == VISITOR
    scopes = PERMISSIONS[permission].get(Role(world.PEOPLE[person][1]))
    if scopes is None:
        return "refused"
    answer = table.expected().get((route.endpoint, route.method), {}).get(person)
    if "TEST_DATABASE_URL" in os.environ:
        return answer
    let_in = answer == "ok"
    return "all" if Scope.ALL in scopes and let_in and route.method == "POST" else person


def judge(app: Flask, route: Route, found: dict[str, Probe]) -> Iterator[str]:
    """What is wrong with the answers: against the table, and against the permission the route declares."""
    name = f"{route.method} {route.endpoint}"
    row = table.expected().get((route.endpoint, route.method))
    if row is None:
        yield f"{name} is not in the table: {ADVICE}"
        return
    permission = permission_of(app, route.endpoint)
    for person, seen in found.items():
        if seen.said != row[person]:
            yield f"{name} as {person}: {seen.said} ({seen.status}), the table says {row[person]}"
        if seen.status >= 500:
            yield f"{name} as {person}: {seen.status}"
        if permission != PUBLIC and seen.said not in refusals(person, permission or ""):
            yield f"{name} as {person}: {seen.said}, but {permission} says {sorted(refusals(person, permission or ''))}"
        if seen.wrote and name != LEAVING and (route.method == "GET" or seen.said in ("in", "403", "404")):
            yield f"{name} as {person}: wrote {seen.wrote[0][:80]}"


def refusals(person: str, permission: str) -> set[str]:
    """The answers that the permission matrix leaves open, before any record is looked at."""
    if person == VISITOR:
        return {"in"}
    scopes = PERMISSIONS[permission].get(Role(world.PEOPLE[person][1]))
    if scopes is None:
        return {"403"}
    return {"ok", "404"} if Scope.ALL in scopes else {"ok", "403", "404"}


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_everybody_gets_what_the_table_says(app: Flask, walk: Any, method: str) -> None:
    wrong = [fault for route, found in walk(method) for fault in judge(app, route, found)]
    assert not wrong, "\n".join(wrong)


def test_the_table_has_no_routes_that_are_gone(app: Flask) -> None:
    there = {(r.endpoint, r.method) for r in table.routes(app, {})}
    assert not sorted(table.expected().keys() - there)


@pytest.mark.sqlite
def test_reading_every_page_leaves_the_database_as_it_was(app: Flask) -> None:
    made = samples.make()
    client: Any = app.test_client()
    client.sign_in(world.user("admin"))
    before = fingerprint()
    for route in table.routes(app, made):
        if route.method == "GET" and route.url:
            FlaskClient.open(client, route.url, method="GET", buffered=True)
            db.session.rollback()
    assert fingerprint() == before


def fingerprint() -> dict[str, str]:
    """A hash of every row of every table."""
    return {
        name: sha256(repr(db.session.execute(select(found).order_by(*found.primary_key)).all()).encode()).hexdigest()
        for name, found in Base.metadata.tables.items()
    }


def test_a_forged_link_opens_nothing(app: Flask) -> None:
    client: Any = app.test_client()
    made = {e: {**v, "token": "A" * 43} for e, v in samples.make().items()}
    for route in table.routes(app, made):
        if "A" * 43 in (route.url or "") and not route.endpoint.startswith("security."):
            answer = FlaskClient.open(client, route.url, method=route.method, buffered=True)
            db.session.rollback()
            onward = {303} if route.method == "GET" else set()  # to a page that then says 404
            assert answer.status_code in {404, 422} | onward, route


def test_a_route_without_a_permission_does_not_start(app: Flask) -> None:
    bare = Flask("bare")
    bare.add_url_rule("/forgotten", "forgotten", lambda: "open to all")
    with pytest.raises(LookupError, match="forgotten"):
        check_declared(bare)
    with pytest.raises(LookupError, match="leads.fly"):
        needs("leads.fly")
