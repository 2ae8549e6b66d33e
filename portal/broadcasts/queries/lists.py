"""Broadcasts one by one and as a list."""

from sqlalchemy.orm import selectinload

from portal.kernel.actor import Actor
from portal.kernel.listing import Field, Listing
from portal.messages.rules import CHANNEL_NAMES
from portal.organization.queries import get, visible_to

from ..models import Broadcast
from ..states import BroadcastState


def broadcast(actor: Actor, broadcast_id: int, *, lock: bool = False) -> Broadcast:
    """With its variants. Raises NotFound."""
    return get(actor, Broadcast, broadcast_id, lock=lock, load=(selectinload(Broadcast.variants),))


LISTING = Listing(
    name="broadcasts",
    query=lambda actor: visible_to(actor, Broadcast),
    identity=Broadcast.id,
    fields=(
        Field("name", "Broadcast", Broadcast.name, filter="contains"),
        Field(
            "state", "State", Broadcast.state, kind="state", filter="choice",
            choices=lambda actor: [(state.value, state.value.capitalize()) for state in BroadcastState],
        ),
        Field("channel", "Channel", Broadcast.channel, value=lambda one: CHANNEL_NAMES[one.channel]),
        Field("starts_at", "Starts", Broadcast.starts_at, kind="datetime", filter="range"),
        Field("ended_at", "Ended", Broadcast.ended_at, kind="datetime", filter="range"),
        Field("created_at", "Written", Broadcast.created_at, kind="datetime", filter="range"),
    ),
    sort="-created_at",
    words=(Broadcast.name,),
    views=(("On their way", "state=scheduled,freezing,sending,paused"), ("Drafts", "state=draft"), ("Sent", "state=sent")),
)  # fmt: skip
