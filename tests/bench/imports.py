"""W4: a file of contacts is read, checked, matched by address, written with search and audit, and reported row by row."""

import csv
import gc
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, islice
from time import perf_counter

from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, func, insert, select

import jobs.accounts  # noqa: F401 - offers the import
from jobs.workspace import move_along
from portal.accounts.models import Contact
from portal.kernel import clock, files
from portal.kernel.db import db, prepare_engine, transact
from portal.organization.queries import actor_for
from portal.workspace import services
from portal.workspace.models import LongWork
from portal.workspace.states import WorkState
from tests import world

from .frame import Pair, Round, require
from .place import Place

TITLE = "contacts from a CSV file: 3 rows in 100 wrong, 10 there already; beside SQLAlchemy's batches into one table"
UNIT = "rows"
SIZE = 100_000
COLUMNS = ["email", "first_name", "last_name", "job_title", "phone"]
BATCH = 2_000


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    rounds = count()
    with place.app().app_context():
        world.populate()
        engine = create_engine(place.database())
        prepare_engine(engine)
        plain = Table("contact", MetaData(), Column("id", Integer, primary_key=True), *_columns())
        plain.metadata.create_all(engine)
        gc.freeze()  # as in every worker

        def ours() -> Round:
            number = next(rounds)
            known = file_of(number, size // 10)
            _import(known, size // 10)
            before, content = _contacts(), file_of(number, size)
            started = perf_counter()
            work = _import(content, size)
            seconds = perf_counter() - started
            bad = sum(1 for n in range(size) if n % 33 == 0)
            require(work.state == WorkState.DONE and work.done == size, f"the import {work.state}: {work.error}")
            require((work.refused, work.changed) == (bad, 0), "rows are refused that are good, or the other way round")
            require(_contacts() == before + work.added, "contacts are missing")
            return Round(seconds, [seconds / size] * size)

        def floor() -> Round:
            content = file_of(next(rounds), size).replace(b"ann.berg", b"bob.berg")
            started = perf_counter()
            rows = csv.DictReader(io.StringIO(content.decode()))
            while some := list(islice(rows, BATCH)):
                with engine.begin() as connection:
                    there = select(plain.c.email).where(plain.c.email.in_([row["email"] for row in some]))
                    known = set(connection.scalars(there))
                    connection.execute(insert(plain), [row for row in some if row["email"] not in known])
            seconds = perf_counter() - started
            return Round(seconds, [seconds / size] * size)

        yield Pair(ours=ours, floor=floor)
        engine.dispose()


def _columns() -> list[Column[str]]:
    return [Column(name, String, unique=name == "email") for name in COLUMNS]


def file_of(number: int, size: int) -> bytes:
    out = io.StringIO()
    write = csv.writer(out)
    write.writerow(COLUMNS)
    for n in range(size):
        address = f"ann.berg{n}of{number}" if n % 33 == 0 else f"ann.berg{n}@round{number}-{n % 3000}.example"
        write.writerow([address, f"Ann {n % 500}", f"Berg {n}", "Buyer", f"+1 206 555 {n % 10_000:04}"])
    return out.getvalue().encode()


def _import(content: bytes, size: int) -> LongWork:
    def begin() -> int:
        actor = actor_for(world.user("operator"), clock.today("UTC"))
        spec = {"kind": "contacts", "key": files.put(content), "columns": COLUMNS, "dry": False}
        return services.start(actor, "import", "Bench", spec, size).id

    work_id = transact(begin)
    while move_along("bench") > 1:
        pass
    return db.session.get_one(LongWork, work_id, populate_existing=True)


def _contacts() -> int:
    found = db.session.scalar(select(func.count()).select_from(Contact)) or 0
    db.session.rollback()
    return found
