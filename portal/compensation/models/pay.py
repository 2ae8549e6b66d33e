"""Payout periods, earnings, statements, and what people add by hand."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused
from portal.kernel.guards import frozen_when

from ..states import AdjustmentKind, DisputeState, PeriodState
from .plans import PlanParticipant

TAKES_BACK = text("reverses <> ''")


class PayoutPeriod(Base, Versioned, Audited):
    """A month of pay."""

    __tablename__ = "payout_period"
    __table_args__ = (
        CheckConstraint("ends_on > starts_on", name="in_order"),
        CheckConstraint("(state = 'locked') = (snapshot_hash IS NOT NULL)", name="locked_is_frozen"),
    )
    noun = "payout_periods"

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_on: Mapped[date] = mapped_column(unique=True)
    ends_on: Mapped[date]  # exclusive
    state: Mapped[PeriodState] = mapped_column(default=PeriodState.OPEN)
    calculated_at: Mapped[datetime | None]
    reviewed_by: Mapped[str] = mapped_column(default="")
    approved_by: Mapped[str] = mapped_column(default="")
    approved_at: Mapped[datetime | None]
    locked_by: Mapped[str] = mapped_column(default="")
    locked_at: Mapped[datetime | None]
    snapshot_hash: Mapped[str | None]
    problems: Mapped[list[Any]] = mapped_column(
        default=list
    )  # what the last calculation could not do: [kind, text, url]
    work_id: Mapped[int | None]  # the long work that calculates it

    @property
    def last_day(self) -> date:
        return self.ends_on - timedelta(days=1)


frozen_when("payout_period", "OLD.state = 'locked'")
IN_LOCKED = "(SELECT p.state FROM payout_period p WHERE p.id = OLD.period_id) = 'locked'"


class Earning(Base):
    """What one credit pays one participant under one component: the line of a statement.

    `key` names the credit ("invoices:12:direct:4"); a participant gets it once per component, in one period.
    `before` and `after` are what was credited in the interval, against `quota`.
    """

    __tablename__ = "earning"
    __table_args__ = (
        UniqueConstraint("participant_id", "component", "key"),
        Index("ix_earning_period", "period_id", "participant_id"),
        Index("ix_earning_source", "source"),
        Index("ix_earning_reverses", "reverses", sqlite_where=TAKES_BACK, postgresql_where=TAKES_BACK),
    )
    noun = "earnings"

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("payout_period.id"))
    participant_id: Mapped[int] = mapped_column(ForeignKey("plan_participant.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("plan_version.id"))
    component: Mapped[str]
    interval_starts: Mapped[date | None]
    source: Mapped[str]  # the document that is credited: "invoices:12"
    key: Mapped[str]
    reverses: Mapped[str] = mapped_column(default="")
    role: Mapped[str]
    measure: Mapped[str]
    day: Mapped[date]  # of the document
    counted_on: Mapped[date]  # the day in the period it counts on: its own, or the first where it comes late
    noun_of: Mapped[str] = mapped_column(default="")
    record_id: Mapped[int | None]
    opportunity_id: Mapped[int | None]
    order_id: Mapped[int | None]
    invoice_id: Mapped[int | None]
    account_id: Mapped[int | None]
    label: Mapped[str]
    why: Mapped[str] = mapped_column(default="")
    document_amount: Mapped[Decimal]
    percent: Mapped[Decimal]
    amount: Mapped[Decimal]
    before: Mapped[Decimal]
    after: Mapped[Decimal]
    quota: Mapped[Decimal | None]
    pays: Mapped[Decimal]
    residual: Mapped[Decimal] = mapped_column(default=Decimal(0))
    slices: Mapped[list[Any]]  # [tier, amount, rate, pays, earlier], figures as text
    note: Mapped[str] = mapped_column(default="")


frozen_when("earning", IN_LOCKED)


class Adjustment(Base, Audited):
    """An amount somebody adds by hand, with the reason."""

    __tablename__ = "pay_adjustment"
    __table_args__ = (
        CheckConstraint("amount <> 0", name="amount_not_zero"),
        CheckConstraint("reason <> ''", name="why"),
    )
    noun = "pay_adjustments"

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("payout_period.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("plan_participant.id"), index=True)
    kind: Mapped[AdjustmentKind]
    amount: Mapped[Decimal]
    reason: Mapped[str]
    author: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)


frozen_when("pay_adjustment", IN_LOCKED)


class ObjectiveResult(Base, Audited):
    """How far a participant reached the objectives of an MBO component, in percent; counts in that period."""

    __tablename__ = "objective_result"
    __table_args__ = (
        UniqueConstraint("period_id", "participant_id", "component"),
        CheckConstraint("percent BETWEEN 0 AND 2000000", name="percent"),
    )
    noun = "objective_results"

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("payout_period.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("plan_participant.id"), index=True)
    component: Mapped[str]
    percent: Mapped[Decimal]
    reason: Mapped[str]
    author: Mapped[str]


frozen_when("objective_result", IN_LOCKED)


class Statement(Base):
    """What a participant gets for a period. Its snapshot is written when the period is locked."""

    __tablename__ = "statement"
    __table_args__ = (UniqueConstraint("period_id", "participant_id"),)
    noun = "statements"

    id: Mapped[int] = mapped_column(primary_key=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("payout_period.id"), index=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("plan_participant.id"), index=True)
    currency: Mapped[str]
    lines: Mapped[int]
    earned: Mapped[Decimal]
    adjusted: Mapped[Decimal]
    opening_balance: Mapped[Decimal]
    topped_up: Mapped[Decimal]
    recovered: Mapped[Decimal]
    payable: Mapped[Decimal]
    balance: Mapped[Decimal]
    problem: Mapped[str] = mapped_column(default="")  # why something could not be calculated
    snapshot: Mapped[dict[str, Any] | None]
    snapshot_hash: Mapped[str | None]
    pdf_key: Mapped[str | None]
    pdf_problem: Mapped[str] = mapped_column(default="")
    confirmed_at: Mapped[datetime | None]  # by the person
    period: Mapped[PayoutPeriod] = relationship(lazy="raise_on_sql")
    participant: Mapped[PlanParticipant] = relationship(lazy="raise_on_sql")


frozen_when(
    "statement",
    "OLD.snapshot_hash IS NOT NULL",
    *("period_id", "participant_id", "currency", "lines", "earned", "adjusted", "opening_balance", "topped_up"),
    *("recovered", "payable", "balance", "problem", "snapshot", "snapshot_hash"),
)


class Dispute(Base, Versioned, Audited):
    """A person questions a line, or the statement; operations answer, and may settle it with an adjustment."""

    __tablename__ = "pay_dispute"
    __table_args__ = (CheckConstraint("(state = 'raised') = (answered_at IS NULL)", name="answered_when"),)
    noun = "disputes"

    id: Mapped[int] = mapped_column(primary_key=True)
    statement_id: Mapped[int] = mapped_column(ForeignKey("statement.id"), index=True)
    earning_id: Mapped[int | None] = mapped_column(ForeignKey("earning.id"))
    question: Mapped[str]
    state: Mapped[DisputeState] = mapped_column(default=DisputeState.RAISED)
    raised_by: Mapped[str]
    raised_at: Mapped[datetime] = mapped_column(default=clock.now)
    answer: Mapped[str] = mapped_column(default="")
    answered_by: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    adjustment_id: Mapped[int | None] = mapped_column(ForeignKey("pay_adjustment.id"))
    statement: Mapped[Statement] = relationship(lazy="raise_on_sql")


class Recognition(Base):
    """Who does not want to stand on leaderboards or wear badges."""

    __tablename__ = "recognition"

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), primary_key=True)
    hidden: Mapped[bool] = mapped_column(default=True)


refuse_on(
    "uq_payout_period_starts_on",
    "payout_period.starts_on",
    say=Refused("period.there", "This month is there already.", "starts_on"),
)
refuse_on(
    "uq_objective_result_period_id",
    "objective_result.period_id",
    say=Refused("objective.there", "There is a result for this objective already.", "component"),
)
