"""Opportunities, their lines and stage history."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account, Contact
from portal.catalog.models import PriceList, Product
from portal.channels.models import Channel, Partner
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused
from portal.kernel.search import Searchable
from portal.leads.states import LeadState
from portal.organization.models import Owned

from .states import OpportunityState, SplitKind, Stage


class Opportunity(Base, Owned, Versioned, Audited, Searchable):
    __tablename__ = "opportunity"
    __table_args__ = (
        Index("ix_opportunity_board", "state", "stage", "close_on", "id"),
        Index("ix_opportunity_won", "state", "closed_at", "owner_id"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_when"),
        CheckConstraint("state <> 'lost' OR loss_reason <> ''", name="lost_with_reason"),
        CheckConstraint("probability BETWEEN 0 AND 100", name="probability"),
    )
    noun = "opportunities"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("lead.id"), unique=True)
    source: Mapped[str] = mapped_column(default="", index=True)
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channel.id"), index=True)
    channel_because: Mapped[str] = mapped_column(default="")
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("partner.id"), index=True)  # partner of record
    registration_id: Mapped[int | None] = mapped_column(ForeignKey("deal_registration.id"), index=True)
    stage: Mapped[Stage] = mapped_column(default=Stage.QUALIFY)
    stage_since: Mapped[datetime] = mapped_column(default=clock.now)
    state: Mapped[OpportunityState] = mapped_column(default=OpportunityState.OPEN)
    amount: Mapped[Decimal] = mapped_column(default=Decimal(0))  # estimated revenue before tax
    amount_from_lines: Mapped[bool] = mapped_column(default=True)
    currency: Mapped[str]
    price_list_id: Mapped[int | None] = mapped_column(ForeignKey("price_list.id"))
    probability: Mapped[int] = mapped_column(default=25)
    probability_overridden: Mapped[bool] = mapped_column(default=False)
    probability_note: Mapped[str] = mapped_column(default="")  # why it differs from that of the stage
    close_on: Mapped[date] = mapped_column(index=True)
    next_step: Mapped[str] = mapped_column(default="")
    next_step_on: Mapped[date | None]
    decision_maker_known: Mapped[bool] = mapped_column(default=False)
    need: Mapped[str] = mapped_column(default="")
    closed_at: Mapped[datetime | None]
    actual_revenue: Mapped[Decimal | None]
    loss_reason: Mapped[str] = mapped_column(default="")
    competitor: Mapped[str] = mapped_column(default="")
    close_note: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    account: Mapped[Account] = relationship(lazy="raise_on_sql")
    contact: Mapped[Contact | None] = relationship(lazy="raise_on_sql")
    price_list: Mapped[PriceList | None] = relationship(lazy="raise_on_sql")
    channel: Mapped[Channel | None] = relationship(lazy="raise_on_sql")
    partner: Mapped[Partner | None] = relationship(lazy="raise_on_sql")
    lines: Mapped[list["OpportunityLine"]] = relationship(
        back_populates="opportunity",
        order_by="OpportunityLine.place",
        cascade="all, delete-orphan",
        lazy="raise_on_sql",
    )
    stages: Mapped[list["StageChange"]] = relationship(order_by="StageChange.id", lazy="raise_on_sql")

    def search_text(self) -> tuple[str, str]:
        return self.name, f"{self.source} {self.next_step} {self.need}"


class OpportunityLine(Base, Audited):
    __tablename__ = "opportunity_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)
    noun = "opportunity_lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunity.id", ondelete="CASCADE"), index=True)
    place: Mapped[int]
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    quantity: Mapped[Decimal]
    unit_price: Mapped[Decimal]
    discount_percent: Mapped[Decimal] = mapped_column(default=Decimal(0))
    opportunity: Mapped[Opportunity] = relationship(back_populates="lines")
    product: Mapped[Product] = relationship(lazy="raise_on_sql")


class OpportunitySplit(Base, Audited):
    """Who is credited with the deal: revenue splits add up to 100 percent, overlay splits to anything."""

    __tablename__ = "opportunity_split"
    __table_args__ = (
        UniqueConstraint("opportunity_id", "position_id", "kind"),
        CheckConstraint("percent > 0 AND percent <= 10000000", name="percent"),  # stored as ten-thousandths: 1,000 %
        CheckConstraint("kind = 'overlay' OR percent <= 1000000", name="revenue_percent"),
    )
    noun = "opportunity_splits"

    id: Mapped[int] = mapped_column(primary_key=True)
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunity.id", ondelete="CASCADE"), index=True)
    position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), index=True)
    kind: Mapped[SplitKind]
    percent: Mapped[Decimal]


class StageChange(Base):
    __tablename__ = "stage_change"

    id: Mapped[int] = mapped_column(primary_key=True)
    opportunity_id: Mapped[int] = mapped_column(ForeignKey("opportunity.id", ondelete="CASCADE"), index=True)
    from_stage: Mapped[Stage | None]
    to_stage: Mapped[Stage]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    days: Mapped[int | None]  # spent in from_stage


class Qualification(Base):
    """What a lead became: keeps it to once, and tells an undo what was made for it."""

    __tablename__ = "qualification"

    lead_id: Mapped[int] = mapped_column(ForeignKey("lead.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"), index=True)
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id"), index=True)
    account_is_new: Mapped[bool]
    contact_is_new: Mapped[bool]
    state_before: Mapped[LeadState]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by: Mapped[str]


refuse_on(
    "pk_qualification",
    "qualification.lead_id",
    say=Refused("lead.already_qualified", "This lead was qualified already."),
)
refuse_on(
    "uq_opportunity_lead_id",
    "opportunity.lead_id",
    say=Refused("lead.already_qualified", "This lead was qualified already."),
)
