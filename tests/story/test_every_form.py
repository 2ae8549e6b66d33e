"""Every form that some page shows, sent twice as by a double click: the second click makes nothing."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.identity.models import Role
from portal.kernel.db import db, unit_of_work
from tests import world
from tests.architecture import samples
from tests.architecture.permission_table import routes, undone, written
from tests.story.forms import PageForm, forms_of

# what a second click may add: a device seen, a counter
PASSING = {"sign_in", "heartbeat", "setting", "rate_limit"}
INSERT = re.compile(r'INSERT INTO "?(\w+)')
TYPED = {
    "email": "someone@new.example", "number": "5", "date": "2030-01-05", "datetime-local": "2030-01-05T10:00",
    "url": "https://new.example/x", "color": "#206bc4", "tel": "+49 30 1234567", "time": "09:00", "month": "2030-01",
}  # fmt: skip


def filled(form: PageForm) -> dict[str, Any]:
    """Whatever is empty gets a value of its kind."""
    given = dict(form.values)
    for name, kind in form.kinds.items():
        if given.get(name) in (None, "") and kind not in ("hidden", "file"):
            given[name] = form.options.get(name) or TYPED.get(kind, "Spring")
    return given


def shown_forms(app: Flask, client: Any) -> Iterator[PageForm]:
    """The forms of all pages, each once, however many records it is shown for."""
    known: set[tuple[str, ...]] = set()
    adapter = app.url_map.bind("portal.test")
    for route in routes(app, samples.make()):
        if route.method != "GET" or not route.url or route.endpoint.startswith(("security.", "static")):
            continue
        answer = FlaskClient.open(client, route.url, buffered=True)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        for form in forms_of(answer.text, route.url):
            path = form.action.partition("?")[0]
            if not adapter.test(path, method="POST"):
                continue  # its buttons say where it goes
            key = (adapter.match(path, method="POST")[0], *sorted(form.values))
            if key not in known:
                known.add(key)
                yield form


@pytest.fixture
def everybody(app: Flask) -> Any:
    """Somebody with every role."""
    with unit_of_work():
        user = world.user("leader")
        user.roles = list(db.session.scalars(select(Role)))
    return app.test_client().sign_in(user)  # type: ignore[attr-defined]


def send(app: Flask, cookie: str, form: PageForm, typed: dict[str, Any]) -> tuple[Any, set[str]]:
    """Status and address of the answer, and the tables that got rows."""
    client: Any = app.test_client()
    client.set_cookie("session", cookie)
    for name in list(g):
        g.pop(name)  # what belongs to a request must not outlive it
    with written(db._app_engines[app][None]) as statements:  # type: ignore[arg-type]
        answer = FlaskClient.open(client, form.action, method="POST", data=typed, buffered=True)
        db.session.remove()
    made = {found[1] for one in statements if (found := INSERT.match(one))}
    return (answer.status_code, answer.location), made - PASSING


@pytest.mark.sqlite
def test_no_second_click_makes_anything(app: Flask, everybody: Any, frozen_form_age: Any) -> None:
    """What the first click removed may be gone for the second one; otherwise both get the same answer."""
    connection: Any = db._app_engines[app][None]
    cookie = everybody.get_cookie("session").value
    judged, wrong = 0, []
    for form in list(shown_forms(app, everybody)):
        typed = filled(form)
        with undone(connection), frozen_form_age():
            first, made = send(app, cookie, form, typed)
            if made:
                judged += 1
                second, more = send(app, cookie, form, typed)
                if more or second not in (first, (404, None)):
                    wrong.append(f"{form.action} made {sorted(made)}, then {sorted(more)}: {first}, then {second}")
    assert not wrong, "\n".join(wrong)
    assert judged > 140
