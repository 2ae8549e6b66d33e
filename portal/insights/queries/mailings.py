"""What came of mailings, added up from the tallies."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from portal.broadcasts.models import Broadcast, Tally, TallyBatch, TallyDue
from portal.broadcasts.states import BroadcastState, Dimension
from portal.consent.models import Topic
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.messages.models import MessageBatch
from portal.messages.rules.devices import DEVICES
from portal.organization.queries import get, visible_to

from ..rules import Figures

D = Dimension
FIGURES = tuple(column for column in Tally.__table__.columns if not column.primary_key)
SUMS = tuple(func.sum(column).label(column.name) for column in FIGURES)
REST = "Rest"
CURVE = 48  # hours
ENOUGH = 100  # delivered: below it a rate is chance
UNDER_WAY = (BroadcastState.FREEZING, BroadcastState.SENDING, BroadcastState.PAUSED)


class Part(NamedTuple):
    """`key` is what the list of recipients is filtered by."""

    key: str
    name: str
    figures: Figures


@dataclass(frozen=True)
class Report:
    """`hours`: from the first message on. `counted_at`: None before the first count. `current`: nothing is left to count."""

    broadcast: Broadcast
    total: Figures
    variants: Sequence[Part]
    domains: Sequence[Part]
    devices: Sequence[Part]
    hours: Sequence[tuple[datetime, Figures]]
    counted_at: datetime | None
    current: bool

    @property
    def live(self) -> bool:
        return not self.current or self.broadcast.state in UNDER_WAY


def report(actor: Actor, broadcast_id: int) -> Report:
    """Raises NotFound."""
    broadcast = get(actor, Broadcast, broadcast_id, load=[selectinload(Broadcast.variants), joinedload(Broadcast.test)])
    batches = batches_of(broadcast)
    found = _sums(Tally.batch_id.in_(batches), Tally.dimension != D.LINK)
    merged: dict[tuple[Dimension, str], Figures] = {}
    by_batch = {key: Figures() for key in batches}
    for batch, dimension, key, figures in found:
        merged.setdefault((dimension, key), Figures()).update(figures)
        if dimension == D.ALL:
            by_batch[batch].update(figures)
    counted = select(func.max(TallyBatch.counted_at), select(TallyDue.id).limit(1).scalar_subquery())
    counted_at, due = db.session.execute(counted.where(TallyBatch.batch_id.in_(batches))).one()
    return Report(
        broadcast,
        merged.get((D.ALL, ""), Figures()),
        [Part(str(key), batches[key], figures) for key, figures in by_batch.items()],
        _parts(merged, D.DOMAIN, {"": "All others"}, "recipients"),
        _parts(merged, D.DEVICE, DEVICES, "opened"),
        _hours({key: figures for (dimension, key), figures in merged.items() if dimension == D.HOUR}),
        counted_at,
        due is None,
    )


def batches_of(broadcast: Broadcast) -> dict[int, str]:
    """Batch -> the label of its variant, in their order; the rest comes last."""
    labels = {variant.batch_id: variant.label for variant in broadcast.variants if variant.batch_id}
    query = select(MessageBatch.id).where(
        MessageBatch.noun_of == Broadcast.noun, MessageBatch.record_id == broadcast.id
    )
    found = {key: labels.get(key, REST) for key in db.session.scalars(query)}
    return dict(sorted(found.items(), key=lambda item: (item[0] not in labels, item[1])))


def _sums(*conditions: ColumnElement[bool]) -> list[tuple[int, Dimension, str, Figures]]:
    place = (Tally.batch_id, Tally.dimension, Tally.key)
    rows: Sequence[Any] = db.session.execute(select(*place, *SUMS).where(*conditions).group_by(*place)).all()
    return [(row[0], row[1], row[2], figures_of(row[3:])) for row in rows]


def figures_of(sums: Sequence[Any]) -> Figures:
    """PostgreSQL adds whole numbers up to decimals."""
    return Figures({column.name: int(number) for column, number in zip(FIGURES, sums, strict=True) if number})


def _parts(
    merged: dict[tuple[Dimension, str], Figures], dimension: Dimension, names: dict[str, str], first: str
) -> list[Part]:
    found = [Part(key, names.get(key, key), figures) for (of, key), figures in merged.items() if of == dimension]
    return sorted(found, key=lambda part: (part.name == names.get(""), -part.figures[first], part.name))


def _hours(found: dict[str, Figures]) -> list[tuple[datetime, Figures]]:
    """Hour after hour without gaps, from the first message to the last news, two days at most."""
    sent = sorted(key for key, figures in found.items() if figures["sent"])
    if not sent:
        return []
    first, last = (datetime.strptime(key, "%Y-%m-%d %H").replace(tzinfo=UTC) for key in (sent[0], max(found)))
    number = min(int((last - first) / timedelta(hours=1)) + 1, CURVE)
    hours = [first + timedelta(hours=at) for at in range(number)]
    return [(hour, found.get(hour.strftime("%Y-%m-%d %H"), Figures())) for hour in hours]


class Mailing(NamedTuple):
    """One line of the performance of all mailings; `curve`: clicks by people, hour by hour of the first day."""

    broadcast: Broadcast
    topic: str
    at: datetime
    figures: Figures
    curve: Sequence[int]


def performance(actor: Actor, since: datetime, limit: int = 200) -> list[Mailing]:
    """Mailings that began since then, the latest first."""
    mine = visible_to(actor, Broadcast).where(Broadcast.starts_at >= since, Broadcast.state != BroadcastState.DRAFT)
    query = mine.outerjoin(Topic, Topic.id == Broadcast.topic_id).add_columns(Topic.name)
    rows = db.session.execute(query.order_by(Broadcast.starts_at.desc(), Broadcast.id.desc()).limit(limit)).all()
    ids = [row[0].id for row in rows]
    totals = {key: figures_of(sums) for key, *sums in db.session.execute(_by_broadcast(ids, D.ALL, *SUMS))}
    curves: dict[int, dict[str, int]] = {}
    hourly = _by_broadcast(ids, D.HOUR, Tally.key, func.sum(Tally.human_clicked)).group_by(Tally.key)
    for key, hour, number in db.session.execute(hourly):
        curves.setdefault(key, {})[hour] = int(number)
    return [
        Mailing(
            one, topic or "", one.starts_at, totals.get(one.id, Figures()), _day(curves.get(one.id, {}), one.starts_at)
        )
        for one, topic in rows
    ]


def _by_broadcast(ids: Sequence[int], dimension: Dimension, *columns: Any) -> Select[Any]:
    query = select(MessageBatch.record_id, *columns).join(MessageBatch, MessageBatch.id == Tally.batch_id)
    mine = MessageBatch.noun_of == Broadcast.noun, MessageBatch.record_id.in_(ids), Tally.dimension == dimension
    return query.where(*mine).group_by(MessageBatch.record_id)


def _day(found: dict[str, int], start: datetime) -> list[int]:
    hours = (start + timedelta(hours=at) for at in range(24))
    return [found.get(hour.astimezone(UTC).strftime("%Y-%m-%d %H"), 0) for hour in hours]


def by_month(mailings: Sequence[Mailing], zone: str) -> list[tuple[datetime, int, Figures]]:
    """(first of the month, how many mailings, their figures together), the earliest first."""
    found: dict[datetime, list[Figures]] = {}
    for one in mailings:
        month = one.at.astimezone(ZoneInfo(zone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        found.setdefault(month, []).append(one.figures)
    return [(month, len(several), together(several)) for month, several in sorted(found.items())]


def by_topic(mailings: Sequence[Mailing]) -> list[tuple[str, int, Figures]]:
    """(topic, how many mailings, their figures together), the most clicked first."""
    found: dict[str, list[Figures]] = {}
    for one in mailings:
        found.setdefault(one.topic or "No topic", []).append(one.figures)
    rows = [(topic, len(several), together(several)) for topic, several in found.items()]
    return sorted(rows, key=lambda row: -(row[2].share("human_clicked", "delivered") or 0))


def together(several: Iterable[Figures]) -> Figures:
    total = Figures()
    for figures in several:
        total.update(figures)
    return total


def ranked_mailings(mailings: Sequence[Mailing]) -> list[Mailing]:
    """By click rate of people, the best first; those that reached too few to say are left out."""
    told = [one for one in mailings if one.figures.delivered >= ENOUGH]
    return sorted(told, key=lambda one: -(one.figures.share("human_clicked", "delivered") or 0))
