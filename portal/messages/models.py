"""The ledger of messages and what was captured instead of sent."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    TextClause,
    UniqueConstraint,
    and_,
    literal_column,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.consent.states import Channel, Purpose
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned
from portal.kernel.guards import frozen_when
from portal.organization.models import Owned

from .states import BatchState, EventKind, MessageState, Verdict

WAITING = text("state IN ('queued', 'deferred', 'sending')")
WAITING_ALONE = text("state IN ('queued', 'deferred', 'sending') AND batch_id IS NULL")
WAITING_IN_BATCH = text("state IN ('queued', 'deferred', 'sending') AND batch_id IS NOT NULL")
SENDING = text("state = 'sending'")
UNCERTAIN = text("state = 'uncertain'")
UNJUDGED = text("verdict IS NULL AND kind IN ('opened', 'clicked')")
SENT_IN_BATCH = text("batch_id IS NOT NULL AND sent_at IS NOT NULL")
BOUNCED_IN_BATCH = text("batch_id IS NOT NULL AND bounced_at IS NOT NULL")
COMPLAINED_IN_BATCH = text("batch_id IS NOT NULL AND complained_at IS NOT NULL")
ADDRESSED = text("address <> ''")
RUNNING = text("state = 'running'")


def partial(name: str, condition: TextClause, *columns: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


class Message(Base, Owned):
    """`content` holds what is sent: subject, text, html (or the template and its values), attachments as file keys."""

    __tablename__ = "message"
    __table_args__ = (
        partial("ix_message_waiting", WAITING_ALONE, "channel", "priority", "due_at", "id"),
        partial("ix_message_waiting_in_batch", WAITING_IN_BATCH, "batch_id", "due_at", "id"),
        partial("ix_message_sending", SENDING, "channel", "lease_until"),
        partial("ix_message_uncertain", UNCERTAIN, "id"),
        partial("ix_message_sent", SENT_IN_BATCH, "batch_id", "sent_at"),
        partial("ix_message_bounced", BOUNCED_IN_BATCH, "batch_id", "bounced_at"),
        partial("ix_message_complained", COMPLAINED_IN_BATCH, "batch_id", "complained_at"),
        # Once per address in a batch; and what was written to an address is found by it: see `written_to`.
        partial("uq_message_address_batch", ADDRESSED, "address", "batch_id", unique=True),
        Index("ix_message_contact", "contact_id", "sent_at"),
        Index("ix_message_batch", "batch_id", "state"),
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
    content_id: Mapped[int | None] = mapped_column(ForeignKey("message_content.id"))  # None: the batch's, when it goes
    values: Mapped[dict[str, Any] | None]  # what filled the shared content for this recipient
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
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"))
    batch_id: Mapped[int | None]  # a batch stays for ever: a foreign key would ask for it a million times
    server_id: Mapped[int | None] = mapped_column(ForeignKey("mail_server.id"))  # which handed it over
    domain: Mapped[str] = mapped_column(default="")  # of the address: pace is kept per domain
    # When each happened first; `message_event` has them all. The human ones leave out proxies and scanners.
    bounced_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    human_opened_at: Mapped[datetime | None]
    clicked_at: Mapped[datetime | None]
    human_clicked_at: Mapped[datetime | None]
    replied_at: Mapped[datetime | None]
    unsubscribed_at: Mapped[datetime | None]
    complained_at: Mapped[datetime | None]
    converted_at: Mapped[datetime | None]  # became a lead, a deal or an invoice after a click by a person
    content: Mapped["MessageContent | None"] = relationship(lazy="raise_on_sql")
    batch: Mapped["MessageBatch | None"] = relationship(
        primaryjoin="foreign(Message.batch_id) == MessageBatch.id", lazy="raise_on_sql"
    )


def written_to(addresses: Collection[Any], message: Any = Message) -> ColumnElement[bool]:
    """Messages to one of these addresses. SQLite uses the index of them only where its condition is said again."""
    return and_(message.address.in_(addresses), message.address != literal_column("''"))


class MessageContent(Base):
    """Written once, used by one message or by a million."""

    __tablename__ = "message_content"

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(default="")
    text: Mapped[str]
    html: Mapped[str] = mapped_column(default="")
    is_template: Mapped[bool] = mapped_column(
        default=False
    )  # Liquid that each recipient's values fill; links are marked
    sender: Mapped[str] = mapped_column(default="")  # name that people see; "": the company's
    reply_to: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    translates_id: Mapped[int | None] = mapped_column(ForeignKey("message_content.id"), index=True)
    attachments: Mapped[list[Any]] = mapped_column(default=list)  # [{"name", "media_type", "key"}]


class MessageLink(Base):
    """One occurrence of a link in a content: the same address at two places is two rows."""

    __tablename__ = "message_link"
    __table_args__ = (UniqueConstraint("content_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    content_id: Mapped[int] = mapped_column(ForeignKey("message_content.id"))
    position: Mapped[int]  # 0, 1, 2 ... in the order of the HTML
    url: Mapped[str]
    block: Mapped[str] = mapped_column(default="")  # data-block of the element around it
    role: Mapped[str] = mapped_column(default="")  # "unsubscribe", "preferences": shown, but no success of the mail
    anonymous: Mapped[int] = mapped_column(default=0)  # clicks of people who do not want to be followed


class MessageBatch(Base):
    """Messages that share a content and a fate: a mailing pauses, goes on or ends by its batches."""

    __tablename__ = "message_batch"
    __table_args__ = (
        Index("ix_message_batch_record", "noun_of", "record_id"),
        partial("ix_message_batch_running", RUNNING, "channel", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel]
    noun_of: Mapped[str]
    record_id: Mapped[int]
    content_id: Mapped[int | None] = mapped_column(ForeignKey("message_content.id"))
    state: Mapped[BatchState] = mapped_column(default=BatchState.HELD)
    why: Mapped[str] = mapped_column(default="")  # of the state: who paused it, or which breaker
    watched_from: Mapped[datetime | None]  # the breaker looks at what was sent since: a person let it go on
    per_hour: Mapped[int | None]
    free_at: Mapped[datetime | None]  # when the next message may go; see `rules.pacing`
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    content: Mapped["MessageContent | None"] = relationship(lazy="raise_on_sql")


frozen_when("message_batch", "1 = 1", "channel", "noun_of", "record_id")


class MessageEvent(Base):
    """What came back. Openings and clicks are kept raw; their verdict can be worked out again."""

    __tablename__ = "message_event"
    __table_args__ = (
        Index("ix_message_event_message", "message_id", "kind"),
        Index("ix_message_event_contact", "contact_id", "kind", "at"),
        Index("ix_message_event_unjudged", "id", sqlite_where=UNJUDGED, postgresql_where=UNJUDGED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    kind: Mapped[EventKind]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    link: Mapped[int | None]  # position of the link that was clicked
    verdict: Mapped[Verdict | None]  # of an opening or a click; None: not looked at yet
    why: Mapped[str] = mapped_column(default="")  # of the verdict, or what the server said
    status: Mapped[str] = mapped_column(default="")  # enhanced status code, RFC 3463
    source: Mapped[str] = mapped_column(default="")  # "smtp", "dsn", "ses", ...
    external_id: Mapped[str | None] = mapped_column(unique=True)  # of whoever told us: the same news counts once
    network: Mapped[str] = mapped_column(default="")  # the /24 (IPv6: /48) it came from, never the whole address
    method: Mapped[str] = mapped_column(default="")  # GET, or HEAD of somebody who only looks
    user_agent: Mapped[str] = mapped_column(default="")
    device: Mapped[str] = mapped_column(default="unknown")  # a key of `rules.devices.DEVICES`, by the user agent


class MailServer(Base, Versioned, Audited):
    """A way out for mail: what may go through it, and how fast."""

    __tablename__ = "mail_server"
    noun = "mail_servers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    url: Mapped[str]  # sealed with the portal's secret; "": SMTP_URL says it
    active: Mapped[bool] = mapped_column(default=True)
    transactional: Mapped[bool] = mapped_column(default=True)
    bulk: Mapped[bool] = mapped_column(default=True)
    sender_domains: Mapped[list[Any]] = mapped_column(default=list)  # of the From address; none: all
    per_second: Mapped[int | None]
    per_hour: Mapped[int | None]
    domain_limits: Mapped[dict[str, Any]] = mapped_column(default=dict)  # recipient domain -> messages per minute
    connections: Mapped[int] = mapped_column(default=10)
    warm_up: Mapped[list[Any]] = mapped_column(
        default=list
    )  # messages on the first day, the second, ...; then no limit
    warm_up_from: Mapped[date | None]
    unaudited = frozenset({"version", "url"})


class MailPace(Base):
    """How fast mail may go through a server to a domain, as its answers taught us. Domain "": through it at all."""

    __tablename__ = "mail_pace"
    __table_args__ = (UniqueConstraint("server_id", "domain"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    server_id: Mapped[int] = mapped_column(ForeignKey("mail_server.id", ondelete="CASCADE"))
    domain: Mapped[str] = mapped_column(default="")
    learned: Mapped[float | None]  # messages a second at `slowed_at`; it doubles with every quiet quarter of an hour
    slowed_at: Mapped[datetime | None]
    rest_until: Mapped[datetime | None]
    why: Mapped[str] = mapped_column(default="")
    free_at: Mapped[datetime | None]  # when the next message may go; see `rules.pacing`
    slot_at: Mapped[datetime | None]  # the last time that was given to a message that has to wait
    day: Mapped[date | None]
    day_sent: Mapped[int] = mapped_column(default=0)  # on that day, for the warm-up


class MailConnection(Base):
    """A worker that holds a connection to a server."""

    __tablename__ = "mail_connection"

    server_id: Mapped[int] = mapped_column(ForeignKey("mail_server.id", ondelete="CASCADE"), primary_key=True)
    worker: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]


class SenderDomain(Base, Versioned, Audited):
    """A domain we send from: its DKIM key, and what its DNS said when it was last asked."""

    __tablename__ = "sender_domain"
    noun = "sender_domains"

    id: Mapped[int] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(unique=True)
    selector: Mapped[str] = mapped_column(default="portal")
    private_key: Mapped[str]  # PEM, sealed with the portal's secret
    public_key: Mapped[str]  # as the DNS record carries it
    signing: Mapped[bool] = mapped_column(default=False)
    return_domain: Mapped[str] = mapped_column(default="")  # where bounces come back to; "": to the From address
    spf_include: Mapped[str] = mapped_column(default="")  # what the mail provider's SPF record is called
    found: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what -> [state, what DNS said]
    checked_at: Mapped[datetime | None]
    unaudited = frozenset({"version", "private_key", "found", "checked_at"})


class CapturedMessage(Base):
    """What a development installation would have sent: shown at /dev/outbox."""

    __tablename__ = "captured_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[Channel]
    address: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(default=clock.now)
