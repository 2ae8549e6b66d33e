"""Billing orders, issuing and crediting invoices, recording payments."""

from .billing import LINK, bill_order, change_payment_days, discard, issue, print_again
from .credits import issue_credit
from .payments import record_payment, record_refund

__all__ = [
    "LINK",
    "bill_order",
    "change_payment_days",
    "discard",
    "issue",
    "issue_credit",
    "print_again",
    "record_payment",
    "record_refund",
]
