"""The ledger of messages and what was captured instead of sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.consent.states import Channel, Purpose
from portal.kernel import clock
from portal.kernel.db import Base
from portal.organization.models import Owned

from .states import MessageState

WAITING = text("state IN ('queued', 'deferred', 'sending')")
UNCERTAIN = text("state = 'uncertain'")


class Message(Base, Owned):
    """`content` holds what is sent: subject, text, html (or the template and its values), attachments as file keys."""

    __tablename__ = "message"
    __table_args__ = (
        Index(
            "ix_message_waiting",
            "channel",
            "priority",
            "due_at",
            "id",
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
        Index("ix_message_uncertain", "id", sqlite_where=UNCERTAIN, postgresql_where=UNCERTAIN),
        Index("ix_message_address", "channel", "address", "id"),
    )
    noun = "messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(unique=True)  # "invoice:99:v1:send", "submission:7:confirmation"
    channel: Mapped[Channel]
    purpose: Mapped[Purpose]
    priority: Mapped[int] = mapped_column(default=5)  # 1 transactional and urgent, 9 bulk
    address: Mapped[str]
    address_hash: Mapped[str]  # what suppressions are looked up by when the message is claimed
    recipient: Mapped[str] = mapped_column(default="")
    content_id: Mapped[int] = mapped_column(ForeignKey("message_content.id"))
    values: Mapped[dict[str, Any] | None]  # what fills the shared content for this recipient
    message_id: Mapped[str] = mapped_column(unique=True)  # RFC 5322, fixed at birth
    state: Mapped[MessageState] = mapped_column(default=MessageState.QUEUED)
    state_reason: Mapped[str] = mapped_column(default="")
    due_at: Mapped[datetime] = mapped_column(default=clock.now)
    attempt: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    dated_at: Mapped[datetime | None]  # the Date header, kept so that a second attempt is byte for byte the first
    resent: Mapped[bool] = mapped_column(default=False)  # transactional mail is handed over again once, never twice
    sent_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    noun_of: Mapped[str | None]
    record_id: Mapped[int | None]
    content: Mapped["MessageContent"] = relationship(lazy="raise_on_sql")


class MessageContent(Base):
    """Written once, used by one message or by a million."""

    __tablename__ = "message_content"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    html: Mapped[str] = mapped_column(default="")
    attachments: Mapped[list[Any]] = mapped_column(default=list)  # [{"name", "media_type", "key"}]


class CapturedMessage(Base):
    """What a development installation would have sent: shown at /dev/outbox."""

    __tablename__ = "captured_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel]
    address: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(default=clock.now)
