"""States of an invoice. Overdue and partly paid are derived, never stored."""

from enum import StrEnum, auto


class InvoiceState(StrEnum):
    DRAFT = auto()
    ISSUED = auto()
    PAID = auto()
    CANCELLED = auto()


S = InvoiceState
MOVES = {
    S.DRAFT: frozenset({S.ISSUED, S.PAID, S.CANCELLED}),  # an invoice over nothing is paid when it is issued
    S.ISSUED: frozenset({S.PAID}),
}


class Standing(StrEnum):
    """How an invoice stands on a day: what lists and pages show."""

    DRAFT = auto()
    OPEN = auto()
    PARTLY_PAID = auto()
    OVERDUE = auto()
    PAID = auto()
    CANCELLED = auto()


METHODS = ("Bank transfer", "Card", "Direct debit", "Cheque", "Cash")  # how money arrives
