"""Invoices and credit notes, their lines, payments."""

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

from .states import CreditReason, DocumentKind, InvoiceState

# One invoice per order, besides drafts that were thrown away and what was wholly credited.
STANDING = text("kind = 'invoice' AND state NOT IN ('cancelled', 'credited')")
TO_REFUND = text("paid + credited > total")


class Invoice(Base, Owned, Totalled, Printed, Versioned, Audited, Searchable):
    """Drafts have no number; issue gives it, freezes the snapshot and its hash.

    A credit note is issued at once. Its sums and cost are negative, so that adding up documents gives what remains;
    its lines say what stands on the paper. It is settled by being set against the invoice that it `credits`.
    """

    __tablename__ = "invoice"
    __table_args__ = (
        Index("uq_invoice_order_id", "order_id", unique=True, postgresql_where=STANDING, sqlite_where=STANDING),
        Index("ix_invoice_due", "state", "due_on"),
        Index("ix_invoice_to_refund", "due_on", postgresql_where=TO_REFUND, sqlite_where=TO_REFUND),
        Index("ix_invoice_issued", "issued_on", "owner_id", "currency", "net", "cost"),
        CheckConstraint("(state IN ('draft', 'cancelled')) = (number IS NULL)", name="number_at_issue"),
        CheckConstraint("(number IS NULL) = (issued_at IS NULL)", name="issued_when"),
        CheckConstraint("(number IS NULL) = (snapshot_hash IS NULL)", name="issued_is_frozen"),
        CheckConstraint("kind <> 'invoice' OR paid >= 0 AND paid <= total", name="paid_within_total"),
        CheckConstraint("credited >= 0 AND (credited = 0 OR credited <= total)", name="credited_within_total"),
        CheckConstraint(
            "(state IN ('paid', 'credited')) = (paid + credited >= total AND number IS NOT NULL)", name="settled_when"
        ),
        CheckConstraint("(state = 'credited') = (credited > 0 AND credited = total)", name="wholly_credited"),
        CheckConstraint("(kind = 'credit_note') = (credits_id IS NOT NULL)", name="credits_an_invoice"),
        CheckConstraint(
            "kind = 'invoice' OR number IS NOT NULL AND reason IS NOT NULL AND total < 0 AND paid = total",
            name="credit_is_settled",
        ),
    )
    noun = "invoices"
    unaudited = frozenset({"version", "snapshot"})

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(unique=True)
    kind: Mapped[DocumentKind] = mapped_column(default=DocumentKind.INVOICE)
    state: Mapped[InvoiceState] = mapped_column(default=InvoiceState.DRAFT)
    credits_id: Mapped[int | None] = mapped_column(ForeignKey("invoice.id"), index=True)
    reason: Mapped[CreditReason | None]
    note: Mapped[str] = mapped_column(default="")  # to the customer, beside the reason
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
    credited: Mapped[Decimal] = mapped_column(default=Decimal(0))  # what its credit notes took back, tax included
    cost: Mapped[Decimal] = mapped_column(default=Decimal(0))  # of its order; of what came back, on a credit note
    snapshot: Mapped[dict[str, Any] | None]
    snapshot_hash: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    account: Mapped[Account] = relationship(lazy="raise_on_sql")
    contact: Mapped[Contact | None] = relationship(lazy="raise_on_sql")
    order: Mapped[Order | None] = relationship(lazy="raise_on_sql")
    lines: Mapped[list["InvoiceLine"]] = relationship(
        back_populates="invoice", order_by="InvoiceLine.place", cascade="all, delete-orphan", lazy="raise_on_sql"
    )
    payments: Mapped[list["Payment"]] = relationship(
        back_populates="invoice", order_by="Payment.id", lazy="raise_on_sql"
    )
    credits: Mapped["Invoice | None"] = relationship(
        remote_side=[id], back_populates="credit_notes", lazy="raise_on_sql"
    )
    credit_notes: Mapped[list["Invoice"]] = relationship(
        back_populates="credits", order_by="Invoice.id", lazy="raise_on_sql"
    )

    @property
    def is_credit(self) -> bool:
        return self.kind == DocumentKind.CREDIT_NOTE

    @property
    def amount_due(self) -> Decimal:
        """Below zero it is ours to refund."""
        return self.total - self.credited - self.paid

    def search_text(self) -> tuple[str, str]:
        return self.number or "Draft invoice", ""


frozen_when(
    "invoice",
    "OLD.number IS NOT NULL",
    *("number", "kind", "order_id", "account_id", "currency", "net", "tax", "total", "discount_percent", "cost"),
    *("credits_id", "reason", "note", "issued_on", "issued_at", "due_on", "snapshot_hash"),
)


class InvoiceLine(Base, PricedLine, Audited):
    __tablename__ = "invoice_line"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("returned >= 0 AND (returned = 0 OR credits_id IS NOT NULL)", name="returned_of_a_line"),
    )
    noun = "invoice_lines"

    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id", ondelete="CASCADE"), index=True)
    credits_id: Mapped[int | None] = mapped_column(ForeignKey("invoice_line.id"), index=True)  # the line it takes back
    returned: Mapped[Decimal] = mapped_column(default=Decimal(0))  # quantity of it; none when only its price falls
    invoice: Mapped[Invoice] = relationship(back_populates="lines")


frozen_when("invoice_line", "(SELECT i.number FROM invoice i WHERE i.id = OLD.invoice_id) IS NOT NULL")


class Payment(Base, Audited):
    """Money received for one invoice; below zero, money paid back."""

    __tablename__ = "payment"
    __table_args__ = (CheckConstraint("amount <> 0", name="amount_given"),)
    noun = "payments"

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(ForeignKey("invoice.id"), index=True)
    amount: Mapped[Decimal]
    received_on: Mapped[date]
    method: Mapped[str]
    reference: Mapped[str] = mapped_column(default="")
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime] = mapped_column(default=clock.now)
    invoice: Mapped[Invoice] = relationship(back_populates="payments", lazy="raise_on_sql")


append_only("payment")

refuse_on(
    "uq_invoice_order_id", "invoice.order_id", say=Refused("order.already_billed", "This order has an invoice already.")
)
refuse_on(
    "ck_invoice_paid_within_total",
    "paid_within_total",
    say=Refused("payment.too_much", "This is more than what is still due.", "amount"),
)
refuse_on(
    "ck_invoice_credited_within_total",
    "credited_within_total",
    say=Refused("credit.too_much", "This is more than what is left of the invoice."),
)
