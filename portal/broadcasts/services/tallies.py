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
    case,
    delete,
    distinct,
    func,
    select,
    true,
    update,
)
from sqlalchemy.orm import aliased

from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.kernel.upsert import insert_ignore, insert_rows, upsert
from portal.messages.models import Message, MessageBatch, MessageEvent, MessageLink
from portal.messages.states import EventKind, MessageState, Verdict

from ..models import SLICE, Tally, TallyBatch, TallyDue, TallySlice
from ..states import Dimension
from .campaigns import tell_campaigns

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
SEEN = (EventKind.OPENED, EventKind.CLICKED)  # a click is an opening as well
PEOPLE = ("opened", "human_opened", "clicked", "human_clicked")
TIMES = ("opens", "human_opens", "clicks", "human_clicks")
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
    rows = _all(_messages(part))
    domains, new = _domains({row[0] for row in rows})
    _add_messages(rows, domains, counts)
    _add_events(part, counts)
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
        tell_campaigns(_within(part))
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
    """The domains that are counted by name in each batch, and which batches were never counted before."""
    query = select(TallyBatch.batch_id, TallyBatch.domains).where(TallyBatch.batch_id.in_(batches))
    known: dict[int, list[str]] = dict(db.session.execute(query).all())
    new = sorted(batches - set(known))
    for batch in new:
        known[batch] = _most_common(batch)
    return known, new


def _most_common(batch: int) -> list[str]:
    """Those with most recipients in all batches of the same mailing: so the same ones stand in each."""
    one, other = aliased(MessageBatch), aliased(MessageBatch)
    same = and_(one.noun_of == other.noun_of, one.record_id == other.record_id)
    mailing = select(other.id).join(one, same).where(one.id == batch)
    kept: list[str] | None = db.session.scalar(
        select(TallyBatch.domains).where(TallyBatch.batch_id.in_(mailing)).limit(1)
    )
    if kept is not None:
        return kept
    most = select(Message.domain).where(Message.batch_id.in_(mailing)).group_by(Message.domain)
    return list(db.session.scalars(most.order_by(func.count().desc(), Message.domain).limit(DOMAINS)))


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


def _add_events(part: int, counts: Counts) -> None:
    """Openings and clicks by device and link. A message counts once in a place, however often it was opened there."""
    E, L = MessageEvent, MessageLink
    clicked, human = E.kind == EventKind.CLICKED, E.verdict == Verdict.HUMAN
    success = and_(
        clicked, func.coalesce(L.role, "") == ""
    )  # a way out of the list is shown where it is, and no success
    of_link = and_(L.content_id == Message.content_id, L.position == E.link)
    within = E.message_id.between(part * SLICE, (part + 1) * SLICE - 1), _within(part), func.coalesce(E.link, 0) >= 0
    seen = select(Message.batch_id).join(E, E.message_id == Message.id).outerjoin(L, of_link).where(*within)

    def people(condition: ColumnElement[bool]) -> tuple[ColumnElement[int], ColumnElement[int]]:
        return _messages_where(condition), _messages_where(and_(condition, human))

    def times(condition: ColumnElement[bool]) -> tuple[ColumnElement[int], ColumnElement[int]]:
        return func.count(case((condition, 1))), func.count(case((and_(condition, human), 1)))

    was_opened = E.kind == EventKind.OPENED
    devices = seen.add_columns(E.device, *people(true()), *people(success), *times(was_opened), *times(success))
    for batch, device, *numbers in _all(devices.where(E.kind.in_(SEEN)).group_by(Message.batch_id, E.device)):
        counts[batch, D.DEVICE, device].update(dict(zip(PEOPLE + TIMES, numbers, strict=True)))
        counts[batch, D.ALL, ""].update(dict(zip(TIMES, numbers[4:], strict=True)))
    links = seen.add_columns(Message.content_id, E.link, *people(clicked), *times(clicked)).where(clicked)
    for batch, content, link, *numbers in _all(links.group_by(Message.batch_id, Message.content_id, E.link)):
        counts[batch, D.LINK, f"{content}:{link}"].update(dict(zip(PEOPLE[2:] + TIMES[2:], numbers, strict=True)))


def _messages_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(distinct(case((condition, MessageEvent.message_id))))


def _all(query: Select[Any]) -> Sequence[Any]:
    return db.session.execute(query).all()


def _row(part: int, batch: int, dimension: Dimension, key: str, figures: Counter[str]) -> dict[str, Any]:
    place = {"slice": part, "batch_id": batch, "dimension": dimension, "key": key}
    return place | {name: figures[name] for name in FIGURES}
