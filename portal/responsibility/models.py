"""Transfers and what each of them moved; rules of engagement; assignment rules."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused

from .states import Method, Subject, TransferState

IS_PLANNED = text("state = 'planned'")


class Transfer(Base, Audited):
    """`account_ids` is what was asked for; the items say what moved in fact."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint("(state = 'planned' OR state = 'cancelled') = (done_at IS NULL)", name="done_when"),
        CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", name="undone_when"),
        Index("ix_transfer_planned", "effective_on", sqlite_where=IS_PLANNED, postgresql_where=IS_PLANNED),
    )
    noun = "transfers"
    unaudited = frozenset({"account_ids"})

    id: Mapped[int] = mapped_column(primary_key=True)
    account_ids: Mapped[list[Any]]
    to_position_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"))  # None: only the territory changes
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))  # None: territories stay
    reason: Mapped[str]
    effective_on: Mapped[date]
    hold_over_until: Mapped[date | None]
    state: Mapped[TransferState] = mapped_column(default=TransferState.PLANNED)
    by: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(default="")  # why a planned one was called off on its day


class TransferItem(Base):
    """One record that changed hands, with whom and where it was before."""

    __tablename__ = "transfer_item"
    __table_args__ = (Index("ix_transfer_item_record", "noun_of", "record_id"),)

    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfer.id", ondelete="CASCADE"), primary_key=True)
    noun_of: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(index=True)  # the account it belongs to
    from_owner_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"))
    from_territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))


class Engagement(Base, Audited):
    """The rules of engagement from a day on, until the next row begins. Whoever may assign every account stands above them."""

    __tablename__ = "engagement"
    __table_args__ = (
        CheckConstraint("notice_days >= 0 AND hold_over_days >= 0 AND exclusive_days >= 0", name="days_not_negative"),
    )
    noun = "engagements"

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_on: Mapped[date] = mapped_column(unique=True)
    named_first: Mapped[bool] = mapped_column(default=False)  # a lead of a known account goes to the owner of that
    notice_days: Mapped[int] = mapped_column(default=0)  # before an account leaves its owner
    hold_over_days: Mapped[int] = mapped_column(default=0)  # proposed by the transfer wizard
    exclusive_days: Mapped[int] = mapped_column(default=0)  # a new owner keeps the account at least so long
    reps_give: Mapped[bool] = mapped_column(default=True)  # reps may give away their own accounts
    managers_give_out: Mapped[bool] = mapped_column(default=True)  # managers may give to positions not below them
    by: Mapped[str]


class AssignmentRule(Base, Versioned, Audited):
    """Who gets what comes in. Empty conditions match everything; the lowest priority number that can give decides."""

    __tablename__ = "assignment_rule"
    __table_args__ = (CheckConstraint("capacity > 0", name="capacity_positive"),)
    noun = "assignment_rules"
    unaudited = frozenset({"version", "last_position_id"})

    id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[Subject] = mapped_column(index=True)
    name: Mapped[str] = mapped_column(unique=True)
    priority: Mapped[int] = mapped_column(default=100)
    active: Mapped[bool] = mapped_column(default=True)
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))  # or below it
    country: Mapped[str] = mapped_column(default="")
    industry: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="")
    employees_from: Mapped[int | None]
    employees_to: Mapped[int | None]
    method: Mapped[Method]
    position_ids: Mapped[list[Any]]  # in the order of the wheel
    capacity: Mapped[int | None]  # open leads, or accounts, that one position may have
    skips_away: Mapped[bool] = mapped_column(default=True)
    last_position_id: Mapped[int | None]  # where the wheel stands


refuse_on(
    "uq_assignment_rule_name",
    "assignment_rule.name",
    say=Refused("assignment_rule.name_taken", "Another rule has this name.", "name"),
)
refuse_on(
    "uq_engagement_starts_on",
    "engagement.starts_on",
    say=Refused("engagement.twice", "Somebody else set rules from this day just now. Look again.", "starts_on"),
)
