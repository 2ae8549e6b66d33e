"""W2b: the first page of every list and the board for the head of sales, and how their cost grows with the rows."""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import escape

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from portal.kernel.db import db
from tests import world
from tests.conftest import Client

from .frame import Pair, Round, one_by_one, require
from .place import Place
from .rows import fill

TITLE = "first pages of lists and the board, server time of one page"
UNIT = "pages"
SIZE = 10_000  # rows of every kind
LOOKS = 3
BROWSER = {"Accept-Encoding": "gzip, deflate, br"}
# Address: its table, what it shows first, and what a line of it says at least.
PAGES = {
    "/leads": ("lead", "score DESC, id DESC", "last_name, company, source, score, state"),
    "/accounts": ("account", "lower(name), id", "name, number, city, country, industry"),
    "/contacts": ("contact", "lower(last_name), id", "last_name, job_title, email, phone"),
    "/opportunities": ("opportunity", "close_on, id", "name, state, stage, amount, close_on"),
    "/quotes": ("quote", "created_at DESC, id DESC", "number, subject, created_at"),
    "/orders": ("sales_order", "placed_at DESC, id DESC", "number, state, placed_at, total"),
    "/invoices": ("invoice", "created_at DESC, id DESC", "number, state, due_on, total"),
    "/messages": ("message", "created_at DESC, id DESC", "address, channel, state, created_at"),
    "/opportunities/board": ("opportunity", "close_on, id", "name, stage, amount, close_on, next_step"),
}


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    apps = {rows: _filled(place, rows) for rows in (max(1, size // 10), size)}
    clients = {rows: _client(app) for rows, app in apps.items()}

    def ours() -> Round:
        return one_by_one(partial(_look, clients[size], path) for path in PAGES for _ in range(LOOKS))

    def floor() -> Round:
        with apps[size].app_context():
            return one_by_one(partial(_plainly, size, *asked) for asked in PAGES.values() for _ in range(LOOKS))

    def further() -> dict[str, str]:
        told = {}
        for path in PAGES:
            few, many = (_processor_ms(client, path) for client in clients.values())
            told[path[1:]] = f"{many:.1f} ms of processor time, {many / few:.2f} times that of a tenth of the rows"
        return told

    for path in PAGES:
        require(str(size) in _page(clients[size], path).replace(",", ""), f"{path} does not count every row")
    yield Pair(ours=ours, floor=floor, further=further)


def _filled(place: Place, rows: int) -> Flask:
    app = place.app()
    app.test_client_class = Client
    with app.app_context():
        world.populate()
        fill(rows)
        db.session.remove()
    return app


def _client(app: Flask) -> FlaskClient:
    with app.app_context():
        client: FlaskClient = app.test_client().sign_in(world.user("leader"))  # type: ignore[attr-defined]
        db.session.remove()
    return client


def _page(client: FlaskClient, path: str) -> str:
    """Our own client would parse it, which takes its time."""
    return FlaskClient.open(client, path).text


def _look(client: FlaskClient, path: str) -> None:
    answer = FlaskClient.open(client, path, headers=BROWSER)
    require(answer.status_code == 200, f"{path} answered {answer.status_code}")


def _processor_ms(client: FlaskClient, path: str) -> float:
    each = []
    for _ in range(9):
        started = time.process_time()
        _look(client, path)
        each.append((time.process_time() - started) * 1000)
    return statistics.median(each)


def _plainly(size: int, table: str, order: str, columns: str) -> str:
    """How many there are, and the first fifty as lines of a table."""
    number = db.session.scalar(text(f"SELECT count(*) FROM {table}"))  # noqa: S608 - our names
    require(number == size, "the floor does not count every row")
    rows = db.session.execute(text(f"SELECT id, {columns} FROM {table} ORDER BY {order} LIMIT 50"))  # noqa: S608
    lines = ["".join(f"<td>{escape(str(value))}</td>" for value in row) for row in rows]
    db.session.rollback()
    return f"<p>{number}</p><table><tr>" + "</tr><tr>".join(lines) + "</tr></table>"
