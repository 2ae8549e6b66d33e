"""The territory tree and its assignment rules."""

import secrets

from sqlalchemy import CheckConstraint, ForeignKey, event
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column, relationship

from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused
from portal.kernel.settings import Setting
from portal.kernel.upsert import upsert

VERSION = "territories.version"  # the setting that changes with every change here, whoever makes it


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


refuse_on(
    "uq_territory_name",
    "territory.name",
    say=Refused("territories.name_taken", "Another territory has this name.", "name"),
)


@event.listens_for(Session, "after_flush")
def _note_change(session: Session, context: UOWTransaction) -> None:
    """What other processes have compiled from the rules is old now."""
    touched = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
    if any(isinstance(row, Territory | TerritoryRule) for row in touched):
        upsert(Setting, [{"key": VERSION, "value": secrets.token_hex(8)}], keys=("key",))
