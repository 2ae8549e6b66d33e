"""Steps of a fiscal year, and scenarios of hiring."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused, Stale
from portal.organization.models import Position, RampProfile

from .states import Step, StepState


class StrategyStep(Base, Versioned, Audited):
    """A step of one fiscal year; there is a row once somebody wrote something down."""

    __tablename__ = "strategy_step"
    __table_args__ = (
        UniqueConstraint("starts_on", "step"),
        CheckConstraint("(state = 'approved') = (approved_at IS NOT NULL)", name="approved_when"),
    )
    noun = "strategy"

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_on: Mapped[date]  # of the fiscal year
    step: Mapped[Step]
    state: Mapped[StepState] = mapped_column(default=StepState.NOT_STARTED)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"))  # the position that answers for it
    due_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str] = mapped_column(default="")


class Scenario(Base, Versioned, Audited):
    """What if: hires of a fiscal year that nobody has decided on."""

    __tablename__ = "capacity_scenario"
    __table_args__ = (UniqueConstraint("starts_on", "name"),)
    noun = "scenarios"

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_on: Mapped[date]  # of the fiscal year
    name: Mapped[str]
    made_by: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    hires: Mapped[list["Hire"]] = relationship(
        order_by="Hire.opens_on, Hire.id", cascade="all, delete-orphan", lazy="raise_on_sql"
    )


class Hire(Base, Audited):
    """So many alike from a day on, reporting to one position."""

    __tablename__ = "capacity_hire"
    __table_args__ = (
        CheckConstraint("count BETWEEN 1 AND 500", name="count_within"),
        CheckConstraint("quota > 0", name="quota_positive"),
    )
    noun = "hires"

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("capacity_scenario.id", ondelete="CASCADE"), index=True)
    title: Mapped[str]
    count: Mapped[int] = mapped_column(default=1)
    opens_on: Mapped[date]
    reports_to_id: Mapped[int] = mapped_column(ForeignKey("position.id"))
    ramp_id: Mapped[int | None] = mapped_column(ForeignKey("ramp_profile.id"))
    quota: Mapped[Decimal | None]  # of a full year; None: as usual in the team
    reports_to: Mapped[Position] = relationship(lazy="raise_on_sql")
    ramp: Mapped[RampProfile | None] = relationship(lazy="raise_on_sql")


refuse_on(
    "uq_strategy_step_starts_on_step",
    "strategy_step.starts_on",
    say=Stale("strategy.meanwhile", "Somebody else did this just now. Look again."),
)
refuse_on(
    "uq_capacity_scenario_starts_on_name",
    "capacity_scenario.starts_on",
    say=Refused("scenario.name_taken", "Another scenario of this year has this name.", "name"),
)
