"""Keeping the pace of servers, recipient domains and batches over all workers: whoever claims holds their rows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, select, update

from portal.consent.states import Channel
from portal.kernel import clock, settings
from portal.kernel.db import db, unit_of_work
from portal.kernel.upsert import insert_ignore, upsert

from ..models import MailConnection, MailPace, MailServer, Message, MessageBatch
from ..queries import pause_key
from ..rules import PAUSE, Outcome
from ..rules.pacing import FAR, REST, TOO_FAST, UNLIMITED, allowance, halved, least, recovered, spent

TABLE: Any = Message.__table__
_POSTPONE = (
    update(TABLE)
    .where(TABLE.c.id == bindparam("the_id"))
    .values(due_at=bindparam("the_time", type_=TABLE.c.due_at.type))
)


class Waiting(NamedTuple):
    """A message that may not go yet."""

    id: int
    due_at: datetime


class Gauge:
    """What a server may take now. Made in the unit of work of a claim; other workers' claims on it wait."""

    def __init__(self, server_id: int, now: datetime) -> None:
        self.now = now
        self.server = db.session.get_one(MailServer, server_id)
        here = select(MailPace).where(MailPace.server_id == server_id).order_by(MailPace.domain)
        found = db.session.scalars(here.with_for_update().execution_options(populate_existing=True))
        self.domains = {row.domain: row for row in found}
        self.whole = self.domains.pop("")
        per_hour = self.server.per_hour and self.server.per_hour / 3600
        self.rate = least(self.server.per_second, per_hour, self._learned(self.whole))

    @property
    def soon(self) -> bool:
        """Whether it has room again within a second."""
        resting = self.whole.rest_until and self.whole.rest_until > self.now
        return bool(self.rate and self.rate >= 1 and not resting)

    def room(self, worker: str, lease: timedelta, *, bulk: bool) -> int:
        """How many messages it takes at once. The warm-up counts every message but holds back bulk mail only."""
        if self.whole.rest_until and self.whole.rest_until > self.now or not self._connected(worker, lease):
            return 0
        return min(allowance(self.whole.free_at, self.rate, self.now), self._left_today() if bulk else UNLIMITED)

    def _left_today(self) -> int:
        plan, start, today = self.server.warm_up, self.server.warm_up_from, self.now.date()
        day = (today - start).days if start else 0
        if not plan or not start or day >= len(plan):
            return UNLIMITED
        used = self.whole.day_sent if self.whole.day == today else 0
        return max(0, int(plan[max(0, day)]) - used)

    def _connected(self, worker: str, lease: timedelta) -> bool:
        """Whether this worker has one of the connections, from now on at the latest. A lost worker's is free soon."""
        mine = MailConnection.server_id == self.server.id
        db.session.execute(delete(MailConnection).where(mine, MailConnection.until <= self.now))
        others = select(func.count()).where(mine, MailConnection.worker != worker)
        if (db.session.scalar(others) or 0) >= self.server.connections:
            return False
        row = {"server_id": self.server.id, "worker": worker, "until": self.now + lease}
        upsert(MailConnection, [row], keys=("server_id", "worker"))
        return True

    def split(self, found: Sequence[tuple[int, str]]) -> tuple[list[int], list[Waiting]]:
        """Which messages (id, domain) may go, and which wait for a domain that is slow. Those that may go are counted."""
        going: list[int] = []
        waiting: list[Waiting] = []
        for message_id, domain in found:
            pace = self.domains.get(domain)
            if pace is None or self._may_go(pace):
                going.append(message_id)
            else:
                waiting.append(Waiting(message_id, self._slot(pace)))
        return going, waiting

    def _may_go(self, pace: MailPace) -> bool:
        rate = self._rate_of(pace)
        if pace.rest_until and pace.rest_until > self.now or not allowance(pace.free_at, rate, self.now):
            return False
        pace.free_at = spent(pace.free_at, rate, self.now, 1)
        return True

    def _slot(self, pace: MailPace) -> datetime:
        """The next time nobody was given yet. It is an estimate: whether it may go then is asked again."""
        step = timedelta(seconds=1 / (self._rate_of(pace) or 1))
        taken = (pace.slot_at, pace.rest_until, pace.free_at, self.now)
        pace.slot_at = min(max(at for at in taken if at) + step, self.now + FAR)
        return pace.slot_at

    def _rate_of(self, pace: MailPace) -> float | None:
        limit = self.server.domain_limits.get(pace.domain)
        return least(limit and limit / 60, self._learned(pace))

    def _learned(self, pace: MailPace) -> float | None:
        return recovered(pace.learned, pace.slowed_at, self.now)

    def spend(self, count: int) -> None:
        today = self.now.date()
        self.whole.free_at = spent(self.whole.free_at, self.rate, self.now, count)
        self.whole.day_sent = count + (self.whole.day_sent if self.whole.day == today else 0)
        self.whole.day = today


