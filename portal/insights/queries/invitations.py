"""Which mailings invited to an event, and how many came of them."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import func, select

from portal.broadcasts.models import Broadcast, Tally
from portal.broadcasts.states import Dimension
from portal.events.models import Event, EventRegistration
from portal.events.queries import tally
from portal.events.states import SEATED, RegistrationState
from portal.kernel.db import db
from portal.kernel.public import absolute
from portal.messages.models import Message, MessageBatch, MessageContent, MessageLink

from ..rules import Figures
from .mailings import SUMS, figures_of


class Invitation(NamedTuple):
    """A mailing with a link to the event. Opened and clicked are what people did; registered: from that mail."""

    broadcast_id: int
    name: str
    sent: int
    opened: int
    clicked: int
    registered: int
    attended: int


def invitations(event: Event) -> list[Invitation]:
    """The first one first; three statements, whatever their number."""
    mailings = _mailings(event)
    names = dict(db.session.execute(select(Broadcast.id, Broadcast.name).where(Broadcast.id.in_(mailings))).all())
    tallied = select(MessageBatch.record_id, *SUMS).join(MessageBatch, MessageBatch.id == Tally.batch_id)
    tallied = tallied.where(
        MessageBatch.noun_of == Broadcast.noun, MessageBatch.record_id.in_(mailings), Tally.dimension == Dimension.ALL
    )
    figures = {key: figures_of(sums) for key, *sums in db.session.execute(tallied.group_by(MessageBatch.record_id))}
    came = _came(event)
    return [
        Invitation(key, names[key], *_seen(figures.get(key, Figures())), *came.get(key, (0, 0)))
        for key in sorted(names)
    ]


def _seen(figures: Figures) -> tuple[int, int, int]:
    return figures["sent"], figures["human_opened"], figures["human_clicked"]


def _mailings(event: Event) -> Sequence[int]:
    """Broadcasts whose content, in any language, has a link to the page of the event."""
    page = absolute(f"/event/{event.slug}")
    linked = (MessageLink.url == page) | MessageLink.url.startswith(f"{page}?", autoescape=True)
    contents = select(func.coalesce(MessageContent.translates_id, MessageContent.id))
    contents = contents.join(MessageLink, MessageLink.content_id == MessageContent.id).where(linked)
    batches = select(MessageBatch.record_id).where(
        MessageBatch.noun_of == Broadcast.noun, MessageBatch.content_id.in_(contents)
    )
    return list(db.session.scalars(batches.distinct()))


def _came(event: Event) -> dict[int, tuple[int, int]]:
    """Mailing -> (registered from it, of these attended); on the waiting list is not registered."""
    attended = func.count().filter(EventRegistration.state == RegistrationState.ATTENDED)
    rows: Sequence[Any] = db.session.execute(
        select(Message.record_id, func.count(), attended)
        .join(EventRegistration, EventRegistration.message_id == Message.id)
        .where(EventRegistration.event_id == event.id, EventRegistration.state.in_(SEATED))
        .where(Message.noun_of == Broadcast.noun)
        .group_by(Message.record_id)
    ).all()
    return {key: (registered, came) for key, registered, came in rows}


def funnel(event: Event) -> list[tuple[str, int]]:
    """Invited, opened, clicked, registered, attended; the last two however they heard of it."""
    sent, came = invitations(event), tally(event.id)
    seen = [("invited", sum(one.sent for one in sent)), ("opened", sum(one.opened for one in sent))]
    seen.append(("clicked", sum(one.clicked for one in sent)))
    registered = sum(came[state] for state in SEATED)
    return [*seen, ("registered", registered), ("attended", came[RegistrationState.ATTENDED])]
