"""Invoices, their lines, payments."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Account, Contact
from portal.catalog.models import PricedLine, Totalled
from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused
from portal.kernel.guards import append_only, frozen_when
from portal.kernel.printed import Printed
from portal.kernel.search import Searchable
from portal.orders.models import Order
from portal.organization.models import Owned

from .states import InvoiceState

STANDING = text("state <> 'cancelled'")  # one invoice per order, besides drafts that were thrown away


class Invoice(Base, Owned, Totalled, Printed, Versioned, Audited, Searchable):
    """Drafts have no number; issue gives it, freezes the snapshot and its hash."""

    __tablename__ = "invoice"
    __table_args__ = (
        Index("uq_invoice_order_id", "order_id", unique=True, postgresql_where=STANDING, sqlite_where=STANDING),
        Index("ix_invoice_due", "state", "due_on"),
        CheckConstraint("(state IN ('draft', 'cancelled')) = (number IS NULL)", name="number_at_issue"),
        CheckConstraint("(number IS NULL) = (issued_at IS NULL)", name="issued_when"),
        CheckConstraint("(number IS NULL) = (snapshot_hash IS NULL)", name="issued_is_frozen"),
        CheckConstraint("paid >= 0 AND paid <= total", name="paid_within_total"),
        CheckConstraint("(state = 'paid') = (paid = total AND number IS NOT NULL)", name="paid_in_full"),
    )
    noun = "invoices"
    unaudited = frozenset({"version", "snapshot"})

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(unique=True)
    state: Mapped[InvoiceState] = mapped_column(default=InvoiceState.DRAFT)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("sales_order.id"))
    opportunity_id: Mapped[int | None] = mapped_column(ForeignKey("opportunity.id"), index=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    payment_days: Mapped[int] = mapped_column(default=30)
    discount_percent: Mapped[Decimal] = mapped_column(default=Decimal(0))
    issued_on: Mapped[date | None]
    issued_at: Mapped[datetime | None]
    due_on: Mapped[date | None]
    paid: Mapped[Decimal] = mapped_column(default=Decimal(0))
    snapshot: Mapped[dict[str, Any] | None]
    snapshot_hash: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    account: Mapped[Account] = relationship(lazy="raise_on_sql")
    contact: Mapped[Contact | None] = relationship(lazy="raise_on_sql")
    order: Mapped[Order | None] = relationship(lazy="raise_on_sql")
    lines: Mapped[list["InvoiceLine"]] = relationship(
        back_populates="invoice", order_by="InvoiceLine.place", cascade="all, delete-orphan", lazy="raise_on_sql"
    )
    payments: Mapped[list["Payment"]] = relationship(order_by="Payment.id", lazy="raise_on_sql")

    @property
    def amount_due(self) -> Decimal:
        return self.total - self.paid

    def search_text(self) -> tuple[str, str]:
        return self.number or "Draft invoice", ""


frozen_when(
    "invoice",
    "OLD.number IS NOT NULL",
    *("number", "order_id", "account_id", "currency", "net", "tax", "total", "discount_percent"),
    *("issued_on", "issued_at", "due_on", "snapshot_hash"),
)


class InvoiceLine(Base, PricedLine, Audited):
    __tablename__ = "invoice_line"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)
    noun = "invoice_lines"

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id", ondelete="CASCADE"), index=True)
    invoice: Mapped[Invoice] = relationship(back_populates="lines")


frozen_when("invoice_line", "(SELECT i.number FROM invoice i WHERE i.id = OLD.invoice_id) IS NOT NULL")


class Payment(Base, Audited):
    """Money received for one invoice."""

    __tablename__ = "payment"
    __table_args__ = (CheckConstraint("amount > 0", name="amount_positive"),)
    noun = "payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)
    amount: Mapped[Decimal]
    received_on: Mapped[date]
    method: Mapped[str]
    reference: Mapped[str] = mapped_column(default="")
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)


append_only("payment")

refuse_on(
    "uq_invoice_order_id", "invoice.order_id", say=Refused("order.already_billed", "This order has an invoice already.")
)
refuse_on(
    "ck_invoice_paid_within_total",
    "paid_within_total",
    say=Refused("payment.too_much", "This is more than what is still due.", "amount"),
)
