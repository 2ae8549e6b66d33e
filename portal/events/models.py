"""Events and the registrations for them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Contact
from portal.campaigns.models import Campaign
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused, Stale
from portal.kernel.search import Searchable
from portal.organization.models import Owned

from .states import EventState, RegistrationState

WAITING = text("state = 'waitlisted'")


class Event(Base, Owned, Versioned, Audited, Searchable):
    """Moments are UTC; `timezone` is where it takes place, and in which its times are told to everybody."""

    __tablename__ = "event"
    __table_args__ = (
        CheckConstraint("ends_at > starts_at", name="in_order"),
        CheckConstraint("capacity > 0", name="capacity"),
        CheckConstraint("taken >= 0 AND (capacity IS NULL OR taken <= capacity)", name="not_oversold"),
    )
    noun = "events"
    unaudited = frozenset({"version", "taken", "uid", "sequence"})

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)  # of its page; stays when the name changes, since links carry it
    name: Mapped[str]
    summary: Mapped[str] = mapped_column(default="")
    description: Mapped[str] = mapped_column(default="")  # Markdown
    starts_at: Mapped[datetime] = mapped_column(index=True)
    ends_at: Mapped[datetime]
    timezone: Mapped[str]
    venue: Mapped[str] = mapped_column(default="")
    online_url: Mapped[str] = mapped_column(default="")  # told to those who are registered, and to nobody else
    capacity: Mapped[int | None]  # NULL: as many as like
    taken: Mapped[int] = mapped_column(default=0)
    closes_at: Mapped[datetime | None]  # registration; NULL: when it starts
    state: Mapped[EventState] = mapped_column(default=EventState.DRAFT)
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"), index=True)
    language: Mapped[str] = mapped_column(default="en")  # of the page and the mails
    news_wording: Mapped[str] = mapped_column(default="")  # a box of its own, never needed; none when empty
    topic_id: Mapped[int | None] = mapped_column(ForeignKey("topic.id"))  # of the news; NULL: news as a whole
    double_opt_in: Mapped[bool] = mapped_column(default=True)  # a yes to news counts once a mailed link confirms it
    uid: Mapped[str] = mapped_column(unique=True)  # in calendars; RFC 5545 3.8.4.7
    sequence: Mapped[int] = mapped_column(default=0)  # grows when guests' calendars have to change
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    campaign: Mapped[Campaign | None] = relationship(lazy="raise_on_sql")

    @property
    def free(self) -> int | None:
        """Seats; None: as many as like."""
        return None if self.capacity is None else self.capacity - self.taken

    @property
    def closing(self) -> datetime:
        return min(self.closes_at or self.starts_at, self.starts_at)

    def is_open(self, now: datetime) -> bool:
        """Whether visitors can register."""
        return self.state == EventState.PUBLISHED and now < self.closing

    def search_text(self) -> tuple[str, str]:
        return self.name, f"{self.summary} {self.venue}"


class EventRegistration(Base, Audited):
    __tablename__ = "event_registration"
    __table_args__ = (
        UniqueConstraint("event_id", "email"),
        Index("ix_event_registration_state", "event_id", "state"),
        Index("ix_event_registration_contact", "contact_id", "event_id"),
        Index(
            "ix_event_registration_line", "event_id", "queued_at", "id", sqlite_where=WAITING, postgresql_where=WAITING
        ),
    )
    noun = "event_registrations"
    unaudited = frozenset({"sequence", "noted", "nonce", "ip", "origin", "news", "queued_at"})

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))  # a job finds it
    email: Mapped[str]
    name: Mapped[str]
    company: Mapped[str] = mapped_column(default="")
    state: Mapped[RegistrationState]
    sequence: Mapped[int] = mapped_column(default=0)  # grows with every move
    noted: Mapped[int] = mapped_column(default=-1)  # the last sequence that stands on the timeline
    registered_at: Mapped[datetime] = mapped_column(default=clock.now)
    queued_at: Mapped[datetime] = mapped_column(default=clock.now)  # order of the waiting list
    promoted_at: Mapped[datetime | None]  # from the waiting list
    cancelled_at: Mapped[datetime | None]
    attended_at: Mapped[datetime | None]
    source: Mapped[str]  # "invitation: Spring mail", "page", "by hand"
    message_id: Mapped[int | None] = mapped_column(ForeignKey("message.id", ondelete="SET NULL"), index=True)
    origin: Mapped[dict[str, Any]] = mapped_column(default=dict)  # utm_* and referrer
    news: Mapped[str] = mapped_column(default="")  # the words beside the box for news, if it was ticked
    ip: Mapped[str | None]
    nonce: Mapped[str]  # of the form that made it
    event: Mapped[Event] = relationship(lazy="raise_on_sql")
    contact: Mapped[Contact | None] = relationship(lazy="raise_on_sql")


refuse_on("uq_event_slug", "event.slug", say=Refused("events.slug_taken", "Another event has this name.", "name"))
refuse_on(
    "uq_event_registration_event_id_email",
    "event_registration.event_id",
    say=Stale("events.registered", "This address was registered just now. Please look again."),
)
