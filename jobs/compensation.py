"""Calculating pay as long work, telling people about locked months, printing their statements."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

from portal.compensation import queries, services
from portal.compensation.events import PeriodLocked, StatementLocked
from portal.compensation.queries.calculation import extras
from portal.compensation.queries.ledger import ledger
from portal.kernel.actor import SYSTEM
from portal.kernel.db import transact
from portal.kernel.outbox import emit
from portal.workspace.rules import Outcome
from portal.workspace.services import notify

from . import printing
from .registry import every, on
from .workspace import Slice, Work, runs


@runs("compensation")
def calculate(work: Work) -> Iterator[Slice]:
    """Everything is read once; then some people at a time are written. Interrupted, it begins with whom it had come to."""
    found = ledger(queries.period(work.actor, work.spec["period_id"]))
    more, people = extras(found), found.members
    for at in range(work.done, len(people), services.CHUNK):
        some = people[at : at + services.CHUNK]
        yield Slice(len(some), partial(_done, partial(services.calculate_some, found, more, some)), may_pause=False)
    yield Slice(0, partial(_done, partial(services.end_calculation, found)))


def _done(act: Any) -> Outcome:
    act()
    return Outcome()


@every(timedelta(hours=1))
def keep_current() -> None:
    """The running month is opened and calculated again, so that people see where they stand."""
    period_id = transact(services.open_current)
    if period_id is not None:
        transact(lambda: services.calculate(SYSTEM, period_id))


@on(PeriodLocked)
def tell_people(period_id: int) -> None:
    """Everybody hears that their statement is there."""
    for one in queries.statements_in(period_id):
        said = f"Your statement for {one.period.starts_on:%B %Y} is here."
        notify(one.participant.user_id, said, f"/compensation/statements/{one.id}", f"statement:{one.id}")


@on(StatementLocked, queue="pdf", alone=True)
def print_statement(statement_id: int) -> None:
    """Once."""
    found = queries.statement_to_print(statement_id)
    if found is None or found.snapshot is None or found.pdf_key:
        return
    printed = printing.print_paper("compensation/pdf/statement.html", printing.frozen(found.snapshot))
    transact(lambda: services.keep_paper(statement_id, printed.key, printed.problem))


@every(timedelta(minutes=10))
def print_waiting_statements() -> None:
    """Statements that waited for Pango are printed when it is there."""
    waiting = queries.unprinted(printing.WAITS_FOR_PANGO)
    printing.retry(waiting, lambda key: emit(StatementLocked(statement_id=key)))
