"""A mailing to many, and what came back of it, written by the database itself."""

from datetime import timedelta
from typing import Any

from sqlalchemy import String, case, cast, delete, func, insert, literal, select, text, true, union_all

from portal.broadcasts.services import recount
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message, MessageContent, MessageEvent, MessageLink
from portal.messages.states import EventKind, Verdict
from tests.broadcasts.results import AGENTS, NINE, Mailed, mailed

HOURS = 48
SLICE = 10_000  # a statement may take half a minute and no longer
FIRMS = 3_000
LINKS = 20
ITEM = '<div data-block="offer-{0}"><h2>Offer {0}</h2><p>{1}</p><a href="\x1f{0} https://shop.example/{0}\x1f">Look</a></div>\n'
DEVICES = ("phone", "phone", "phone", "computer", "computer", "hidden", "tablet", "unknown")


def fill(size: int) -> Mailed:
    """Two variants side by side. Of a hundred people thirty open and five click, within two days; others are machines."""
    made = mailed(1, ("A", "B"))
    with unit_of_work():
        _offers()
    for start in range(1, size // 2, SLICE):
        for label, (template,) in made.messages.items():
            with unit_of_work():
                first = db.session.scalar(select(func.max(Message.id))) or 0
                _messages(template, made.batches[label], start, min(start + SLICE, size // 2) - 1)
            with unit_of_work():
                _events(made.batches[label], first + 1)
    with unit_of_work():
        recount(made.batches.values())
        db.session.execute(text("ANALYZE"))
    return made


def _offers() -> None:
    """Twenty links in each variant instead of three."""
    html = "".join(ITEM.format(number, "A bicycle for every road. " * 40) for number in range(LINKS))
    for content in db.session.scalars(select(MessageContent)):
        db.session.execute(delete(MessageLink).where(MessageLink.content_id == content.id))
        content.html = f"<!doctype html><html><head><title>News</title></head><body>{html}</body></html>"
        db.session.add_all(
            MessageLink(content_id=content.id, position=n, url=f"https://shop.example/{n}", block=f"offer-{n}")
            for n in range(LINKS)
        )


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
        "clicked_at": case(((n % 10 < 4) & (n % 50 < 3), at)), "human_clicked_at": case((n % 20 == 0, at)),
        "converted_at": case((n % 1000 == 1, at)),
    }  # fmt: skip
    columns = [c for c in Message.__table__.columns if c.name != "id"]
    rows = select(*(own.get(c.name, c) for c in columns)).select_from(Message.__table__, numbers)
    rows = rows.join(hours, hours.c.hour == n * 31 % HOURS).where(Message.id == template)
    db.session.execute(insert(Message.__table__).from_select([c.name for c in columns], rows))  # type: ignore[arg-type]


def _hours() -> Any:
    times = (select(literal(h).label("hour"), literal(NINE + timedelta(hours=h)).label("at")) for h in range(HOURS))
    return union_all(*times).cte("hours")


def _events(batch: int, first: int) -> None:
    """One for each opening and click that the messages tell of, and another opening by every fourth reader."""
    device = case(dict(enumerate(DEVICES)), value=Message.id % len(DEVICES))
    for kind, column, by, who in (
        (EventKind.OPENED, Message.opened_at, Message.human_opened_at, true()),
        (EventKind.OPENED, Message.opened_at, Message.human_opened_at, Message.id % 4 == 0),
        (EventKind.CLICKED, Message.clicked_at, Message.human_clicked_at, true()),
    ):
        own = {
            "message_id": Message.id, "contact_id": Message.contact_id, "kind": literal(kind.value), "at": column,
            "link": Message.id * Message.id % LINKS if kind == EventKind.CLICKED else literal(None),
            "verdict": case((by.is_not(None), Verdict.HUMAN.value), else_=Verdict.SCANNER.value),
            **dict.fromkeys(("why", "status", "source", "network", "method"), literal("")),
            "user_agent": literal(AGENTS[0]), "device": device,
        }  # fmt: skip
        mine = Message.id >= first, Message.batch_id == batch
        rows = select(*own.values()).where(*mine, column.is_not(None), who)
        db.session.execute(insert(MessageEvent.__table__).from_select(list(own), rows))  # type: ignore[arg-type]
