"""Consent, its evidence, and suppressions."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned
from portal.kernel.guards import append_only

from .states import Channel, ConsentState, Purpose, SuppressionReason


class Topic(Base, Versioned, Audited):
    """What people can choose to hear about."""

    __tablename__ = "topic"
    noun = "topics"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)


class Consent(Base):
    """What the last event said. No row: nothing was ever said."""

    __tablename__ = "consent"
    __table_args__ = (UniqueConstraint("channel", "address", "purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel]
    address: Mapped[str]
    purpose: Mapped[Purpose]
    state: Mapped[ConsentState]
    at: Mapped[datetime]


class ConsentEvent(Base):
    """Evidence: who said what, when, where, and which words they saw."""

    __tablename__ = "consent_event"
    __table_args__ = (Index("ix_consent_event_address", "channel", "address", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel]
    address: Mapped[str]
    purpose: Mapped[Purpose]
    state: Mapped[ConsentState]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    source: Mapped[str]  # "landing:spring-ride", "customer link", "staff: Linda Mitchell"
    wording: Mapped[str] = mapped_column(default="")
    ip: Mapped[str | None]


append_only("consent_event")


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
    """Evidence of every block and release. It names no address, so it stays when a person is erased."""

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


append_only("suppression_event")
