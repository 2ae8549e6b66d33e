"""Score rules and receipts."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.audit import Audited
from portal.kernel.db import DERIVED, Base, Versioned


class ScoreRule(Base, Versioned, Audited):
    """`part` is fit (who they are, no decay) or engagement (what they did, fading by half every `half_life` days)."""

    __tablename__ = "score_rule"
    __table_args__ = (
        CheckConstraint("part IN ('fit', 'engagement')", name="part_known"),
        CheckConstraint("half_life IS NULL OR half_life > 0", name="half_life_positive"),
        CheckConstraint("cap IS NULL OR cap > 0", name="cap_positive"),
    )
    noun = "scoring"

    id: Mapped[int] = mapped_column(primary_key=True)
    part: Mapped[str]
    label: Mapped[str]
    fact: Mapped[str]  # a name from scoring.rules.FACTS
    operator: Mapped[str]  # is, in, contains, at_least, known, happened
    value: Mapped[str] = mapped_column(default="")
    points: Mapped[int]
    half_life: Mapped[int | None]  # days; None: the points stay
    cap: Mapped[int | None]  # most points the rule gives however often it happened
    active: Mapped[bool] = mapped_column(default=True)


class ScoreReceipt(Base):
    __tablename__ = "score_receipt"
    __table_args__ = (Index("ix_score_receipt_record", "noun_of", "record_id"), DERIVED)

    id: Mapped[int] = mapped_column(primary_key=True)
    noun_of: Mapped[str]
    record_id: Mapped[int]
    rule_id: Mapped[int | None]
    part: Mapped[str]
    label: Mapped[str]
    points: Mapped[int]
    why: Mapped[str]  # the fact that made it apply
    happened_at: Mapped[datetime | None]
    scored_at: Mapped[datetime]
