"""Topics, consent and its evidence, suppressions, the policy of a channel, and what persons ask of us."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused
from portal.kernel.guards import append_only

from .states import (
    Channel,
    ConsentState,
    Enforcement,
    OverCap,
    Purpose,
    RequestKind,
    RequestState,
    SuppressionReason,
)

ABOUT_ALL = text("topic_id IS NULL")
OPEN_REQUEST = text("state = 'open'")


class Topic(Base, Versioned, Audited):
    """What people can choose to hear about. An archived one is offered no more; what was said of it still counts."""

    __tablename__ = "topic"
    noun = "topics"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")  # as the preference page tells it
    public: Mapped[bool] = mapped_column(default=True)  # whether the preference page offers it
    order: Mapped[int] = mapped_column(default=0)
    archived: Mapped[bool] = mapped_column(default=False)


class Consent(Base):
    """What the last event said, of a topic or (NULL) of the purpose as a whole. No row: nothing was ever said."""

    __tablename__ = "consent"
    __table_args__ = (
        # NULLs differ from one another in a unique key, so the word on a whole purpose has an index of its own.
        Index(
            "uq_consent_purpose", "channel", "address", "purpose",
            unique=True, sqlite_where=ABOUT_ALL, postgresql_where=ABOUT_ALL,
        ),
        UniqueConstraint("channel", "address", "purpose", "topic_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel]
    address: Mapped[str]
    purpose: Mapped[Purpose]
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"))
    state: Mapped[ConsentState]
    at: Mapped[datetime]


class ContactPoint(Base):
    """What the owner of an address chose besides yes and no. No row: nothing."""

    __tablename__ = "contact_point"
    __table_args__ = (UniqueConstraint("channel", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel]
    address: Mapped[str]
    language: Mapped[str | None]
    paused_until: Mapped[datetime | None]  # no commercial messages before


class ChannelPolicy(Base, Versioned, Audited):
    """Who may be written to on the channel, how often, and at which hours of their day. No row: as the columns say."""

    __tablename__ = "channel_policy"
    __table_args__ = (
        CheckConstraint("commercial <> 'disabled'", name="an_objection_counts"),
        CheckConstraint("channel <> 'sms' OR commercial = 'restrictive'", name="sms_needs_a_yes"),
        CheckConstraint("per_day > 0 AND per_week > 0 AND per_month > 0", name="caps_positive"),
    )
    noun = "channel_policies"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel] = mapped_column(unique=True)
    commercial: Mapped[Enforcement] = mapped_column(default=Enforcement.RESTRICTIVE)
    transactional: Mapped[Enforcement] = mapped_column(default=Enforcement.NON_RESTRICTIVE)
    tracking: Mapped[Enforcement] = mapped_column(default=Enforcement.NON_RESTRICTIVE)
    per_day: Mapped[int | None]
    per_week: Mapped[int | None]
    per_month: Mapped[int | None]
    over_cap: Mapped[OverCap] = mapped_column(default=OverCap.DROP)
    hours: Mapped[str] = mapped_column(default="")  # one window a line, see rules.hours; "": always


class ConsentEvent(Base):
    """Evidence: who said what, when, where, and which words they saw."""

    __tablename__ = "consent_event"
    __table_args__ = (Index("ix_consent_event_address", "channel", "address", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel]
    address: Mapped[str]
    purpose: Mapped[Purpose]
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"))
    state: Mapped[ConsentState]  # a yes given by a mailed link follows a "pending": together they are double opt-in
    at: Mapped[datetime] = mapped_column(default=clock.now)
    source: Mapped[str]  # "landing:spring-ride", "customer link", "staff: Linda Mitchell"
    wording: Mapped[str] = mapped_column(default="")
    page_id: Mapped[int | None]  # of the landing page, whose version then read as `landing` keeps it
    page_version: Mapped[int | None]
    ip: Mapped[str | None]


append_only("consent_event", personal=True)


class Suppression(Base):
    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("channel", "address_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel]
    address_hash: Mapped[str]  # keyed hash, so that erasing a person keeps the block
    address: Mapped[str | None]
    reason: Mapped[SuppressionReason]
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=clock.now)


class SuppressionEvent(Base):
    """Evidence of every block and release. It names no address, so all but the note stays when a person is erased."""

    __tablename__ = "suppression_event"
    __table_args__ = (Index("ix_suppression_event_address", "channel", "address_hash", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel]
    address_hash: Mapped[str]
    reason: Mapped[SuppressionReason]
    released: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str] = mapped_column(default="")
    actor: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)


append_only("suppression_event", personal=True)


class DataRequest(Base):
    """What somebody asks under data protection law: their data, or that we forget them."""

    __tablename__ = "data_request"
    __table_args__ = (
        Index(
            "uq_data_request_open", "channel", "address_hash", "kind",
            unique=True, sqlite_where=OPEN_REQUEST, postgresql_where=OPEN_REQUEST,
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[RequestKind]
    state: Mapped[RequestState] = mapped_column(default=RequestState.OPEN)
    channel: Mapped[Channel]
    address: Mapped[str | None]  # None once the person is erased
    address_hash: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    at: Mapped[datetime] = mapped_column(default=clock.now)
    answer_by: Mapped[date]
    done_at: Mapped[datetime | None]
    done_by: Mapped[str] = mapped_column(default="")
    note: Mapped[str] = mapped_column(default="")


refuse_on("uq_topic_name", "topic.name", say=Refused("topic.name_taken", "Another topic has this name.", "name"))
