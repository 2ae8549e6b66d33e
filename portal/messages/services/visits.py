"""Openings and clicks: from the log of the web processes into the ledger, and judged once their neighbours are known."""

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam, func, select, update

from portal.consent.queries import may_track
from portal.kernel import clock, nonces
from portal.kernel.actor import Actor
from portal.kernel.db import db, unit_of_work
from portal.organization.queries import authorize
from portal.segments.services import touch
from portal.workspace.models import LongWork
from portal.workspace.services import start

from ..models import UNJUDGED, Message, MessageEvent, MessageLink
from ..queries.visits import JUDGING, judging
from ..rules.verdicts import SETTLED, Visit, judge
from ..states import EventKind
from .events import OPENINGS, News, record_events, settle

SLICE = 500  # messages judged, or lines taken in, at a time
EVENT: Any = MessageEvent.__table__
LINK: Any = MessageLink.__table__
JUDGE = update(EVENT).where(EVENT.c.id == bindparam("the_id"))
COUNT = (
    update(LINK)
    .where(LINK.c.content_id == bindparam("content"), LINK.c.position == bindparam("place"))
    .values(anonymous=LINK.c.anonymous + bindparam("more"))
)


def take_in(file: Path) -> int:
    """Keep what one file of the log says, once, however often it is read; then remove it. Returns its lines."""
    lines = [json.loads(line) for line in file.read_bytes().splitlines()]
    with unit_of_work():
        try:
            nonces.spend(f"tracking:{file.name}")
        except nonces.AlreadyDone:
            lines = []
        for start in range(0, len(lines), SLICE):
            _keep(lines[start : start + SLICE])
    file.unlink(missing_ok=True)
    return len(lines)


def _keep(lines: Sequence[Sequence[Any]]) -> None:
    """Clicks of people who do not want to be followed are counted without them; their openings are forgotten."""
    known = _followed({line[1] for line in lines if line[1]})
    news, unnamed = [], Counter[tuple[int, int]]()
    for kind, message_id, content_id, link, at, network, method, agent in lines:
        if message_id in known:
            seen = datetime.fromtimestamp(at, UTC)
            news.append(News(message_id, EventKind(kind), seen, link, network=network, method=method, user_agent=agent))
        elif link is not None:
            unnamed[content_id, link] += 1
    record_events(news)
    if unnamed:
        counted = [{"content": content, "place": place, "more": more} for (content, place), more in unnamed.items()]
        db.session.connection().execute(COUNT, counted)


def _followed(message_ids: Collection[int]) -> set[int]:
    """Those whose recipients may still be followed."""
    query = select(Message.id).where(Message.id.in_(message_ids), may_track(Message.channel, Message.address))
    return set(db.session.scalars(query))


def judge_new() -> int:
    """Judge the next slice of visits whose neighbours have all come. Returns how many messages that were."""
    some = (
        select(MessageEvent.message_id)
        .where(UNJUDGED, MessageEvent.at <= clock.now() - SETTLED)
        .order_by(MessageEvent.id)
        .limit(SLICE)
    )
    with unit_of_work():
        ids = set(db.session.scalars(some))
        judge_again(ids)
    return len(ids)


def judge_again(message_ids: Collection[int]) -> int:
    """All visits to these messages, by the rules of today. Returns how many verdicts changed."""
    visits = defaultdict(list)
    columns = EVENT.c
    query = select(columns).where(columns.message_id.in_(message_ids), columns.kind.in_(OPENINGS)).order_by(columns.id)
    for row in db.session.execute(query):
        visits[row.message_id].append(row)
    arrived = _delivered(visits.keys())
    changed = []
    for message_id, rows in visits.items():
        hits = [Visit(r.kind, r.at, r.link, r.network, r.method, r.user_agent) for r in rows]
        for row, (verdict, why) in zip(rows, judge(hits, arrived.get(message_id)), strict=True):
            if (row.verdict, row.why) != (verdict, why):
                changed.append({"the_id": row.id, "verdict": verdict, "why": why})
    if changed:
        db.session.connection().execute(JUDGE, changed)
        settle(visits.keys(), OPENINGS)
        touch(row.contact_id for rows in visits.values() for row in rows[:1] if row.contact_id)
    return len(changed)


def judge_history(actor: Actor) -> LongWork:
    """Have all visits judged again, by the rules of today. What runs already is not begun twice."""
    authorize(actor, "messages.judge")
    last = db.session.scalar(select(func.max(EVENT.c.message_id))) or 0
    return judging() or start(actor, JUDGING, "All openings and clicks judged again", {}, last)


def _delivered(message_ids: Collection[int]) -> dict[int, datetime]:
    """When the recipient's server had it, as far as we were told; else when it left us: greylisting lies between."""
    told = (
        select(func.min(MessageEvent.at))
        .where(MessageEvent.message_id == Message.id, MessageEvent.kind == EventKind.DELIVERED)
        .correlate(Message)
        .scalar_subquery()
    )
    query = select(Message.id, func.coalesce(told, Message.sent_at, type_=Message.sent_at.type))
    return {row[0]: row[1] for row in db.session.execute(query.where(Message.id.in_(message_ids))) if row[1]}
