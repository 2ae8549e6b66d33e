import threading
import time
from datetime import UTC, datetime
from decimal import Decimal as D

import pytest
from flask import Flask
from sqlalchemy import NullPool, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError

from portal.accounts.models import Account
from portal.catalog.models import Product
from portal.kernel.db import db, transact, unit_of_work
from portal.kernel.errors import Refused, Stale
from portal.kernel.settings import Heartbeat
from tests import world


def test_everything_in_a_unit_of_work_happens_or_nothing(app):
    with pytest.raises(RuntimeError, match="half way"), unit_of_work():
        db.session.add(Product(sku="A", name="A"))
        db.session.flush()
        raise RuntimeError("half way")

    assert db.session.scalar(select(func.count()).select_from(Product)) == 0


def test_units_of_work_do_not_nest(app):
    with unit_of_work(), pytest.raises(RuntimeError, match="nest"), unit_of_work():
        pass


def test_a_constraint_speaks_in_words_and_names_the_field(app):
    world.add(Product(sku="A", name="A"))

    with pytest.raises(Refused) as refused:
        world.add(Product(sku="A", name="Other"))

    assert (refused.value.code, refused.value.field) == ("product.sku_taken", "sku")


def test_the_second_of_two_editors_is_stale(app):
    product = world.add(Product(sku="A", name="A"))
    shown = product.version
    with unit_of_work():
        db.session.get(Product, product.id).name = "B"

    with pytest.raises(Stale):
        db.session.get(Product, product.id).expect(shown)


def test_naive_times_are_refused(app):
    with pytest.raises(Exception, match="naive"):
        world.add(Heartbeat(name="x", at=datetime(2026, 1, 1)))


def test_times_come_back_aware_in_utc(app):
    world.add(Heartbeat(name="x", at=datetime(2026, 1, 1, 12, tzinfo=UTC)))
    db.session.expire_all()

    assert db.session.get(Heartbeat, "x").at == datetime(2026, 1, 1, 12, tzinfo=UTC)


def test_sums_of_amounts_are_exact(app):
    for i in range(10):
        world.add(Account(number=str(i), name=str(i), annual_revenue=D("12345678901.2345")))

    assert db.session.scalar(select(func.sum(Account.annual_revenue))) == D("123456789012.3450")


def test_parallel_read_then_write_never_meets_a_locked_database(live_app):
    with unit_of_work():
        db.session.add(Product(sku="A", name="0"))
    failures = []

    def count_up():
        with live_app.app_context():
            for _ in range(10):
                try:
                    transact(_increment)
                except DBAPIError as error:
                    failures.append(error)
            db.session.remove()

    threads = [threading.Thread(target=count_up) for _ in range(6)]
    [t.start() for t in threads]
    [t.join() for t in threads]

    assert failures == []
    assert db.session.scalar(select(Product.name)) == "60"


def _increment():
    product = db.session.scalars(select(Product).with_for_update()).one()
    product.name = str(int(product.name) + 1)


def test_sqlite_enforces_foreign_keys(live_app):
    if db.engine.dialect.name == "sqlite":
        assert db.session.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert db.session.execute(text("PRAGMA journal_mode")).scalar() == "wal"


@pytest.mark.postgresql
def test_a_connection_that_was_cut_off_while_it_rested_is_replaced(
    live_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.kernel.db.RESTED", 0.0)
    rests = db.session.scalar(select(func.pg_backend_pid()))
    db.session.remove()
    other = create_engine(db.engine.url, poolclass=NullPool)
    with other.connect() as connection:
        assert connection.scalar(select(func.pg_terminate_backend(rests)))
    time.sleep(0.2)

    assert db.session.scalar(select(func.pg_backend_pid())) != rests
