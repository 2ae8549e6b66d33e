"""Plans, their versions, who is on them, and what they get at least."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.identity.models import User
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused
from portal.kernel.guards import frozen_when
from portal.organization.models import Position

from ..states import DrawKind, VersionState


class CompensationPlan(Base, Versioned, Audited):
    __tablename__ = "compensation_plan"
    noun = "compensation"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    versions: Mapped[list["PlanVersion"]] = relationship(
        back_populates="plan", order_by="PlanVersion.number", lazy="raise_on_sql"
    )


class PlanVersion(Base, Versioned, Audited):
    """`terms` is the plan as JSON (see the area's docstring). Approved, it stays as it is; the next one ends it."""

    __tablename__ = "plan_version"
    __table_args__ = (
        UniqueConstraint("plan_id", "number"),
        CheckConstraint("(state = 'draft') = (approved_at IS NULL)", name="approved_when"),
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="in_order"),
    )
    noun = "plan_versions"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("compensation_plan.id"), index=True)
    number: Mapped[int]
    state: Mapped[VersionState] = mapped_column(default=VersionState.DRAFT)
    starts_on: Mapped[date]  # the first day of a month
    ends_on: Mapped[date | None]  # exclusive
    terms: Mapped[dict[str, Any]]
    approved_by: Mapped[str] = mapped_column(default="")
    approved_at: Mapped[datetime | None]
    accepted_findings: Mapped[list[Any]] = mapped_column(default=list)  # what the linter said when it was approved
    plan: Mapped[CompensationPlan] = relationship(back_populates="versions", lazy="raise_on_sql")


frozen_when(
    "plan_version", "OLD.state <> 'draft'", "plan_id", "number", "starts_on", "terms", "approved_by", "approved_at"
)


class PlanParticipant(Base, Versioned, Audited):
    """A person in a position on a plan. What the position is credited with in these days counts for the person."""

    __tablename__ = "plan_participant"
    __table_args__ = (
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="in_order"),
        CheckConstraint("target_incentive >= 0", name="target_not_negative"),
    )
    noun = "plan_participants"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("compensation_plan.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]  # exclusive
    target_incentive: Mapped[Decimal] = mapped_column(default=Decimal(0))  # for a whole year
    accepted_version_id: Mapped[int | None] = mapped_column(ForeignKey("plan_version.id"))
    accepted_at: Mapped[datetime | None]
    plan: Mapped[CompensationPlan] = relationship(lazy="raise_on_sql")
    user: Mapped[User] = relationship(lazy="raise_on_sql")
    position: Mapped[Position] = relationship(lazy="raise_on_sql")


class Draw(Base, Versioned, Audited):
    """What a participant gets at least in each period of these days."""

    __tablename__ = "draw"
    __table_args__ = (
        CheckConstraint("amount > 0", name="amount_positive"),
        CheckConstraint("recovery BETWEEN 0 AND 1000000", name="recovery_percent"),
        CheckConstraint("ends_on IS NULL OR ends_on > starts_on", name="in_order"),
    )
    noun = "draws"

    id: Mapped[int] = mapped_column(primary_key=True)
    participant_id: Mapped[int] = mapped_column(ForeignKey("plan_participant.id"), index=True)
    kind: Mapped[DrawKind]
    amount: Mapped[Decimal]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]  # exclusive
    recovery: Mapped[Decimal] = mapped_column(default=Decimal(100))
    recovers_from: Mapped[date | None]  # before that day nothing is kept back


refuse_on(
    "uq_compensation_plan_name",
    "compensation_plan.name",
    say=Refused("plan.name_taken", "Another plan has this name.", "name"),
)
