"""Quotes, their revisions and lines."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account, Contact
from portal.catalog.models import PricedLine, Totalled
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Stale
from portal.kernel.guards import frozen_when
from portal.kernel.printed import Printed
from portal.kernel.search import Searchable
from portal.opportunities.models import Opportunity
from portal.organization.models import Owned

from .states import RevisionState

ONE_LIVE = text("state IN ('draft', 'sent', 'accepted')")


class Quote(Base, Owned, Versioned, Audited, Searchable):
    __tablename__ = "quote"
    noun = "quotes"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str] = mapped_column(default="")
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    opportunity: Mapped[Opportunity | None] = relationship(lazy="raise_on_sql")
    account: Mapped[Account] = relationship(lazy="raise_on_sql")
    contact: Mapped[Contact | None] = relationship(lazy="raise_on_sql")
    revisions: Mapped[list["Revision"]] = relationship(
        back_populates="quote", order_by="Revision.number", lazy="raise_on_sql"
    )

    def search_text(self) -> tuple[str, str]:
        return self.number, self.subject


class Revision(Base, Totalled, Printed, Versioned, Audited):
    """One offer as the customer saw it. Frozen from the moment it is sent."""

    __tablename__ = "quote_revision"
    __table_args__ = (
        UniqueConstraint("quote_id", "number"),
        Index("uq_quote_revision_one_live", "quote_id", unique=True, postgresql_where=ONE_LIVE, sqlite_where=ONE_LIVE),
        CheckConstraint("(accepted_at IS NULL) = (accepted_by IS NULL)", name="accepted_pair"),
        CheckConstraint("(state = 'accepted') = (accepted_at IS NOT NULL)", name="accepted_state"),
        CheckConstraint("state IN ('draft', 'cancelled') OR snapshot_hash IS NOT NULL", name="sent_is_frozen"),
    )
    noun = "quote_revisions"
    unaudited = frozenset({"version", "snapshot"})

    id: Mapped[int] = mapped_column(primary_key=True)
    quote_id: Mapped[int] = mapped_column(ForeignKey("quote.id"), index=True)
    number: Mapped[int]
    state: Mapped[RevisionState] = mapped_column(default=RevisionState.DRAFT)
    valid_until: Mapped[date]
    payment_days: Mapped[int] = mapped_column(default=30)
    intro: Mapped[str] = mapped_column(default="")
    terms: Mapped[str] = mapped_column(default="")
    discount_percent: Mapped[Decimal] = mapped_column(default=Decimal(0))
    sent_at: Mapped[datetime | None]
    sent_to: Mapped[str | None]
    snapshot: Mapped[dict[str, Any] | None]
    snapshot_hash: Mapped[str | None]
    first_viewed_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[str | None]
    accepted_ip: Mapped[str | None]
    declined_reason: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    quote: Mapped[Quote] = relationship(back_populates="revisions", lazy="raise_on_sql")
    lines: Mapped[list["QuoteLine"]] = relationship(
        back_populates="revision", order_by="QuoteLine.place", cascade="all, delete-orphan", lazy="raise_on_sql"
    )


frozen_when(
    "quote_revision",
    "OLD.state <> 'draft'",
    *("quote_id", "number", "valid_until", "payment_days", "intro", "terms", "discount_percent", "currency"),
    *("net", "tax", "total", "snapshot_hash", "sent_at", "sent_to"),
    personal=True,
)


class QuoteLine(Base, PricedLine, Audited):
    __tablename__ = "quote_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)
    noun = "quote_lines"

    revision_id: Mapped[int] = mapped_column(ForeignKey("quote_revision.id", ondelete="CASCADE"), index=True)
    revision: Mapped[Revision] = relationship(back_populates="lines")


frozen_when("quote_line", "(SELECT r.state FROM quote_revision r WHERE r.id = OLD.revision_id) <> 'draft'")

refuse_on(
    "uq_quote_revision_one_live",
    "quote_revision.quote_id",
    say=Stale("quote.has_live_revision", "Another revision of this quote is already open."),
)
