"""Territory models, their trees and their assignment rules."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, event, insert, select, text
from sqlalchemy.orm import Mapped, Session, UOWTransaction, mapped_column, relationship

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused, Stale
from portal.kernel.settings import Setting
from portal.kernel.upsert import upsert

from .states import ModelState

VERSION = "territories.version"  # the setting that changes with every change here, whoever makes it
IS_ACTIVE = text("state = 'active'")
IS_DEFAULT = text("is_default")


class TerritoryModel(Base, Versioned, Audited):
    """One way to cut the market: a tree with its rules. Exactly one is active."""

    __tablename__ = "territory_model"
    __table_args__ = (
        Index("uq_territory_model_active", "state", unique=True, sqlite_where=IS_ACTIVE, postgresql_where=IS_ACTIVE),
        CheckConstraint("state = 'planning' OR activated_at IS NOT NULL", name="activated_when"),
        CheckConstraint("(state = 'archived') = (archived_at IS NOT NULL)", name="archived_when"),
    )
    noun = "territory_models"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    note: Mapped[str] = mapped_column(default="")
    state: Mapped[ModelState] = mapped_column(default=ModelState.PLANNING)
    made_by: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    activated_at: Mapped[datetime | None]  # the last time
    archived_at: Mapped[datetime | None]


def _active_model(context: Any) -> int:
    """A territory drawn without naming a model belongs to the active one; the first territory of all begins it."""
    active = select(TerritoryModel.id).where(TerritoryModel.state == ModelState.ACTIVE)
    if (found := context.connection.scalar(active)) is not None:
        return int(found)
    first = {"name": "Territories", "state": ModelState.ACTIVE, "activated_at": clock.now()}
    return int(context.connection.scalar(insert(TerritoryModel).values(first).returning(TerritoryModel.id)))


class Territory(Base, Versioned, Audited):
    """A market area in one model.

    Everything else in the portal refers to the rows of the active model. A row of another model that `stands_for` one of
    them changes places with it when that model is activated, so a territory keeps its id for as long as it exists.
    """

    __tablename__ = "territory"
    __table_args__ = (
        UniqueConstraint("model_id", "name"),
        Index("uq_territory_default", "model_id", unique=True, sqlite_where=IS_DEFAULT, postgresql_where=IS_DEFAULT),
    )
    noun = "territories"

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("territory_model.id"), default=_active_model)
    stands_for_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id", ondelete="SET NULL"), index=True)
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"), index=True)
    path: Mapped[str] = mapped_column(default="/", index=True)  # "/1/4/": own id last, so a subtree is a prefix
    is_default: Mapped[bool] = mapped_column(default=False)  # takes what no rule of the model places
    rules: Mapped[list["TerritoryRule"]] = relationship(back_populates="territory", cascade="all, delete-orphan")
    model: Mapped[TerritoryModel] = relationship()


class TerritoryRule(Base, Audited):
    """Empty columns match everything. A rule with an account names that account and asks nothing else."""

    __tablename__ = "territory_rule"
    __table_args__ = (CheckConstraint("(postcode_from IS NULL) = (postcode_to IS NULL)", name="postcode_pair"),)
    noun = "territory_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    priority: Mapped[int] = mapped_column(default=100)
    inherited: Mapped[bool] = mapped_column(default=False)  # narrows the rules below, and comes after them
    country: Mapped[str | None]
    region: Mapped[str | None]
    postcode_from: Mapped[str | None]
    postcode_to: Mapped[str | None]
    industry: Mapped[str | None]
    employees_from: Mapped[int | None]
    employees_to: Mapped[int | None]
    product: Mapped[str | None]  # a product category
    account: Mapped[str | None]  # the number of a named account
    territory: Mapped[Territory] = relationship(back_populates="rules")


refuse_on(
    "uq_territory_model_id_name",
    "territory.model_id, territory.name",
    say=Refused("territories.name_taken", "Another territory has this name.", "name"),
)
refuse_on(
    "uq_territory_model_name",
    "territory_model.name",
    say=Refused("territory_models.name_taken", "Another model has this name.", "name"),
)
refuse_on(
    "uq_territory_model_active",
    "territory_model.state",
    say=Stale("territory_models.activated_meanwhile", "Somebody activated another model just now. Look again."),
)


RULES = (Territory, TerritoryRule)


@event.listens_for(Session, "after_flush")
def _note_change(session: Session, context: UOWTransaction) -> None:
    """What other processes have compiled from the rules is old now."""
    rules = [row for row in (*session.new, *session.dirty, *session.deleted) if isinstance(row, RULES)]
    if any(row not in session.dirty or session.is_modified(row) for row in rules):
        note_change()


def note_change() -> None:
    upsert(Setting, [{"key": VERSION, "value": secrets.token_hex(8)}], keys=("key",))
