"""Channels, the sources that belong to them, partners, deal registrations."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account
from portal.catalog.models import PriceList
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused
from portal.organization.models import Owned, Position

from .states import ChannelKind, RegistrationState

PROTECTED = text("state = 'approved'")


class Channel(Base, Versioned, Audited):
    __tablename__ = "channel"
    __table_args__ = (
        CheckConstraint("cost_percent BETWEEN 0 AND 1000000", name="cost_percent"),  # stored as ten-thousandths
        CheckConstraint("max_discount_percent BETWEEN 0 AND 1000000", name="max_discount_percent"),
        CheckConstraint("protect_days BETWEEN 1 AND 730", name="protect_days"),
    )
    noun = "channels"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[ChannelKind]
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"))  # the position that answers for it
    cost_percent: Mapped[Decimal] = mapped_column(default=Decimal(0))  # cost of sale, of revenue
    price_list_id: Mapped[int | None] = mapped_column(ForeignKey("price_list.id"))
    max_discount_percent: Mapped[Decimal | None]  # None: no limit
    protect_days: Mapped[int] = mapped_column(default=90)  # exclusivity window of a registration
    active: Mapped[bool] = mapped_column(default=True)
    note: Mapped[str] = mapped_column(default="")
    sources: Mapped[list["ChannelSource"]] = relationship(
        cascade="all, delete-orphan", order_by="ChannelSource.name", lazy="raise_on_sql"
    )
    price_list: Mapped[PriceList | None] = relationship(lazy="raise_on_sql")
    answers: Mapped[Position | None] = relationship(lazy="raise_on_sql")


class ChannelSource(Base):
    """Leads and deals of this source come through the channel."""

    __tablename__ = "channel_source"

    key: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id", ondelete="CASCADE"), index=True)


class Partner(Base, Versioned, Audited):
    """An account that sells for us."""

    __tablename__ = "partner"
    __table_args__ = (CheckConstraint("margin_percent BETWEEN 0 AND 1000000", name="margin_percent"),)
    noun = "partners"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel.id"), index=True)
    level: Mapped[str] = mapped_column(default="")
    margin_percent: Mapped[Decimal] = mapped_column(default=Decimal(0))  # what the partner keeps, of revenue
    since: Mapped[date]
    ended_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    account: Mapped[Account] = relationship(lazy="raise_on_sql")
    channel: Mapped[Channel] = relationship(lazy="raise_on_sql")


class DealRegistration(Base, Owned, Versioned, Audited):
    __tablename__ = "deal_registration"
    __table_args__ = (
        Index("uq_deal_registration_protected", "customer_key", unique=True, sqlite_where=PROTECTED,
              postgresql_where=PROTECTED),
        CheckConstraint("state <> 'approved' OR protected_until IS NOT NULL", name="protected_when"),
        CheckConstraint("(state = 'submitted') = (decided_at IS NULL)", name="decided_when"),
    )  # fmt: skip
    noun = "registrations"

    id: Mapped[int] = mapped_column(primary_key=True)
    partner_id: Mapped[int] = mapped_column(ForeignKey("partner.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)  # when we know the customer
    customer: Mapped[str]
    domain: Mapped[str] = mapped_column(default="")
    customer_key: Mapped[str] = mapped_column(index=True)
    subject: Mapped[str]
    amount: Mapped[Decimal] = mapped_column(default=Decimal(0))
    currency: Mapped[str]
    close_on: Mapped[date]
    state: Mapped[RegistrationState] = mapped_column(default=RegistrationState.SUBMITTED)
    submitted_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str] = mapped_column(default="")
    decision: Mapped[str] = mapped_column(default="")  # why, in words
    protected_until: Mapped[date | None]  # the last day of the exclusivity window
    partner: Mapped[Partner] = relationship(lazy="raise_on_sql")


refuse_on(
    "uq_channel_name", "channel.name", say=Refused("channel.name_taken", "Another channel has this name.", "name")
)
refuse_on(
    "pk_channel_source",
    "channel_source.key",
    say=Refused("channel.source_taken", "One of these sources belongs to another channel.", "sources"),
)
refuse_on(
    "uq_partner_account_id",
    "partner.account_id",
    say=Refused("partner.exists", "This account is a partner already.", "account"),
)
refuse_on(
    "uq_deal_registration_protected",
    "deal_registration.customer_key",
    say=Refused("registration.protected", "Another partner's registration protects this customer."),
)