def batch_room(batch_id: int | None, now: datetime) -> int:
    """How many messages of the batch may go at once; nobody else claims from a throttled batch meanwhile."""
    if batch_id is None:
        return UNLIMITED
    batch = db.session.get_one(MessageBatch, batch_id)
    if batch.per_hour is None:
        return UNLIMITED
    db.session.refresh(batch, with_for_update=True)
    return allowance(batch.free_at, batch.per_hour / 3600, now)


def batch_spend(batch_id: int | None, now: datetime, count: int) -> None:
    batch = batch_id and db.session.get_one(MessageBatch, batch_id)
    if batch and batch.per_hour:
        batch.free_at = spent(batch.free_at, batch.per_hour / 3600, now, count)


def postpone(waiting: Sequence[Waiting]) -> int:
    """Each of the messages waits until its time."""
    if waiting:
        db.session.connection().execute(_POSTPONE, [{"the_id": one.id, "the_time": one.due_at} for one in waiting])
    return len(waiting)


def give_back_room(server_id: int | None, count: int) -> None:
    """Messages that were claimed did not go after all."""
    if server_id and count:
        pace = (MailPace.server_id == server_id) & (MailPace.domain == "")
        db.session.execute(update(MailPace).where(pace).values(day_sent=MailPace.day_sent - count))


def slow_down(server_id: int, domain: str, outcome: Outcome) -> None:
    """A server finds us too fast: rest, then half the pace. It says so many times at once; that counts once."""
    now = clock.now()
    if outcome.code not in TOO_FAST:
        return
    insert_ignore(MailPace, [{"server_id": server_id, "domain": domain, "why": "", "day_sent": 0}])
    row = (MailPace.server_id == server_id) & (MailPace.domain == domain)
    pace = db.session.scalars(select(MailPace).where(row).with_for_update()).one()
    if pace.rest_until and pace.rest_until > now:
        return
    pace.learned = halved(recovered(pace.learned, pace.slowed_at, now))
    pace.slowed_at, pace.rest_until, pace.why = now, now + REST, outcome.why


def rest(channel: Channel, server_id: int | None, outcome: Outcome) -> None:
    """The server is away or refuses us: leave it alone for a while. No attempt of any message is used up."""
    until = clock.now() + PAUSE
    if server_id is None:
        settings.put(pause_key(channel), f"{until.isoformat()} {outcome.why}"[:1000])
        return
    slow_down(server_id, "", outcome)
    row = (MailPace.server_id == server_id) & (MailPace.domain == "")
    db.session.execute(update(MailPace).where(row).values(rest_until=until, why=outcome.why))


def wake(channel: Channel) -> None:
    """What rests is tried at once."""
    settings.put(pause_key(channel), None)
    if channel == Channel.EMAIL:
        db.session.execute(update(MailPace).values(rest_until=None))


def let_go(worker: str) -> None:
    """The worker's connections are closed."""
    held = MailConnection.worker == worker
    if db.session.scalar(select(MailConnection.server_id).where(held).limit(1)) is not None:
        with unit_of_work():
            db.session.execute(delete(MailConnection).where(held))
