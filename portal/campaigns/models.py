"""Campaigns, what they cost, and whom they were meant for."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Contact
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused
from portal.kernel.search import Searchable
from portal.organization.models import Owned

from .states import CampaignState, Goal, MemberStatus


class Campaign(Base, Owned, Versioned, Audited, Searchable):
    """Amounts are in the company's currency."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("budget >= 0", name="budget"),
        CheckConstraint("goal_value >= 0", name="goal_value"),
        CheckConstraint("ends_on IS NULL OR starts_on IS NULL OR ends_on >= starts_on", name="in_order"),
    )
    noun = "campaigns"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    utm_campaign: Mapped[str] = mapped_column(unique=True)
    state: Mapped[CampaignState] = mapped_column(default=CampaignState.PLANNED)
    objective: Mapped[str] = mapped_column(default="")
    goal: Mapped[Goal] = mapped_column(default=Goal.LEADS)
    goal_value: Mapped[Decimal] = mapped_column(default=Decimal(0))  # a number of leads, or an amount
    budget: Mapped[Decimal] = mapped_column(default=Decimal(0))
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    costs: Mapped[list["CampaignCost"]] = relationship(order_by="CampaignCost.spent_on", lazy="raise_on_sql")

    def search_text(self) -> tuple[str, str]:
        return self.name, f"{self.utm_campaign} {self.objective}"


class CampaignCost(Base, Audited):
    """Money spent on the campaign, or promised."""

    __tablename__ = "campaign_cost"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)
    noun = "campaign_costs"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"), index=True)
    spent_on: Mapped[date]
    what: Mapped[str]
    amount: Mapped[Decimal]


class CampaignMember(Base):
    __tablename__ = "campaign_member"
    __table_args__ = (
        UniqueConstraint("campaign_id", "contact_id"),
        Index("ix_campaign_member_contact", "contact_id", "responded_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id", ondelete="CASCADE"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    status: Mapped[MemberStatus] = mapped_column(default=MemberStatus.ADDED)
    source: Mapped[str]  # how it came in: "by hand", "segment: Bike shops", "broadcast: Spring news"
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    responded_at: Mapped[datetime | None]
    response: Mapped[str] = mapped_column(default="")  # "clicked Spring news", "visited our stand"
    campaign: Mapped[Campaign] = relationship(lazy="raise_on_sql")
    contact: Mapped[Contact] = relationship(lazy="raise_on_sql")


refuse_on(
    "uq_campaign_utm_campaign",
    "campaign.utm_campaign",
    say=Refused("campaign.utm_taken", "Another campaign is named so in its links.", "utm_campaign"),
)
