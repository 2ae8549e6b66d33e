"""Mail that came in, where it is fetched from, and the mail services that tell us."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned

from .states import Provider, Verdict


class InboundMail(Base):
    """One mail as it arrived. What belongs to no message of ours is kept too, and says why it does not."""

    __tablename__ = "inbound_mail"
    __table_args__ = (Index("ix_inbound_mail_received", "received_at", "id"),)
    noun = "inbound"

    id: Mapped[int] = mapped_column(primary_key=True)
    external_id: Mapped[str] = mapped_column(unique=True)  # where it was found: the same mail is taken in once
    source: Mapped[str]  # name of the mailbox, or "lmtp"
    received_at: Mapped[datetime] = mapped_column(default=clock.now)
    sender: Mapped[str] = mapped_column(default="")
    subject: Mapped[str] = mapped_column(default="")
    size: Mapped[int] = mapped_column(default=0)
    key: Mapped[str]  # of the raw mail in kernel.files
    envelope: Mapped[str] = mapped_column(default="")  # the address it was delivered to, where known
    verdict: Mapped[Verdict] = mapped_column(default=Verdict.NONE)
    notices: Mapped[list[Any]] = mapped_column(default=list)  # one per recipient: rules.Notice and the message it names
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    why: Mapped[str] = mapped_column(default="")  # how it was matched, or why not
    text: Mapped[str] = mapped_column(default="")  # what a person wrote, without quotes


class Mailbox(Base, Versioned, Audited):
    """Fetched again and again; what was fetched is remembered, and left where it is."""

    __tablename__ = "mailbox"
    noun = "mailboxes"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]  # imaps://user:password@host:993/INBOX or pop3s://..., sealed with the portal's secret
    active: Mapped[bool] = mapped_column(default=True)
    place: Mapped[str] = mapped_column(default="")  # IMAP: "UIDVALIDITY:last UID"
    polled_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="")  # of the last poll; "": none
    unaudited = frozenset({"version", "url", "place", "polled_at", "problem"})


class Webhook(Base, Versioned, Audited):
    """One mail service that tells us what became of messages."""

    __tablename__ = "webhook"
    noun = "webhooks"

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[Provider] = mapped_column(unique=True)
    secret: Mapped[str]  # sealed with the portal's secret: what its signature is checked with
    active: Mapped[bool] = mapped_column(default=True)
    received_at: Mapped[datetime | None]
    received: Mapped[int] = mapped_column(default=0)
    problem: Mapped[str] = mapped_column(default="")  # with the last one that was refused
    problem_at: Mapped[datetime | None]
    unaudited = frozenset({"version", "secret", "received_at", "received", "problem", "problem_at"})
