"""Where in a mail people clicked: every occurrence of a link by itself, in the version that was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from portal.broadcasts.models import Broadcast, BroadcastVariant, Tally
from portal.broadcasts.states import Dimension
from portal.emails.models import EmailVersion
from portal.emails.rules.blocks import name_of
from portal.emails.rules.document import walk
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.messages.models import Message, MessageBatch, MessageContent, MessageLink
from portal.organization.queries import get

from ..rules import Figures
from .mailings import SUMS, batches_of, figures_of


class Spot(NamedTuple):
    """One occurrence of a link. Shares are of all clicks on links that count; None for a way out of the list."""

    position: int
    url: str
    block: str
    role: str
    figures: Figures
    share: float | None
    human_share: float | None


@dataclass(frozen=True)
class HeatMap:
    """`versions`: (id of the content, labels of the variants that got it). `somebody`: a contact who got this one."""

    broadcast: Broadcast
    versions: Sequence[tuple[int, str]]
    content: MessageContent
    spots: Sequence[Spot]
    clicks: int
    human_clicks: int
    somebody: int | None

    def blocks(self) -> list[tuple[str, Figures]]:
        """Clicks per block, in the order of the mail; ways out of the list are left out."""
        found: dict[str, Figures] = {}
        for spot in self.spots:
            if not spot.role and spot.block:
                found.setdefault(spot.block, Figures()).update(spot.figures)
        return list(found.items())


def heat_map(actor: Actor, broadcast_id: int, content_id: int | None = None) -> HeatMap:
    """Of one version, or of the first. Raises NotFound."""
    broadcast = get(actor, Broadcast, broadcast_id, load=[selectinload(Broadcast.variants)])
    labels = batches_of(broadcast)
    versions = _versions(labels)
    chosen = content_id if content_id is not None else next(iter(versions), None)
    content = db.session.get(MessageContent, chosen) if chosen in versions else None
    if content is None:
        raise NotFound("broadcasts.no_content", "Nothing was sent yet, so nobody could click.")
    counted = _counted(list(labels), content.id)
    links = list(
        db.session.scalars(
            select(MessageLink).where(MessageLink.content_id == content.id).order_by(MessageLink.position)
        )
    )
    success = [counted.get(link.position, Figures()) for link in links if not link.role]
    clicks, human = sum(one["clicks"] for one in success), sum(one["human_clicks"] for one in success)
    spots = []
    for link in links:
        figures = counted.get(link.position, Figures())
        shares = (
            (None, None) if link.role else (_share(figures["clicks"], clicks), _share(figures["human_clicks"], human))
        )
        spots.append(Spot(link.position, link.url, link.block, link.role, figures, *shares))
    somebody = _somebody(labels, content)
    return HeatMap(broadcast, list(versions.items()), content, spots, clicks, human, somebody)


def block_names(found: HeatMap) -> dict[str, str]:
    """Id -> what people call the block, in the version of the email that was sent."""
    version, variant, content = EmailVersion, BroadcastVariant, found.content
    sent = (version.id == variant.version_id) | (version.translates_id == variant.version_id)
    query = select(version.document).join(variant, sent).join(MessageBatch, MessageBatch.id == variant.batch_id)
    said = MessageBatch.content_id == (content.translates_id or content.id)
    mine = query.where(variant.broadcast_id == found.broadcast.id, said, version.language == content.language).limit(1)
    return {block["id"]: name_of(block) for block, _ in walk(db.session.scalar(mine) or {})}


def _somebody(labels: dict[int, str], content: MessageContent) -> int | None:
    """One of the first who got it."""
    said = MessageBatch.content_id == (content.translates_id or content.id)
    batch = select(MessageBatch.id).where(MessageBatch.id.in_(labels), said).limit(1).scalar_subquery()
    first = select(Message.contact_id, Message.content_id).where(Message.batch_id == batch).limit(200).subquery()
    known = select(first.c.contact_id).where(first.c.content_id == content.id, first.c.contact_id.is_not(None))
    return db.session.scalar(known.limit(1))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _versions(labels: dict[int, str]) -> dict[int, str]:
    """Content -> who got it: the variant, and the language of a translation."""
    content, batch = MessageContent, MessageBatch
    said = or_(content.id == batch.content_id, content.translates_id == batch.content_id)
    query = select(content.id, batch.id, content.language, content.translates_id).join(batch, said)
    found: dict[int, list[str]] = {}
    for key, batch_id, language, original in db.session.execute(query.where(batch.id.in_(labels)).order_by(content.id)):
        found.setdefault(key, []).append(labels[batch_id] + (f" ({language})" if original else ""))
    return {key: " and ".join(sorted(names)) for key, names in found.items()}


def _counted(batches: list[int], content: int) -> dict[int, Figures]:
    """Position of a link -> what was counted there."""
    mine = Tally.batch_id.in_(batches), Tally.dimension == Dimension.LINK, Tally.key.startswith(f"{content}:")
    rows = db.session.execute(select(Tally.key, *SUMS).where(*mine).group_by(Tally.key))
    return {int(key.partition(":")[2]): figures_of(sums) for key, *sums in rows}
