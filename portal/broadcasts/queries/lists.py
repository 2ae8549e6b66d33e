"""Broadcasts one by one and as a list."""

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.campaigns.models import Campaign
from portal.consent.models import Topic
from portal.emails.models import Email
from portal.emails.queries import check, email, translations
from portal.emails.rules.findings import Finding
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.kernel.listing import Field, Listing
from portal.messages.rules import CHANNEL_NAMES
from portal.organization.queries import get, visible_to
from portal.segments.models import Segment
from portal.workspace.models import LongWork

from ..models import Broadcast, BroadcastVariant
from ..states import BroadcastState


def broadcast(actor: Actor, broadcast_id: int, *, lock: bool = False) -> Broadcast:
    """With its variants. Raises NotFound."""
    return get(actor, Broadcast, broadcast_id, lock=lock, load=(selectinload(Broadcast.variants),))


def variant_of(broadcast: Broadcast, label: str) -> BroadcastVariant:
    """Raises NotFound."""
    found = next((one for one in broadcast.variants if one.label == label), None)
    if found is None:
        raise NotFound("broadcasts.no_variant", "This variant is not here.")
    return found


def facts(broadcast: Broadcast) -> dict[str, str]:
    """Names of what it refers to."""
    names = {
        "segment": select(Segment.name).where(Segment.id == broadcast.segment_id),
        "topic": select(Topic.name).where(Topic.id == broadcast.topic_id),
        "campaign": select(Campaign.name).where(Campaign.id == broadcast.campaign_id),
    }
    row = db.session.execute(select(*(query.scalar_subquery().label(name) for name, query in names.items()))).one()
    return {name: value or "" for name, value in row._mapping.items()}


def emails_of(broadcast: Broadcast) -> dict[int, Email]:
    ids = [variant.email_id for variant in broadcast.variants if variant.email_id]
    return {one.id: one for one in db.session.scalars(select(Email).where(Email.id.in_(ids)))} if ids else {}


def freezing(broadcast: Broadcast) -> LongWork | None:
    """The long work that writes the audience down, while it does."""
    busy = broadcast.state == BroadcastState.FREEZING and broadcast.work_id
    return db.session.get(LongWork, broadcast.work_id) if busy else None


def findings(actor: Actor, broadcast: Broadcast, variant: BroadcastVariant) -> list[Finding]:
    """What the check of emails says of a variant and its translations, as a commercial or a transactional mail."""
    if variant.email_id is None:
        return []
    family = translations(email(actor, variant.email_id))
    own = {variant.email_id: variant.subject}  # a translation keeps the subject that it has
    return [found for one in family for found in check(one, broadcast.purpose, subject=own.get(one.id, ""))]


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
