"""Orders and their lines."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account, Contact
from portal.catalog.models import PricedLine, Totalled
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused
from portal.kernel.guards import frozen_when
from portal.kernel.printed import Printed
from portal.kernel.search import Searchable
from portal.organization.models import Owned
from portal.quotes.models import Revision

from .states import OrderState


class Order(Base, Owned, Totalled, Printed, Versioned, Audited, Searchable):
    __tablename__ = "sales_order"
    __table_args__ = (Index("ix_sales_order_placed", "placed_at", "owner_id", "state", "currency", "net", "cost"),)
    noun = "orders"
    unaudited = frozenset({"version", "snapshot"})

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    revision_id: Mapped[int | None] = mapped_column(ForeignKey("quote_revision.id"), unique=True)
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    state: Mapped[OrderState] = mapped_column(default=OrderState.PLACED)
    customer_reference: Mapped[str] = mapped_column(default="")  # the customer's purchase order number
    payment_days: Mapped[int] = mapped_column(default=30)
    discount_percent: Mapped[Decimal] = mapped_column(default=Decimal(0))
    cost: Mapped[Decimal] = mapped_column(default=Decimal(0))  # standard cost of the products on the day it was placed
    placed_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    fulfilled_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancel_reason: Mapped[str] = mapped_column(default="")
    snapshot: Mapped[dict[str, Any] | None]  # the confirmation as the customer got it
    snapshot_hash: Mapped[str | None]
    account: Mapped[Account] = relationship(lazy="raise_on_sql")
    contact: Mapped[Contact | None] = relationship(lazy="raise_on_sql")
    revision: Mapped[Revision | None] = relationship(lazy="raise_on_sql")
    lines: Mapped[list["OrderLine"]] = relationship(
        back_populates="order", order_by="OrderLine.place", cascade="all, delete-orphan", lazy="raise_on_sql"
    )

    def search_text(self) -> tuple[str, str]:
        return self.number, self.customer_reference


frozen_when(
    "sales_order",
    "OLD.snapshot_hash IS NOT NULL",
    *("number", "revision_id", "account_id", "currency", "net", "tax", "total", "discount_percent", "snapshot_hash"),
)


class OrderLine(Base, PricedLine, Audited):
    __tablename__ = "order_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)
    noun = "order_lines"

    order_id: Mapped[int] = mapped_column(ForeignKey("sales_order.id", ondelete="CASCADE"), index=True)
    order: Mapped[Order] = relationship(back_populates="lines")


frozen_when("order_line", "(SELECT o.snapshot_hash FROM sales_order o WHERE o.id = OLD.order_id) IS NOT NULL")

refuse_on(
    "uq_sales_order_revision_id",
    "sales_order.revision_id",
    say=Refused("order.already_placed", "This offer was ordered already."),
)
