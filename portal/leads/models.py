"""Leads."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused
from portal.kernel.search import Searchable
from portal.organization.models import Owned
from portal.territories.models import Territory

from .states import LeadState

IS_OPEN = text("state IN ('new', 'contacted')")


class Lead(Base, Owned, Versioned, Audited, Searchable):
    __tablename__ = "lead"
    __table_args__ = (
        Index("uq_lead_open_email", "email", unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN),
        Index("ix_lead_state_score", "state", "score"),
        Index("ix_lead_state_grade", "state", "grade", "responded_at", "owner_id"),  # what the tabs of the list count
        CheckConstraint("(state = 'disqualified') = (disqualified_reason <> '')", name="disqualified_with_reason"),
        CheckConstraint("(state = 'qualified') = (qualified_at IS NOT NULL)", name="qualified_when"),
    )
    noun = "leads"
    unaudited = frozenset({"version", "fit", "engagement", "score", "grade", "scored_at"})  # receipts tell about these

    id: Mapped[int] = mapped_column(primary_key=True)
    first_name: Mapped[str] = mapped_column(default="")
    last_name: Mapped[str]
    job_title: Mapped[str] = mapped_column(default="")
    email: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    company: Mapped[str] = mapped_column(default="")
    industry: Mapped[str] = mapped_column(default="")
    employees: Mapped[int | None]
    city: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")
    postcode: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="en")
    message: Mapped[str] = mapped_column(default="")
    source: Mapped[str] = mapped_column(default="", index=True)
    campaign: Mapped[str] = mapped_column(default="")
    state: Mapped[LeadState] = mapped_column(default=LeadState.NEW)
    disqualified_reason: Mapped[str] = mapped_column(default="")
    qualified_at: Mapped[datetime | None]
    fit: Mapped[int] = mapped_column(default=0)
    engagement: Mapped[int] = mapped_column(default=0)
    score: Mapped[int] = mapped_column(default=0, index=True)
    grade: Mapped[str] = mapped_column(default="")
    scored_at: Mapped[datetime | None]
    assigned_because: Mapped[str] = mapped_column(default="")
    respond_by: Mapped[datetime | None]
    responded_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)

    territory: Mapped[Territory | None] = relationship(foreign_keys="Lead.territory_id", lazy="raise_on_sql")

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def search_text(self) -> tuple[str, str]:
        return self.name, f"{self.company} {self.email} {self.phone} {self.city}"


refuse_on(
    "uq_lead_open_email",
    "lead.email",
    say=Refused("lead.email_taken", "An open lead has this address already.", "email"),
)
