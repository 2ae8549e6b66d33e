"""What came back about messages: kept as events, from which the first times on the message are worked out."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, func, select, update

from portal.kernel.db import db
from portal.kernel.upsert import insert_ignore

from ..models import Message, MessageEvent, MessageLink
from ..rules.devices import device_of
from ..states import EventKind, Verdict

K = EventKind
OPENINGS = (K.OPENED, K.CLICKED)  # who clicked must have opened, whatever became of the pixel
FIRST_TIMES: dict[str, tuple[EventKind, ...]] = {
    "bounced_at": (K.HARD_BOUNCED, K.SOFT_BOUNCED, K.BLOCKED),
    "opened_at": OPENINGS,
    "human_opened_at": OPENINGS,
    "clicked_at": (K.CLICKED,),
    "human_clicked_at": (K.CLICKED,),
    "replied_at": (K.REPLIED,),
    "unsubscribed_at": (K.UNSUBSCRIBED,),
    "complained_at": (K.COMPLAINED,),
}


class News(NamedTuple):
    """One thing that happened to one message; see the columns of MessageEvent."""

    message_id: int
    kind: EventKind
    at: datetime
    link: int | None = None
    verdict: Verdict | None = None
    why: str = ""
    status: str = ""
    source: str = ""
    external_id: str | None = None
    network: str = ""
    method: str = ""
    user_agent: str = ""


def record_event(message_id: int, kind: EventKind, at: datetime, **more: Any) -> bool:
    """Whether it was news; see `record_events`."""
    return record_events([News(message_id, kind, at, **more)]) == 1


def record_events(news: Sequence[News]) -> int:
    """Keep what is new and bring the messages up to date, in a few statements whatever the number; returns how many
    were new. The same `external_id` counts once, in whatever order the news comes; unknown messages are left out.
    """
    ids = {one.message_id for one in news}
    query = select(Message.id, Message.contact_id).where(Message.id.in_(ids))
    contacts: dict[int, int | None] = dict(db.session.execute(query).all())
    rows = [
        one._asdict() | {"contact_id": contacts[one.message_id], "device": device_of(one.user_agent)}
        for one in news
        if one.message_id in contacts
    ]
    new = insert_ignore(MessageEvent, rows)
    if new:
        settle(contacts.keys(), {one.kind for one in news})
    return new


def settle(message_ids: Collection[int], kinds: Collection[EventKind] = tuple(EventKind)) -> None:
    """Work out anew, from the events, when things of these kinds happened first: replays and late news do no harm."""
    values = {name: _first(name, found) for name, found in FIRST_TIMES.items() if set(found) & set(kinds)}
    if values and message_ids:
        db.session.flush()
        db.session.execute(
            update(Message)
            .where(Message.id.in_(message_ids))
            .values(values)
            .execution_options(synchronize_session=False)
        )


def _first(name: str, kinds: Sequence[EventKind]) -> ColumnElement[datetime]:
    first = select(func.min(MessageEvent.at)).where(
        MessageEvent.message_id == Message.id, MessageEvent.kind.in_(kinds), func.coalesce(MessageEvent.link, 0) >= 0
    )
    if name.startswith("human"):
        first = first.where(MessageEvent.verdict == Verdict.HUMAN)
    if kinds == (K.CLICKED,):  # to unsubscribe is no success of the mail
        here = (MessageLink.content_id == Message.content_id) & (MessageLink.position == MessageEvent.link)
        first = first.outerjoin(MessageLink, here).where(func.coalesce(MessageLink.role, "") == "")
    return first.correlate(Message).scalar_subquery()
