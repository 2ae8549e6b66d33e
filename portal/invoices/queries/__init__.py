"""Reading invoices, credit notes and payments."""

from .chain import Step, chain, chain_of_invoice, chain_of_order, chain_of_quote
from .credits import left_of, lines_of
from .invoices import (
    PRINTED,
    STANDING_NAMES,
    TO_REFUND,
    behind_link,
    billing_address,
    for_mail,
    invoice,
    of_order,
    outstanding,
    standing,
    totals_of,
)
from .lists import LISTING, PAYMENTS

__all__ = [
    "LISTING",
    "PAYMENTS",
    "PRINTED",
    "STANDING_NAMES",
    "TO_REFUND",
    "Step",
    "behind_link",
    "billing_address",
    "chain",
    "chain_of_invoice",
    "chain_of_order",
    "chain_of_quote",
    "for_mail",
    "invoice",
    "left_of",
    "lines_of",
    "of_order",
    "outstanding",
    "standing",
    "totals_of",
]
