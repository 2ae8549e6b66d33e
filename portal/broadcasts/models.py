"""Broadcasts and their variants."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.consent.states import Channel, Purpose
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned
from portal.organization.models import Owned

from .states import BroadcastState


class Broadcast(Base, Owned, Versioned, Audited):
    """Its recipients are rows of `message` (noun_of "broadcasts"), in one batch per variant and one for the rest."""

    __tablename__ = "broadcast"
    noun = "broadcasts"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    channel: Mapped[Channel] = mapped_column(default=Channel.EMAIL)
    purpose: Mapped[Purpose] = mapped_column(default=Purpose.COMMERCIAL)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id"), index=True)
    state: Mapped[BroadcastState] = mapped_column(default=BroadcastState.DRAFT)
    starts_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    variants: Mapped[list["BroadcastVariant"]] = relationship(
        back_populates="broadcast", order_by="BroadcastVariant.label"
    )


class BroadcastVariant(Base, Audited):
    """What one share of the audience gets. A broadcast without a test has one variant."""

    __tablename__ = "broadcast_variant"
    __table_args__ = (UniqueConstraint("broadcast_id", "label"),)
    noun = "broadcast_variants"

    id: Mapped[int] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"))
    label: Mapped[str]  # A, B, C
    subject: Mapped[str] = mapped_column(default="")  # "": as the email says
    sender: Mapped[str] = mapped_column(default="")  # name that people see; "": the company's
    email_id: Mapped[int | None] = mapped_column(ForeignKey("email.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("email_version.id"))  # what was frozen at the start
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("message_batch.id"))
    broadcast: Mapped[Broadcast] = relationship(back_populates="variants")
