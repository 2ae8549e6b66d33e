"""Openings, clicks and whatever else came back."""

from typing import NamedTuple

from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.db import db
from portal.workspace.models import IS_OPEN, LongWork

from ..models import UNJUDGED, Message, MessageEvent, MessageLink
from ..rules.tracking import HONEYPOT
from ..rules.verdicts import SETTLED

SHOWN = 100
JUDGING = "judging"  # kind of long work


class Happened(NamedTuple):
    event: MessageEvent
    url: str  # of the link that was followed


def happened_to(message: Message) -> list[Happened]:
    """What came back about it, the latest first."""
    there = (MessageLink.content_id == message.content_id) & (MessageLink.position == MessageEvent.link)
    query = select(MessageEvent, MessageLink.url).outerjoin(MessageLink, there)
    latest = query.where(MessageEvent.message_id == message.id).order_by(MessageEvent.at.desc(), MessageEvent.id.desc())
    hidden = "A link that nobody sees"
    return [
        Happened(event, hidden if event.link == HONEYPOT else url or "")
        for event, url in db.session.execute(latest.limit(SHOWN))
    ]


def link_urls(content_id: int) -> dict[int, str]:
    """The addresses behind the links of a content, by position."""
    query = select(MessageLink.position, MessageLink.url).where(MessageLink.content_id == content_id)
    return dict(db.session.execute(query).all())


def visits_wait() -> bool:
    """Whether there are openings or clicks to judge."""
    unjudged = select(MessageEvent.id).where(UNJUDGED, MessageEvent.at <= clock.now() - SETTLED)
    return db.session.scalar(unjudged.limit(1)) is not None


def visited_after(message_id: int, limit: int) -> list[int]:
    """The next messages that were opened or clicked, in order."""
    ids = select(MessageEvent.message_id).where(MessageEvent.verdict.is_not(None), MessageEvent.message_id > message_id)
    return list(db.session.scalars(ids.distinct().order_by(MessageEvent.message_id).limit(limit)))


def judging() -> LongWork | None:
    """The work that judges all history again, while it runs."""
    return db.session.scalar(select(LongWork).where(LongWork.kind == JUDGING, IS_OPEN).limit(1))
