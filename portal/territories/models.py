"""The territory tree and its assignment rules."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned


class Territory(Base, Versioned, Audited):
    __tablename__ = "territory"
    noun = "territories"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"), index=True)
    path: Mapped[str] = mapped_column(default="/", index=True)  # "/1/4/": own id last, so a subtree is a prefix
    rules: Mapped[list["TerritoryRule"]] = relationship(back_populates="territory", cascade="all, delete-orphan")


class TerritoryRule(Base, Audited):
    """Empty columns match everything."""

    __tablename__ = "territory_rule"
    __table_args__ = (CheckConstraint("(postcode_from IS NULL) = (postcode_to IS NULL)", name="postcode_pair"),)
    noun = "territory_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    priority: Mapped[int] = mapped_column(default=100)
    country: Mapped[str | None]
    region: Mapped[str | None]
    postcode_from: Mapped[str | None]
    postcode_to: Mapped[str | None]
    industry: Mapped[str | None]
    employees_from: Mapped[int | None]
    employees_to: Mapped[int | None]
    territory: Mapped[Territory] = relationship(back_populates="rules")
