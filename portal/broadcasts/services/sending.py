"""From the draft to the last message: frozen contents, the audience, batches that run, pause and end together."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from portal.campaigns.queries import word_of
from portal.consent.states import Channel
from portal.emails.models import EmailVersion
from portal.emails.queries import languages_of
from portal.emails.services import publish
from portal.identity.models import User
from portal.kernel import audit, clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.outbox import emit
from portal.kernel.states import check_move
from portal.messages.models import MessageBatch, MessageContent, MessageLink
from portal.messages.rules.tracking import mark_links
from portal.messages.services import cancel_batch, open_batch, pause_batch, run_batch, write_content
from portal.messages.states import BatchState
from portal.organization.queries import authorize, seated_user
from portal.workspace.services import notify
from portal.workspace.services import start as start_work

from .. import queries
from ..events import BroadcastSent
from ..models import Broadcast, BroadcastVariant
from ..rules import first_due
from ..rules.links import in_campaign
from ..rules.local import moment
from ..states import MOVES, BroadcastState, Timing
from .drafts import draft, problem_of
from .tallies import recount

S = BroadcastState
AHEAD = timedelta(minutes=5)  # how long before the first message the segment is read


def start(actor: Actor, broadcast_id: int, version: int | None, **when: Any) -> Broadcast:
    """Freeze what is said, and read the segment: at once, or shortly before the time. `when`: columns of the schedule."""
    broadcast = draft(actor, broadcast_id)
    authorize(actor, "broadcasts.send", broadcast)
    broadcast.expect(version)
    for name, value in when.items():
        setattr(broadcast, name, value)
    if problem := problem_of(actor, broadcast):
        raise Refused("broadcasts.incomplete", problem)
    broadcast.starts_at = _starts_at(broadcast)
    broadcast.started_by = actor.user_id
    for variant in broadcast.variants:
        content = _freeze_content(actor, broadcast, variant)
        variant.batch_id = _open(broadcast, content.id)
    held_out = broadcast.test.hold_out if broadcast.test else 0
    if sum(variant.share for variant in broadcast.variants) + held_out < 100:
        broadcast.rest_batch_id = _open(broadcast, None)
    if broadcast.starts_at - AHEAD > clock.now():
        _move(broadcast, S.SCHEDULED)
    else:
        _begin(actor, broadcast)
    return broadcast


def _starts_at(broadcast: Broadcast) -> Any:
    now = clock.now()
    if broadcast.timing == Timing.NOW:
        return now
    at = (
        first_due(broadcast.wall_time)
        if broadcast.timing == Timing.LOCAL
        else moment(broadcast.wall_time, broadcast.timezone)
    )
    if broadcast.timing == Timing.AT and at < now:
        raise Refused("broadcasts.passed", "This time has passed already.", "wall_time")
    return max(at, now)


def _open(broadcast: Broadcast, content_id: int | None) -> int:
    per_hour = broadcast.per_hour
    return open_batch(broadcast.channel, Broadcast.noun, broadcast.id, content_id=content_id, per_hour=per_hour).id


def _freeze_content(actor: Actor, broadcast: Broadcast, variant: BroadcastVariant) -> MessageContent:
    """What this variant says, in all its languages; the original."""
    if broadcast.channel == Channel.SMS:
        return write_content(text=variant.text, is_template=True)
    assert variant.email_id is not None
    version = publish(actor, variant.email_id)
    variant.version_id = version.id
    word = word_of(broadcast.campaign_id)
    contents = [_content_of(one, variant, word) for one in languages_of(version).values()]
    for translation in contents[1:]:
        translation.translates_id = contents[0].id
    return contents[0]


def _content_of(version: EmailVersion, variant: BroadcastVariant, campaign: str) -> MessageContent:
    html, links = mark_links(version.html)
    content = write_content(
        subject=version.subject if version.translates_id or not variant.subject else variant.subject,
        text=version.text,
        html=html,
        is_template=True,
        sender=variant.sender or version.sender,
        reply_to=version.reply_to,
        language=version.language,
    )
    db.session.add_all(
        MessageLink(content_id=content.id, **in_campaign(link, campaign, variant.label)._asdict()) for link in links
    )
    return content


def begin_due() -> None:
    """Read the segments of what starts in a few minutes."""
    soon = select(Broadcast).where(Broadcast.state == S.SCHEDULED, Broadcast.starts_at <= clock.now() + AHEAD)
    for broadcast in db.session.scalars(soon.with_for_update(skip_locked=True)).all():
        user = db.session.get_one(User, broadcast.started_by)
        _begin(Actor(user.name, user.id), broadcast)


def _begin(actor: Actor, broadcast: Broadcast) -> None:
    _move(broadcast, S.FREEZING)
    work = start_work(actor, "freeze", f"Audience of {broadcast.name}", {"broadcast": broadcast.id})
    broadcast.work_id = work.id


def frozen(broadcast: Broadcast) -> None:
    """The whole audience is written down: let it go."""
    broadcast.frozen_at = clock.now()
    _move(broadcast, S.SENDING)
    for variant in broadcast.variants:
        assert variant.batch_id is not None
        run_batch(variant.batch_id)
    recount([batch.id for batch in _batches(broadcast, *BatchState)])  # who gets nothing is told as well


def pause(actor: Actor, broadcast_id: int, why: str = "") -> None:
    """From the next message on."""
    broadcast = _steered(actor, broadcast_id, S.PAUSED)
    said = f"{actor.name}: {why}" if why else f"Paused by {actor.name}."
    for batch in _batches(broadcast, BatchState.RUNNING):
        pause_batch(batch.id, said)


def resume(actor: Actor, broadcast_id: int) -> None:
    """Everybody who has not got it yet gets it; nobody gets it twice."""
    broadcast = _steered(actor, broadcast_id, S.SENDING)
    for batch in _batches(broadcast, BatchState.PAUSED):
        run_batch(batch.id)


def cancel(actor: Actor, broadcast_id: int) -> None:
    """Who has not got it yet never will."""
    broadcast = _steered(actor, broadcast_id, S.CANCELLED)
    broadcast.ended_at = clock.now()
    for batch in _batches(broadcast, BatchState.HELD, BatchState.RUNNING, BatchState.PAUSED):
        cancel_batch(batch.id, f"Cancelled by {actor.name}.")


def take_back(actor: Actor, broadcast_id: int) -> None:
    """A scheduled one is a draft again."""
    broadcast = _steered(actor, broadcast_id, S.DRAFT)
    for batch in _batches(broadcast, BatchState.HELD):
        cancel_batch(batch.id, f"Taken back by {actor.name}.")
    for variant in broadcast.variants:
        variant.batch_id = variant.version_id = None
    broadcast.rest_batch_id = broadcast.starts_at = None


def _steered(actor: Actor, broadcast_id: int, wanted: BroadcastState) -> Broadcast:
    broadcast = queries.broadcast(actor, broadcast_id, lock=True)
    authorize(actor, "broadcasts.send", broadcast)
    _move(broadcast, wanted)
    audit.record(Broadcast.noun, broadcast.id, wanted.value)
    return broadcast


def _move(broadcast: Broadcast, wanted: BroadcastState) -> None:
    check_move(MOVES, broadcast.state, wanted, noun="broadcast")
    broadcast.state = wanted


def _batches(broadcast: Broadcast, *states: BatchState) -> list[MessageBatch]:
    mine = select(MessageBatch).where(MessageBatch.noun_of == Broadcast.noun, MessageBatch.record_id == broadcast.id)
    return list(db.session.scalars(mine.where(MessageBatch.state.in_(states)).order_by(MessageBatch.id)))


def broadcast_ended(batch_id: int) -> None:
    """A batch has come to its end: maybe the last one."""
    broadcast = _of_batch(batch_id)
    if broadcast is None or broadcast.state not in (S.SENDING, S.PAUSED):
        return
    if not _batches(broadcast, BatchState.HELD, BatchState.RUNNING, BatchState.PAUSED):
        broadcast.state, broadcast.ended_at = S.SENT, clock.now()
        emit(BroadcastSent(broadcast.id), key=f"broadcast:{broadcast.id}:sent")


def broadcast_stopped(batch_id: int, why: str) -> None:
    """A breaker has paused a batch: the others pause too, and whoever answers for it is told."""
    broadcast = _of_batch(batch_id)
    if broadcast is None or broadcast.state != S.SENDING:
        return
    _move(broadcast, S.PAUSED)
    for batch in _batches(broadcast, BatchState.RUNNING):
        pause_batch(batch.id, why)
    owner = seated_user(broadcast.owner_id, clock.now().date()) if broadcast.owner_id else None
    for user_id in {broadcast.started_by, owner.id if owner else None}:
        said = f"{broadcast.name} was paused: {why}"
        notify(
            user_id, said, f"/broadcasts/{broadcast.id}", f"broadcast:{broadcast.id}:stopped:{clock.now().isoformat()}"
        )


def _of_batch(batch_id: int) -> Broadcast | None:
    batch = db.session.get(MessageBatch, batch_id)
    if batch is None or batch.noun_of != Broadcast.noun:
        return None
    locked = select(Broadcast).where(Broadcast.id == batch.record_id).with_for_update()
    return db.session.scalar(locked.execution_options(populate_existing=True))
