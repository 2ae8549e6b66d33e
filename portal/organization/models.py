"""Company, units, positions, seats, delegations and coverage."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from portal.identity.models import User
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused

from .states import PositionRole, UnitKind


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


class Unit(Base, Versioned, Audited):
    """A part of the company that answers for targets and costs: the company itself, a unit, a team."""

    __tablename__ = "unit"
    noun = "units"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[UnitKind] = mapped_column(default=UnitKind.TEAM)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    path: Mapped[str] = mapped_column(default="/", index=True)  # as in Position
    cost_centre: Mapped[str] = mapped_column(default="")


class RampProfile(Base, Versioned, Audited):
    """How much of the full quota a newcomer carries: percent in the first, second, ... month; then all of it."""

    __tablename__ = "ramp_profile"
    noun = "ramps"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    percents: Mapped[list[Any]]  # of int


class Position(Base, Versioned, Audited):
    __tablename__ = "position"
    __table_args__ = (CheckConstraint("capacity > 0 AND capacity <= 10000", name="capacity_share"),)
    noun = "organization"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    role: Mapped[PositionRole] = mapped_column(default=PositionRole.OTHER)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    reports_to_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"), index=True)
    path: Mapped[str] = mapped_column(default="/", index=True)  # "/1/4/": own id last, so a subtree is a prefix
    carries_quota: Mapped[bool] = mapped_column(default=False)
    capacity: Mapped[Decimal] = mapped_column(default=Decimal(1))  # share of full time
    ramp_id: Mapped[int | None] = mapped_column(ForeignKey("ramp_profile.id"))
    opens_on: Mapped[date | None]  # planned: nobody is missed there before
    seats: Mapped[list["Seat"]] = relationship(back_populates="position", order_by="Seat.starts_on")
    unit: Mapped[Unit | None] = relationship(lazy="raise_on_sql")
    ramp: Mapped[RampProfile | None] = relationship(lazy="raise_on_sql")


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


class Delegation(Base, Audited):
    """A deputy acts for the position from a day on until a day (exclusive), for example over a holiday."""

    __tablename__ = "delegation"
    __table_args__ = (CheckConstraint("ends_on > starts_on", name="in_order"),)
    noun = "delegations"

    id: Mapped[int] = mapped_column(primary_key=True)
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    reason: Mapped[str] = mapped_column(default="")
    user: Mapped[User] = relationship(lazy="raise_on_sql")

    @property
    def last_day(self) -> date:
        return self.ends_on - timedelta(days=1)


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


refuse_on("uq_unit_name", "unit.name", say=Refused("unit.name_taken", "Another unit has this name.", "name"))
refuse_on(
    "uq_ramp_profile_name", "ramp_profile.name", say=Refused("ramp.name_taken", "Another ramp has this name.", "name")
)
