"""Quotas."""

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Stale
from portal.organization.models import Owned

from .states import Metric as Metric


class Quota(Base, Owned, Versioned, Audited):
    __tablename__ = "quota"
    __table_args__ = (
        UniqueConstraint("owner_id", "metric", "starts_on"),
        CheckConstraint("ends_on > starts_on", name="in_order"),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
    )
    noun = "targets"

    id: Mapped[int] = mapped_column(primary_key=True)
    metric: Mapped[str] = mapped_column(default="bookings")
    starts_on: Mapped[date]
    ends_on: Mapped[date]  # exclusive
    amount: Mapped[Decimal]
    currency: Mapped[str]


refuse_on(
    "uq_quota_owner_id_metric_starts_on",
    "quota.owner_id",
    say=Stale("target.set_meanwhile", "Somebody else set this quota just now. Look again."),
)
