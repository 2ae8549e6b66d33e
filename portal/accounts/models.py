"""Accounts and contacts."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from portal.catalog.models import PriceList
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused
from portal.kernel.search import Searchable
from portal.organization.models import Owned

from .rules import name_key


class Account(Base, Owned, Versioned, Audited, Searchable):
    __tablename__ = "account"
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
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    contacts: Mapped[list["Contact"]] = relationship(back_populates="account", order_by="Contact.last_name")
    price_list: Mapped[PriceList | None] = relationship()
    unaudited = frozenset({"version", "name_key", "phone_e164"})

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
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    account: Mapped[Account | None] = relationship(back_populates="contacts")
    unaudited = frozenset({"version", "phone_e164", "mobile_e164"})

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def search_text(self) -> tuple[str, str]:
        return self.name, f"{self.email or ''} {self.job_title} {self.phone} {self.mobile}"


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
