"""Pins, activations and proposals."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from portal.accounts.models import Account as Account  # the table of the foreign keys
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base
from portal.targets.models import Plan as Plan
from portal.workspace.models import LongWork as LongWork


class Pin(Base, Audited):
    """The account stays where it is, whatever the rules of any model say."""

    __tablename__ = "territory_pin"
    __table_args__ = (CheckConstraint("reason <> ''", name="with_reason"),)
    noun = "pins"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    reason: Mapped[str]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class Activation(Base, Audited):
    """A model put in force: when, by whom, and what followed. Its long work moves the accounts."""

    __tablename__ = "territory_activation"
    noun = "activations"
    unaudited = frozenset({"quota_moved"})

    id: Mapped[int] = mapped_column(primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("territory_model.id"))
    former_id: Mapped[int | None] = mapped_column(ForeignKey("territory_model.id"))
    work_id: Mapped[int | None] = mapped_column(ForeignKey("long_work.id"))
    effective_on: Mapped[date]
    hold_over_until: Mapped[date | None]
    reason: Mapped[str]
    accounts: Mapped[int]  # that move
    quota: Mapped[list[Any]] = mapped_column(default=list)  # [from position, to position, share, amount of bookings]
    quota_moved: Mapped[list[Any]] = mapped_column(default=list)  # [part of the target tree, metric, month, amount]
    quota_said: Mapped[str] = mapped_column(default="")  # what became of it
    target_plan_id: Mapped[int | None] = mapped_column(ForeignKey("target_plan.id", ondelete="SET NULL"))
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)


class Proposal(Base, Audited):
    """A search for a better balance: what it may move, the curve of moves against balance, and the plan it was saved as."""

    __tablename__ = "territory_proposal"
    __table_args__ = (CheckConstraint("most_moves > 0", name="most_moves_positive"),)
    noun = "proposals"
    unaudited = frozenset({"curve", "steps"})

    id: Mapped[int] = mapped_column(primary_key=True)
    base_id: Mapped[int] = mapped_column(ForeignKey("territory_model.id", ondelete="CASCADE"))
    model_id: Mapped[int | None] = mapped_column(ForeignKey("territory_model.id", ondelete="SET NULL"))
    work_id: Mapped[int | None] = mapped_column(ForeignKey("long_work.id"))
    name: Mapped[str]
    most_moves: Mapped[int]
    curve: Mapped[list[Any]] = mapped_column(default=list)  # [accounts moved, balance index]
    steps: Mapped[list[Any]] = mapped_column(default=list)  # [region, from, to, accounts, index after]
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
