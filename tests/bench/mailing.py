"""A mailing to many, and what came back of it, written by the database itself."""

from datetime import timedelta
from typing import Any

from sqlalchemy import String, case, cast, func, insert, literal, select, union_all

from portal.broadcasts.services import recount
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message, MessageEvent
from portal.messages.states import EventKind, Verdict
from tests.broadcasts.results import AGENTS, NINE, Mailed, mailed

HOURS = 48
SLICE = 20_000  # a statement may take half a minute and no longer
FIRMS = 3_000


def fill(size: int) -> Mailed:
    """Two variants. A third of the people open, within two days; a tenth of those click; others are machines."""
    made = mailed(1, ("A", "B"))
    for label, (first,) in made.messages.items():
        for start in range(1, size // 2, SLICE):
            with unit_of_work():
                _messages(first, made.batches[label], start, min(start + SLICE, size // 2) - 1)
        last = db.session.scalar(select(func.max(Message.id))) or 0
        for start in range(first, last + 1, SLICE):
            with unit_of_work():
                _events(made.batches[label], start, start + SLICE - 1)
    with unit_of_work():
        recount(made.batches.values())
    return made


def _numbers(first: int, last: int) -> Any:
    one = select(literal(first).label("n")).cte("numbers", recursive=True)
    return one.union_all(select(one.c.n + 1).where(one.c.n < last))


def _messages(template: int, batch: int, first: int, last: int) -> None:
    numbers, hours = _numbers(first, last), _hours()
    n, at = numbers.c.n, hours.c.at
    name = literal(f"p{batch}-") + cast(n, String) + "@bench.example"
    human, machine = n % 10 < 3, n % 10 == 3
    own = {
        "reason": name, "address": name, "address_hash": name, "message_id": name,
        "domain": case((n % 3 == 0, "mail.example"), else_=literal("firm") + cast(n * 7 % FIRMS, String)),
        "bounced_at": case((n % 97 == 0, at)),
        "opened_at": case((human | machine, at)), "human_opened_at": case((human, at)),
        "clicked_at": case((n % 100 < 4, at)), "human_clicked_at": case((n % 100 < 3, at)),
        "converted_at": case((n % 1000 == 1, at)),
    }  # fmt: skip
    columns = [c for c in Message.__table__.columns if c.name != "id"]
    rows = select(*(own.get(c.name, c) for c in columns)).select_from(Message.__table__, numbers)
    rows = rows.join(hours, hours.c.hour == n * 31 % HOURS).where(Message.id == template)
    db.session.execute(insert(Message.__table__).from_select([c.name for c in columns], rows))  # type: ignore[arg-type]


def _hours() -> Any:
    times = (select(literal(h).label("hour"), literal(NINE + timedelta(hours=h)).label("at")) for h in range(HOURS))
    return union_all(*times).cte("hours")


def _events(batch: int, first: int, last: int) -> None:
    """One for each opening and click that the messages tell of."""
    phone = Message.id % 2 == 0
    for kind, column, by in (
        (EventKind.OPENED, Message.opened_at, Message.human_opened_at),
        (EventKind.CLICKED, Message.clicked_at, Message.human_clicked_at),
    ):
        own = {
            "message_id": Message.id, "contact_id": Message.contact_id, "kind": literal(kind.value), "at": column,
            "link": Message.id % 2 if kind == EventKind.CLICKED else literal(None),
            "verdict": case((by.is_not(None), Verdict.HUMAN.value), else_=Verdict.SCANNER.value),
            **dict.fromkeys(("why", "status", "source", "network", "method"), literal("")),
            "user_agent": case((phone, AGENTS[0]), else_=AGENTS[1]), "device": case((phone, "phone"), else_="computer"),
        }  # fmt: skip
        mine = Message.id.between(first, last), Message.batch_id == batch
        rows = select(*own.values()).where(*mine, column.is_not(None))
        db.session.execute(insert(MessageEvent.__table__).from_select(list(own), rows))  # type: ignore[arg-type]
