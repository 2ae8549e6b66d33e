"""Tests of variants: agreed upon before the start, looked at while they run, decided once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, case, func, select

from portal.experiments.rules import Arm, Verdict, judge
from portal.experiments.states import Method
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.messages.models import Message, MessageBatch
from portal.messages.services import run_batch
from portal.messages.states import BatchState
from portal.organization.queries import authorize
from portal.workspace.services import notify

from .. import queries
from ..models import Broadcast, BroadcastLook, BroadcastTest
from ..rules.trials import in_words, pause_between_looks
from ..states import BroadcastState, Metric
from .drafts import draft, share_out

HITS = {
    Metric.CLICKS: Message.human_clicked_at,
    Metric.OPENS: Message.human_opened_at,
    Metric.REPLIES: Message.replied_at,
    Metric.CONVERSIONS: Message.converted_at,
}
RUNS = (BroadcastState.SENDING, BroadcastState.PAUSED, BroadcastState.SENT)
OVER = (BatchState.DONE, BatchState.CANCELLED)


def set_up(actor: Actor, broadcast_id: int, delays: Mapping[str, int], **terms: Any) -> BroadcastTest:
    """Agree on a test, or change it. `delays`: hours by label. Raises Refused once the broadcast is on its way."""
    broadcast = draft(actor, broadcast_id)
    labels = {variant.label for variant in broadcast.variants}
    if len(labels) < 2:
        raise Refused("broadcasts.no_variants", "A test needs two variants: add one first.")
    if terms["share"] + terms["hold_out"] > 100:
        raise Refused("broadcasts.shares", "The test and those left out are more than everybody.", "hold_out")
    if terms["default_label"] not in labels:
        raise Refused("broadcasts.default", "Choose one of the variants.", "default_label")
    test = broadcast.test or BroadcastTest()
    for name, value in terms.items():
        setattr(test, name, value)
    broadcast.test = test
    for variant in broadcast.variants:
        variant.delay = delays.get(variant.label, 0)
    share_out(broadcast)
    db.session.flush()
    return test


def call_off(actor: Actor, broadcast_id: int) -> None:
    """Without a test everybody gets one of the variants, in equal shares."""
    broadcast = draft(actor, broadcast_id)
    if broadcast.test:
        db.session.delete(broadcast.test)
        broadcast.test = None
    for variant in broadcast.variants:
        variant.delay = 0
    share_out(broadcast)


def tests_due(now: datetime) -> list[int]:
    """Broadcasts whose running test was not looked at for a while."""
    last = select(func.max(BroadcastLook.at)).where(BroadcastLook.broadcast_id == Broadcast.id).scalar_subquery()
    running = select(Broadcast.id, BroadcastTest.hours, last).join(BroadcastTest)
    rows = db.session.execute(running.where(BroadcastTest.decided_at.is_(None), Broadcast.state.in_(RUNS)))
    return [key for key, hours, at in rows if at is None or now - at >= pause_between_looks(hours)]


def look(broadcast_id: int) -> None:
    """Write the figures of this moment down, and decide if they say so or the time is up. Twice does no harm."""
    broadcast, now = _locked(broadcast_id), clock.now()
    test = broadcast.test
    if test is None or test.decided_at or broadcast.state not in RUNS:
        return
    arms = figures(broadcast, test)
    db.session.add(BroadcastLook(broadcast_id=broadcast.id, at=now, arms=[[a.label, a.people, a.hits] for a in arms]))
    verdict = judge(arms, test.method, minimum=test.minimum, final=_time_is_up(broadcast, test, now))
    if verdict.outcome:
        _decide(broadcast, test, arms, verdict, verdict.pick(test.default_label), "", now)


def stop(actor: Actor, broadcast_id: int, label: str) -> None:
    """A person ends the test early: the rest gets this variant. What the figures said is kept beside it."""
    broadcast, now = _locked(broadcast_id), clock.now()
    authorize(actor, "broadcasts.send", queries.broadcast(actor, broadcast_id))
    test = broadcast.test
    if test is None or test.decided_at or broadcast.state not in RUNS:
        raise Refused("broadcasts.no_test", "There is no test to end here.")
    if label not in {variant.label for variant in broadcast.variants}:
        raise Refused("broadcasts.no_variant", "Choose one of the variants.", "label")
    arms = figures(broadcast, test)
    verdict = judge(arms, Method.SEQUENTIAL, minimum=test.minimum, final=True)
    _decide(broadcast, test, arms, verdict, label, actor.name, now)


def _locked(broadcast_id: int) -> Broadcast:
    query = select(Broadcast).where(Broadcast.id == broadcast_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def figures(broadcast: Broadcast, test: BroadcastTest) -> list[Arm]:
    """Delivered and hits of each variant; hits count for the same number of hours behind the start of each."""
    batches = {variant.batch_id: variant for variant in broadcast.variants}
    found = {row[0]: row for row in db.session.execute(_counted(broadcast, test))}
    rows = [(variant.label, found.get(batch_id, (batch_id, 0, 0))) for batch_id, variant in batches.items()]
    return [Arm(label, people, hits) for label, (_, people, hits) in rows]


def _counted(broadcast: Broadcast, test: BroadcastTest) -> Select[Any]:
    hit, batch = HITS[test.metric], Message.__table__.c.batch_id
    ends = {variant.batch_id: queries.ends_at(broadcast, test, variant.delay) for variant in broadcast.variants}
    in_time = case(*((batch == key, hit <= end) for key, end in ends.items()), else_=False)
    delivered = and_(Message.sent_at.is_not(None), Message.bounced_at.is_(None))
    counts = func.count(case((delivered, 1))), func.count(case((and_(delivered, in_time), 1)))
    return select(batch, *counts).where(batch.in_(ends)).group_by(batch)


def _time_is_up(broadcast: Broadcast, test: BroadcastTest, now: datetime) -> bool:
    """Not before every message of the test has gone, however slow the way out is."""
    ids = [variant.batch_id for variant in broadcast.variants]
    going = select(MessageBatch.id).where(MessageBatch.id.in_(ids), MessageBatch.state.not_in(OVER)).limit(1)
    return now >= queries.decides_at(broadcast, test) and db.session.scalar(going) is None


def _decide(
    broadcast: Broadcast, test: BroadcastTest, arms: Sequence[Arm], verdict: Verdict, label: str, by: str, now: datetime
) -> None:
    said = in_words(verdict, arms, test.metric, Method.SEQUENTIAL if by else test.method, test.minimum)
    how = f"{by} ended the test early." if by else ""
    test.outcome, test.winner, test.decided_at, test.decided_by = verdict.outcome, label, now, by
    test.why = " ".join(filter(None, (how, said, _what_follows(broadcast, label))))
    rest = db.session.get(MessageBatch, broadcast.rest_batch_id) if broadcast.rest_batch_id else None
    if rest and rest.state == BatchState.HELD:
        chosen = next(variant for variant in broadcast.variants if variant.label == label)
        content = db.session.get_one(MessageBatch, chosen.batch_id).content_id
        run_batch(rest.id, content)
    if broadcast.started_by:
        told = f"The test of {broadcast.name} is decided: {label}"
        notify(broadcast.started_by, told, f"/broadcasts/{broadcast.id}/test", f"broadcast:{broadcast.id}:decided")


def _what_follows(broadcast: Broadcast, label: str) -> str:
    return f"Everybody else gets {label}." if broadcast.rest_batch_id else ""
