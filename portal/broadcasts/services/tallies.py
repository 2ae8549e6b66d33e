"""Counting messages slice by slice, so that a report of a million recipients adds up some thousand rows.

A count is never changed, only made anew from the messages and their events: replays, lost workers and verdicts that
improve cannot make it wrong. What was read is older than what is written only where another change is noted as due.
"""

import time
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Select,
    SQLColumnExpression,
    and_,
    delete,
    func,
    select,
    update,
)

from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.kernel.upsert import insert_ignore, insert_rows, upsert
from portal.messages.models import Message, MessageEvent, MessageLink
from portal.messages.rules.devices import device_of
from portal.messages.states import EventKind, MessageState, Verdict

from ..models import SLICE, Tally, TallyBatch, TallyDue, TallySlice
from ..states import Dimension

D = Dimension
TURN = 0.5  # seconds at a time: other work of the queue and of the machine goes on
DOMAINS = 20
OTHER = ""  # the key of all other domains
FIGURES = tuple(column.key for column in Tally.__table__.columns if not column.primary_key)
FACTS = tuple(
    name for name in FIGURES if f"{name}_at" in Message.__table__.columns
)  # of each happening, its first time
STATES = {
    MessageState.SUPPRESSED: "suppressed",
    MessageState.FAILED: "failed",
    MessageState.UNCERTAIN: "uncertain",
    MessageState.CANCELLED: "cancelled",
}
TOTALS = {EventKind.OPENED: ("opened", "opens"), EventKind.CLICKED: ("clicked", "clicks")}
Counts = dict[tuple[int, Dimension, str], Counter[str]]


def count_due(turn: float = TURN) -> int:
    """Count slices in which something changed, the longest waiting first. Returns how many."""
    done, ends = 0, time.monotonic() + turn
    while time.monotonic() < ends:
        db.session.rollback()  # what is read next is read now
        part = db.session.scalar(select(TallyDue.slice).order_by(TallyDue.id).limit(1))
        if part is None:
            break
        done += _count(part)
    db.session.rollback()
    return done


def uncounted() -> bool:
    """Whether something changed since it was counted."""
    return db.session.scalar(select(TallyDue.id).limit(1)) is not None


