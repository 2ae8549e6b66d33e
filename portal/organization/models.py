"""Company, positions, seats and coverage."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from portal.identity.models import User
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned


class Company(Base, Versioned, Audited):
    """The one company whose portal this is: the seller on every document."""

    __tablename__ = "company"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)
    noun = "company"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    name: Mapped[str]
    legal_name: Mapped[str]
    street: Mapped[str] = mapped_column(default="")
    city: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    country: Mapped[str]
    vat_id: Mapped[str] = mapped_column(default="")
    email: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    website: Mapped[str] = mapped_column(default="")
    currency: Mapped[str]
    fiscal_year_start: Mapped[int] = mapped_column(default=1)  # month
    timezone: Mapped[str] = mapped_column(default="UTC")
    locale: Mapped[str] = mapped_column(default="en")
    accent: Mapped[str] = mapped_column(default="#0d5c6b")
    logo_key: Mapped[str | None]
    bank_name: Mapped[str] = mapped_column(default="")
    iban: Mapped[str] = mapped_column(default="")
    bic: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class Position(Base, Versioned, Audited):
    __tablename__ = "position"
    noun = "organization"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    reports_to_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"), index=True)
    path: Mapped[str] = mapped_column(default="/", index=True)  # "/1/4/": own id last, so a subtree is a prefix
    carries_quota: Mapped[bool] = mapped_column(default=False)
    seats: Mapped[list["Seat"]] = relationship(back_populates="position", order_by="Seat.starts_on")


class Seat(Base, Audited):
    """A person in a position from a day on, until a day (exclusive) or further notice."""

    __tablename__ = "seat"
    __table_args__ = (CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="in_order"),)
    noun = "seats"

    id: Mapped[int] = mapped_column(primary_key=True)
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    position: Mapped[Position] = relationship(back_populates="seats")
    user: Mapped[User] = relationship()


class Coverage(Base, Audited):
    __tablename__ = "coverage"
    __table_args__ = (UniqueConstraint("position_id", "territory_id"),)
    noun = "coverage"

    id: Mapped[int] = mapped_column(primary_key=True)
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), index=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)


class Owned:
    """Mixin: who answers for the record. `visible_to` reads these two columns."""

    owner_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"), index=True)
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"), index=True)

    @declared_attr
    def owner(cls) -> Mapped[Position | None]:
        return relationship(Position, foreign_keys=f"{cls.__name__}.owner_id", lazy="raise_on_sql")  # type: ignore[attr-defined]
