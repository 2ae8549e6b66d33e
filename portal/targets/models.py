"""Plans in versions, their tree, and the numbers of every month."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Stale
from portal.kernel.guards import frozen_when
from portal.organization.models import Owned

from .states import Metric as Metric
from .states import NodeKind, PlanState

APPROVED, OPEN = text("state = 'approved'"), text("state IN ('draft', 'submitted')")


class Plan(Base, Versioned, Audited):
    """One version of the targets of a fiscal year. The approved one counts for the whole year: before the day from
    which it differs, it says what the version before said."""

    __tablename__ = "target_plan"
    __table_args__ = (
        UniqueConstraint("starts_on", "number"),
        Index("uq_target_plan_approved", "starts_on", unique=True, sqlite_where=APPROVED, postgresql_where=APPROVED),
        Index("uq_target_plan_open", "starts_on", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        CheckConstraint("effective_on >= starts_on AND effective_on < ends_on", name="effective_within"),
        CheckConstraint("(state = 'draft') = (submitted_at IS NULL)", name="submitted_when"),
        CheckConstraint("(state IN ('approved', 'superseded')) = (approved_at IS NOT NULL)", name="approved_when"),
    )
    noun = "target_plans"

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_on: Mapped[date]  # of the fiscal year
    ends_on: Mapped[date]  # exclusive
    number: Mapped[int]
    state: Mapped[PlanState] = mapped_column(default=PlanState.DRAFT)
    effective_on: Mapped[date]  # first day of the first month that may differ from the version before
    currency: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    seasonality: Mapped[list[Any]]  # 12 texts: percent of the year, month by month; together 100
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    created_by: Mapped[str] = mapped_column(default="")
    submitted_at: Mapped[datetime | None]
    submitted_by: Mapped[str] = mapped_column(default="")
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[str] = mapped_column(default="")


class Node(Base, Owned):
    """A part of the tree of one plan; `owner_id` is the position that answers for it."""

    __tablename__ = "target_node"
    __table_args__ = (UniqueConstraint("plan_id", "key"),)
    noun = "targets"

    id: Mapped[int] = mapped_column(primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("target_plan.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("target_node.id", ondelete="CASCADE"), index=True)
    path: Mapped[str] = mapped_column(default="/")  # own id last, so a subtree is a prefix
    key: Mapped[str]  # what it is in every version: "company", "team:4", "territory:3@team:4", "position:7"
    kind: Mapped[NodeKind]
    name: Mapped[str]


class Target(Base, Versioned):
    """What a node is to reach in one metric. Its months are changed under its version, and written to the audit."""

    __tablename__ = "target"
    __table_args__ = (
        UniqueConstraint("node_id", "metric"),
        CheckConstraint("stretch_percent >= 0", name="stretch_not_negative"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    node_id: Mapped[int] = mapped_column(ForeignKey("target_node.id", ondelete="CASCADE"))
    metric: Mapped[Metric]
    stretch_percent: Mapped[Decimal] = mapped_column(default=Decimal(0))  # on top of the target
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_by: Mapped[str] = mapped_column(default="")
    proposal_note: Mapped[str] = mapped_column(default="")
    proposed_at: Mapped[datetime | None]
    proposed_by: Mapped[str] = mapped_column(default="")


class TargetMonth(Base):
    """A month of a target: what is assigned from above, and what was proposed from below."""

    __tablename__ = "target_month"
    __table_args__ = (
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        CheckConstraint("proposed >= 0", name="proposed_not_negative"),
    )

    target_id: Mapped[int] = mapped_column(ForeignKey("target.id", ondelete="CASCADE"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    amount: Mapped[Decimal | None]
    proposed: Mapped[Decimal | None]


frozen_when(
    "target_month",
    "(SELECT p.state FROM target t JOIN target_node n ON n.id = t.node_id JOIN target_plan p ON p.id = n.plan_id "
    "WHERE t.id = OLD.target_id) IN ('approved', 'superseded')",
    "amount",
)

TAKEN = "Somebody else did this just now. Look again."
refuse_on("uq_target_plan", "target_plan.starts_on", say=Stale("target_plan.meanwhile", TAKEN))
refuse_on("uq_target_node_id_metric", "target.node_id", say=Stale("target.meanwhile", TAKEN))