def recount(batch_ids: Collection[int]) -> None:
    """Have these batches counted anew: for messages that were written without the triggers knowing."""
    slices = select(Message.id // SLICE).where(Message.batch_id.in_(batch_ids)).distinct()
    insert_rows(TallyDue, [{"slice": part} for part in db.session.scalars(slices)])


def _count(part: int) -> bool:
    due = list(db.session.scalars(select(TallyDue.id).where(TallyDue.slice == part)))
    number = db.session.scalar(select(TallySlice.number).where(TallySlice.id == part)) or 0
    counts: Counts = defaultdict(Counter)
    rows = db.session.execute(_messages(part)).all()
    domains, new = _domains({row[0] for row in rows})
    _add_messages(rows, domains, counts)
    _add_events(_events(part), counts)
    further = set(db.session.scalars(select(Message.id // SLICE).where(Message.batch_id.in_(new)).distinct()))
    with unit_of_work():
        if not _is_latest(part, number):
            return False
        db.session.execute(delete(Tally).where(Tally.slice == part))
        insert_rows(Tally, [_row(part, *place, figures) for place, figures in counts.items()])
        now = clock.now()
        heads = [{"batch_id": key, "domains": names, "counted_at": now} for key, names in domains.items()]
        upsert(TallyBatch, heads, keys=("batch_id",))
        for start in range(0, len(due), 500):
            db.session.execute(delete(TallyDue).where(TallyDue.id.in_(due[start : start + 500])))
        insert_rows(TallyDue, [{"slice": other} for other in further - {part}])
    return True


def _is_latest(part: int, number: int) -> bool:
    """Whether nobody has written this slice since it was read."""
    if number == 0:
        return insert_ignore(TallySlice, [{"id": part, "number": 1}]) == 1
    mine = update(TallySlice).where(TallySlice.id == part, TallySlice.number == number).values(number=number + 1)
    done = db.session.execute(mine)
    assert isinstance(done, CursorResult)
    return done.rowcount == 1


def _within(part: int) -> ColumnElement[bool]:
    return and_(Message.id.between(part * SLICE, (part + 1) * SLICE - 1), Message.batch_id.is_not(None))


def _messages(part: int) -> Select[Any]:
    """Of all that share batch, domain, state and the hours of what happened: how many there are."""
    happened: dict[str, Any] = {name: Message.__table__.c[f"{name}_at"] for name in FACTS}
    happened["sent"] = func.coalesce(Message.sent_at, Message.bounced_at)  # refused at the door: sent, and bounced
    what: list[Any] = [Message.batch_id, Message.domain, Message.state, *map(_hour, happened.values())]
    return select(*what, func.count()).where(_within(part)).group_by(*what)


def _hour(column: SQLColumnExpression[datetime]) -> SQLColumnExpression[str]:
    if db.engine.dialect.name == "sqlite":
        return func.substr(column, 1, 13)
    return func.to_char(func.timezone("UTC", column), "YYYY-MM-DD HH24")


def _domains(batches: set[int]) -> tuple[dict[int, list[str]], list[int]]:
    """The domains with most recipients of each batch, and which batches were never counted before."""
    query = select(TallyBatch.batch_id, TallyBatch.domains).where(TallyBatch.batch_id.in_(batches))
    known: dict[int, list[str]] = dict(db.session.execute(query).all())
    new = sorted(batches - set(known))
    for batch in new:
        most = select(Message.domain).where(Message.batch_id == batch).group_by(Message.domain)
        known[batch] = list(db.session.scalars(most.order_by(func.count().desc(), Message.domain).limit(DOMAINS)))
    return known, new


def _add_messages(rows: Sequence[Any], domains: dict[int, list[str]], counts: Counts) -> None:
    for batch, domain, state, *hours, number in rows:
        places = counts[batch, D.ALL, ""], counts[batch, D.DOMAIN, domain if domain in domains[batch] else OTHER]
        found = [(name, hour) for name, hour in zip(FACTS, hours, strict=True) if hour]
        names = ["recipients", *(name for name, _ in found)]
        if "sent" not in names and state in STATES:
            names.append(STATES[state])
        for name in names:
            for place in places:
                place[name] += number
        for name, hour in found:
            counts[batch, D.HOUR, hour][name] += number


def _events(part: int) -> Sequence[Any]:
    E = MessageEvent
    what: tuple[Any, ...] = (
        Message.batch_id,
        Message.content_id,
        E.message_id,
        E.kind,
        E.link,
        E.user_agent,
        E.verdict,
    )
    query = select(*what, func.count()).join(Message, Message.id == E.message_id).group_by(*what)
    within = E.message_id.between(part * SLICE, (part + 1) * SLICE - 1)
    seen = E.kind.in_(TOTALS), func.coalesce(E.link, 0) >= 0
    return db.session.execute(query.where(within, _within(part), *seen)).all()


def _add_events(rows: Sequence[Any], counts: Counts) -> None:
    """Openings and clicks by device and link. A message counts once in a place, however often it was opened there."""
    service = _service_links({row.content_id for row in rows})
    seen = set()
    for batch, content, message, kind, link, agent, verdict, number in rows:
        name, total = TOTALS[kind]
        device, link_place = (batch, D.DEVICE, device_of(agent)), (batch, D.LINK, f"{content}:{link}")
        firsts = [(device, "opened")]  # a click is an opening as well
        places = [(batch, D.ALL, ""), device]
        if kind == EventKind.CLICKED:
            firsts.append((link_place, name))
            if (content, link) in service:
                places = []
            else:
                firsts.append((device, name))
            places.append(link_place)
        for who in ("", "human_") if verdict == Verdict.HUMAN else ("",):
            for place in places:
                counts[place][who + total] += number
            for place, first in firsts:
                if (place, who + first, message) not in seen:
                    seen.add((place, who + first, message))
                    counts[place][who + first] += 1


def _service_links(contents: set[int]) -> set[tuple[int, int]]:
    """Ways out of the list: clicks on them are shown where they are, and are no success of the mail."""
    query = select(MessageLink.content_id, MessageLink.position).where(MessageLink.role != "")
    return set(db.session.execute(query.where(MessageLink.content_id.in_(contents))).all())


def _row(part: int, batch: int, dimension: Dimension, key: str, figures: Counter[str]) -> dict[str, Any]:
    place = {"slice": part, "batch_id": batch, "dimension": dimension, "key": key}
    return place | {name: figures[name] for name in FIGURES}
