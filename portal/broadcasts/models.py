"""Broadcasts and their variants."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.consent.states import Channel, Purpose
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned
from portal.messages.models import MessageBatch
from portal.organization.models import Owned

from .states import BroadcastState, Passed, Timing


class Broadcast(Base, Owned, Versioned, Audited):
    """Its recipients are rows of `message` (noun_of "broadcasts"), in one batch per variant and one for the rest."""

    __tablename__ = "broadcast"
    noun = "broadcasts"
    unaudited = frozenset({"version", "work_id", "frozen_to"})

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    channel: Mapped[Channel] = mapped_column(default=Channel.EMAIL)
    purpose: Mapped[Purpose] = mapped_column(default=Purpose.COMMERCIAL)
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    segment_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id"), index=True)
    state: Mapped[BroadcastState] = mapped_column(default=BroadcastState.DRAFT)
    timing: Mapped[Timing] = mapped_column(default=Timing.NOW)
    wall_time: Mapped[str] = mapped_column(
        default=""
    )  # "2027-03-01T09:00", in `timezone` or where each recipient lives
    timezone: Mapped[str] = mapped_column(default="UTC")  # of the IANA database
    if_passed: Mapped[Passed] = mapped_column(default=Passed.NEXT_DAY)  # where the wall time has passed already
    starts_at: Mapped[datetime | None]  # derived: when the first message may go
    per_hour: Mapped[int | None]
    started_by: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    work_id: Mapped[int | None] = mapped_column(ForeignKey("long_work.id"))  # that writes the audience down
    frozen_to: Mapped[int] = mapped_column(default=0)  # contacts up to this id have their row
    frozen_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    rest_batch_id: Mapped[int | None] = mapped_column(
        ForeignKey("message_batch.id")
    )  # beyond the shares of the variants
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
    text: Mapped[str] = mapped_column(default="")  # of an SMS
    share: Mapped[int] = mapped_column(default=100)  # percent of the audience
    email_id: Mapped[int | None] = mapped_column(ForeignKey("email.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("email_version.id"))  # what was frozen at the start
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("message_batch.id"))
    batch: Mapped[MessageBatch | None] = relationship(lazy="raise_on_sql")
    broadcast: Mapped[Broadcast] = relationship(back_populates="variants")
