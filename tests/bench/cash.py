"""W5: a drafted quote is sent, accepted and billed, its invoice issued; beside three commits of plain SQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy import Engine, create_engine, func, select, text

from portal.invoices import services as invoices
from portal.invoices.models import Invoice
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import db, prepare_engine, transact
from portal.orders.services import accept_offer
from portal.quotes import services as quotes
from tests import world
from tests.quotes import makers

from .frame import Pair, Round, one_by_one, require
from .place import Place

TITLE = "quote sent, order placed by acceptance, invoice issued: three commits and their frozen papers"
UNIT = "sales"
SIZE = 60
CUSTOMER = Actor("Kevin Liu")


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    with place.app().test_request_context():  # each act is one of a request
        world.populate()
        customer = makers.account()
        engine = create_engine(place.database())
        prepare_engine(engine)
        _make_plain(engine)

        def ours() -> Round:
            before, deals = _issued(), [makers.opportunity(customer, lines=3).id for _ in range(size)]
            done = one_by_one(partial(_sell, deal) for deal in deals)
            require(_issued() == before + size, "invoices are missing")
            return done

        def floor() -> Round:
            with engine.connect() as connection:
                before = connection.scalar(text("SELECT count(*) FROM invoice"))
            done = one_by_one(partial(_sell_plainly, engine, number) for number in range(size))
            with engine.connect() as connection:
                require(
                    connection.scalar(text("SELECT count(*) FROM invoice")) == (before or 0) + size, "rows are missing"
                )
            return done

        yield Pair(ours=ours, floor=floor)
        engine.dispose()


def _sell(opportunity_id: int) -> None:
    def offer() -> int:
        quote_id = quotes.draft_from_opportunity(SYSTEM, opportunity_id)
        quotes.send(SYSTEM, quote_id, to="kevin@eastside.example")
        return quote_id

    quote_id = transact(offer)
    order_id = transact(lambda: accept_offer(CUSTOMER, quote_id, 1, ip="192.0.2.7", reference="", at=clock.now()))
    transact(lambda: invoices.issue(SYSTEM, invoices.bill_order(SYSTEM, order_id)))


def _issued() -> int:
    found: int = db.session.scalar(select(func.count()).select_from(Invoice).where(Invoice.number.is_not(None))) or 0
    db.session.rollback()
    return found


PLAIN = """
CREATE TABLE quote (id INTEGER PRIMARY KEY, number TEXT UNIQUE, total BIGINT, state TEXT);
CREATE TABLE quote_line (quote_id INTEGER, place INTEGER, quantity BIGINT, price BIGINT);
CREATE TABLE orders (id INTEGER PRIMARY KEY, quote_id INTEGER UNIQUE, number TEXT UNIQUE, total BIGINT);
CREATE TABLE order_line (order_id INTEGER, place INTEGER, quantity BIGINT, price BIGINT);
CREATE TABLE invoice (id INTEGER PRIMARY KEY, order_id INTEGER UNIQUE, number TEXT UNIQUE, total BIGINT);
CREATE TABLE invoice_line (invoice_id INTEGER, place INTEGER, quantity BIGINT, price BIGINT);
CREATE TABLE counter (series TEXT PRIMARY KEY, last INTEGER);
INSERT INTO counter VALUES ('Q', 0), ('SO', 0), ('INV', 0)
"""


def _make_plain(engine: Engine) -> None:
    with engine.begin() as connection:
        for statement in PLAIN.split(";"):
            connection.execute(text(statement))


def _sell_plainly(engine: Engine, _: int) -> None:
    """The same three documents with three lines each and a number from a counter row."""
    for table, line, owner, series in (
        ("quote", "quote_line", "", "Q"),
        ("orders", "order_line", "quote_id", "SO"),
        ("invoice", "invoice_line", "order_id", "INV"),
    ):
        with engine.begin() as connection:
            take = "UPDATE counter SET last = last + 1 WHERE series = :series RETURNING last"
            number = connection.execute(text(take), {"series": series}).scalar_one()
            columns, values = (f"id, {owner}, ", ":id, :id, ") if owner else ("id, ", ":id, ")
            head = f"INSERT INTO {table} ({columns}number, total) VALUES ({values}:number, 600)"  # noqa: S608 - our names
            connection.execute(text(head), {"id": number, "number": f"{series}-{number}"})
            rows = f"INSERT INTO {line} VALUES (:id, :place, 1, 200)"  # noqa: S608 - our names
            connection.execute(text(rows), [{"id": number, "place": place} for place in range(3)])
