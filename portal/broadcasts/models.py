"""Broadcasts and their variants."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.consent.states import Channel, Purpose
from portal.experiments.states import Method, Outcome
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned
from portal.kernel.guards import append_only, follow, frozen_when
from portal.messages.models import MessageBatch
from portal.organization.models import Owned

from .states import BroadcastState, Dimension, Metric, Passed, Timing


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
    test: Mapped["BroadcastTest | None"] = relationship(back_populates="broadcast")


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
    delay: Mapped[int] = mapped_column(default=0)  # hours after the others: tests of the time of sending
    email_id: Mapped[int | None] = mapped_column(ForeignKey("email.id"))
    version_id: Mapped[int | None] = mapped_column(ForeignKey("email_version.id"))  # what was frozen at the start
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("message_batch.id"))
    batch: Mapped[MessageBatch | None] = relationship(lazy="raise_on_sql")
    broadcast: Mapped[Broadcast] = relationship(back_populates="variants")


class BroadcastTest(Base, Audited):
    """How variants are compared, fixed before the start, and what came of it, fixed when it is decided."""

    __tablename__ = "broadcast_test"
    noun = "broadcast_tests"
    unaudited = frozenset({"held_out"})

    id: Mapped[int] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"), unique=True)
    metric: Mapped[Metric] = mapped_column(default=Metric.CLICKS)
    method: Mapped[Method] = mapped_column(default=Method.SEQUENTIAL)
    hours: Mapped[int] = mapped_column(default=24)  # after the start of each variant: then it is decided
    minimum: Mapped[int] = mapped_column(default=1000)  # delivered per variant, below which nothing is said
    share: Mapped[int] = mapped_column(default=100)  # percent of the audience that the variants share
    hold_out: Mapped[int] = mapped_column(default=0)  # percent that gets nothing, to compare with
    held_out: Mapped[int] = mapped_column(default=0)  # people who got nothing for no other reason
    default_label: Mapped[str] = mapped_column(default="A")  # for the rest, where no variant is clearly best
    outcome: Mapped[Outcome | None]
    winner: Mapped[str] = mapped_column(default="")  # the variant the rest got, or would have got
    why: Mapped[str] = mapped_column(default="")
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(default="")
    broadcast: Mapped[Broadcast] = relationship(back_populates="test")


TERMS = ("metric", "method", "hours", "minimum", "share", "hold_out", "default_label")
frozen_when(
    "broadcast_test", "OLD.decided_at IS NOT NULL", *TERMS, "outcome", "winner", "why", "decided_at", "decided_by"
)


class BroadcastLook(Base):
    """The figures of a test at one moment: what was decided by, and what is plotted."""

    __tablename__ = "broadcast_look"
    __table_args__ = (Index("ix_broadcast_look_broadcast", "broadcast_id", "at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    arms: Mapped[list[Any]]  # [label, delivered, hits] of each variant


append_only("broadcast_look")


SLICE = 16_384  # ids of messages that are counted together
COUNTED = (
    *("sent_at", "state", "bounced_at", "opened_at", "human_opened_at", "clicked_at", "human_clicked_at"),
    *("replied_at", "unsubscribed_at", "complained_at", "converted_at"),
)


class TallyDue(Base):
    """A slice of messages in which something changed. Triggers write it, so it commits with the change, whoever makes it."""

    __tablename__ = "tally_due"

    id: Mapped[int] = mapped_column(primary_key=True)
    slice: Mapped[int] = mapped_column(index=True)


IN_BATCH = f"INSERT INTO tally_due (slice) SELECT ROW.id / {SLICE}"
follow("message", "UPDATE", IN_BATCH, "ROW.batch_id IS NOT NULL AND ROW.state <> 'sending'", *COUNTED)
follow("message", "DELETE", IN_BATCH, "ROW.batch_id IS NOT NULL")
OF_MESSAGE = (
    f"INSERT INTO tally_due (slice) SELECT id / {SLICE} FROM message "  # noqa: S608 - our number
    "WHERE id = ROW.message_id AND batch_id IS NOT NULL"
)
for verb, columns in (("INSERT", ()), ("UPDATE", ("verdict",)), ("DELETE", ())):
    follow("message_event", verb, OF_MESSAGE, "1 = 1", *columns)


class TallySlice(Base):
    """Which count of a slice is the latest: of two at once, the second gives way."""

    __tablename__ = "tally_slice"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(default=0)


class TallyBatch(Base):
    """What is counted of a batch: the domains with most recipients by name, all others together."""

    __tablename__ = "tally_batch"

    batch_id: Mapped[int] = mapped_column(ForeignKey("message_batch.id", ondelete="CASCADE"), primary_key=True)
    domains: Mapped[list[Any]]
    counted_at: Mapped[datetime]


class Tally(Base):
    """Messages of one slice and batch, counted: all of them, by hour of the happening, by domain, device and link.

    Every column but the last four counts messages; those count openings and clicks.
    """

    __tablename__ = "message_tally"
    __table_args__ = (Index("ix_message_tally_batch", "batch_id", "dimension"),)

    slice: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("message_batch.id", ondelete="CASCADE"), primary_key=True)
    dimension: Mapped[Dimension] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)  # "2027-03-01 09", "example.com", "phone", "CONTENT:POSITION"
    recipients: Mapped[int]
    suppressed: Mapped[int]
    failed: Mapped[int]
    uncertain: Mapped[int]
    cancelled: Mapped[int]
    sent: Mapped[int]
    bounced: Mapped[int]
    opened: Mapped[int]
    human_opened: Mapped[int]
    clicked: Mapped[int]
    human_clicked: Mapped[int]
    replied: Mapped[int]
    unsubscribed: Mapped[int]
    complained: Mapped[int]
    converted: Mapped[int]
    opens: Mapped[int]
    human_opens: Mapped[int]
    clicks: Mapped[int]
    human_clicks: Mapped[int]
