"""Accounts, contacts, and who answers for an account: team, cadence, history of assignments."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, event, insert, inspect, text
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column, query_expression, relationship, validates

from portal.catalog.models import PriceList
from portal.kernel import clock
from portal.kernel.actor import acting
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused, Stale
from portal.kernel.search import Searchable
from portal.organization.models import Owned

from .rules import name_key
from .states import Access, TeamRole, Tier

CURRENT = text("ends_on IS NULL")
OWN_CADENCE = text("cadence_days IS NOT NULL")


class Account(Base, Owned, Versioned, Audited, Searchable):
    __tablename__ = "account"
    __table_args__ = (
        Index("ix_account_touch", "tier", "last_touch_at", "created_at", "cadence_days", "owner_id", "territory_id", "id"),
        Index("ix_account_cadence", "cadence_days", sqlite_where=OWN_CADENCE, postgresql_where=OWN_CADENCE),
        CheckConstraint("cadence_days > 0", name="cadence_positive"),
    )
    noun = "accounts"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(index=True)  # `rules.name_key(name)`, for matching
    legal_name: Mapped[str] = mapped_column(default="")
    domain: Mapped[str] = mapped_column(default="", index=True)  # of its email addresses, for matching
    industry: Mapped[str] = mapped_column(default="")
    employees: Mapped[int | None]
    annual_revenue: Mapped[Decimal | None]
    phone: Mapped[str] = mapped_column(default="")
    phone_e164: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    street: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")  # ISO 3166-1 alpha-2
    vat_id: Mapped[str] = mapped_column(default="")
    buyer_reference: Mapped[str] = mapped_column(default="")
    payment_days: Mapped[int] = mapped_column(default=30)
    currency: Mapped[str] = mapped_column(default="USD")
    language: Mapped[str] = mapped_column(default="en")
    price_list_id: Mapped[int | None] = mapped_column(ForeignKey("price_list.id"))
    tier: Mapped[Tier] = mapped_column(default=Tier.C)
    cadence_days: Mapped[int | None]  # a touch at least this often; None: as the tier says
    last_touch_at: Mapped[datetime | None]  # the latest call, meeting or mail, kept by the timeline
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    lacks: Mapped[str | None] = query_expression()  # what lists of accounts without care say is missing
    contacts: Mapped[list["Contact"]] = relationship(back_populates="account", order_by="Contact.last_name")
    price_list: Mapped[PriceList | None] = relationship()
    unaudited = frozenset({"version", "name_key", "phone_e164", "last_touch_at"})

    @validates("name")
    def _keep_key(self, attribute: str, name: str) -> str:
        self.name_key = name_key(name)
        return name

    def search_text(self) -> tuple[str, str]:
        return self.name, f"{self.number} {self.legal_name} {self.domain} {self.city} {self.industry}"


class Contact(Base, Owned, Versioned, Audited, Searchable):
    __tablename__ = "contact"
    noun = "contacts"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    first_name: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str]
    job_title: Mapped[str] = mapped_column(default="")
    email: Mapped[str | None] = mapped_column(unique=True)
    phone: Mapped[str] = mapped_column(default="")
    phone_e164: Mapped[str] = mapped_column(default="", index=True)
    mobile: Mapped[str] = mapped_column(default="")
    mobile_e164: Mapped[str] = mapped_column(default="", index=True)
    language: Mapped[str] = mapped_column(default="en")
    country: Mapped[str] = mapped_column(default="")  # ISO 3166-1 alpha-2; "": as the account's
    timezone: Mapped[str] = mapped_column(default="")  # of the IANA database; "": as the country's
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    account: Mapped[Account | None] = relationship(back_populates="contacts")
    unaudited = frozenset({"version", "phone_e164", "mobile_e164"})

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def search_text(self) -> tuple[str, str]:
        return self.name, f"{self.email or ''} {self.job_title} {self.phone} {self.mobile}"


class Cadence(Base, Audited):
    """How many days may pass between two touches of an account of this tier."""

    __tablename__ = "cadence"
    __table_args__ = (CheckConstraint("days > 0", name="days_positive"),)
    noun = "cadences"

    id: Mapped[int] = mapped_column(primary_key=True)
    tier: Mapped[Tier] = mapped_column(unique=True)
    days: Mapped[int]


class AccountTeam(Base, Audited):
    """A position that works on the account beside its owner."""

    __tablename__ = "account_team"
    __table_args__ = (
        UniqueConstraint("account_id", "position_id"),
        Index("ix_account_team_position", "position_id", "account_id"),
    )
    noun = "account_team"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    role: Mapped[TeamRole]
    access: Mapped[Access] = mapped_column(default=Access.VIEW)
    since: Mapped[date] = mapped_column(default=lambda: clock.now().date())


class AccountAssignment(Base):
    """Who answered for the account in which territory, from a day on until a day (exclusive); one row is open.

    `hold_over_until` stands on an ended row: until that day the former owner still gets credit for the account's deals.
    """

    __tablename__ = "account_assignment"
    __table_args__ = (
        Index(
            "uq_account_assignment_current", "account_id", unique=True, sqlite_where=CURRENT, postgresql_where=CURRENT
        ),
        Index("ix_account_assignment_account", "account_id", "starts_on"),
        Index("ix_account_assignment_owner", "owner_id", "starts_on"),
        CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="in_order"),
        CheckConstraint("hold_over_until IS NULL OR hold_over_until > ends_on", name="hold_over_after_end"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"))
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    reason: Mapped[str]
    by: Mapped[str]
    hold_over_until: Mapped[date | None]
    at: Mapped[datetime] = mapped_column(default=clock.now)


def first_assignment(account_id: int, owner_id: int | None, territory_id: int | None, since: date) -> dict[str, Any]:
    """The row that the history of every account begins with."""
    return {
        "account_id": account_id,
        "owner_id": owner_id,
        "territory_id": territory_id,
        "starts_on": since,
        "reason": "New account",
        "by": acting().name,
        "at": clock.now(),
    }


@event.listens_for(Session, "after_flush")
def _open_assignments(session: Session, context: UOWTransaction) -> None:
    """Every account has its assignment from the first day; later ones are the work of `services.reassign` alone."""
    for account in session.dirty:
        if isinstance(account, Account):
            attributes = inspect(account).attrs
            if attributes.owner_id.history.has_changes() or attributes.territory_id.history.has_changes():
                raise RuntimeError("owner and territory of an account change through accounts.services.reassign")
    rows = [
        first_assignment(account.id, account.owner_id, account.territory_id, account.created_at.date())
        for account in session.new
        if isinstance(account, Account)
    ]
    if rows:
        session.execute(insert(AccountAssignment), rows)


refuse_on(
    "uq_account_team_account_id_position_id",
    "account_team.account_id, account_team.position_id",
    say=Refused("account_team.twice", "This position is in the team already.", "position_id"),
)
refuse_on(
    "uq_account_assignment_current",
    "account_assignment.account_id",
    say=Stale("account.reassigned", "Somebody else moved this account just now. Look again."),
)
refuse_on(
    "uq_account_number",
    "account.number",
    say=Refused("account.number_taken", "Another account has this number.", "number"),
)
refuse_on(
    "uq_contact_email",
    "contact.email",
    say=Refused("contact.email_taken", "Another contact has this address.", "email"),
)
