"""States of an invoice. Overdue and partly paid are derived, never stored."""

from enum import StrEnum, auto


class InvoiceState(StrEnum):
    DRAFT = auto()
    ISSUED = auto()
    PAID = auto()
    CANCELLED = auto()


S = InvoiceState
MOVES = {S.DRAFT: frozenset({S.ISSUED, S.CANCELLED}), S.ISSUED: frozenset({S.PAID})}
