"""States of an invoice, and why one is credited. Overdue and partly paid are derived, never stored."""

from enum import StrEnum, auto


class DocumentKind(StrEnum):
    """One document with two type codes of UNTDID 1001: 380 asks for money, 381 takes it back."""

    INVOICE = auto()
    CREDIT_NOTE = auto()


class CreditReason(StrEnum):
    RETURNED = auto()
    NOT_DELIVERED = auto()
    PRICE = auto()
    DEFECT = auto()
    MISTAKE = auto()


class InvoiceState(StrEnum):
    """`PAID`: nothing is left to pay. `CREDITED`: credit notes took all of it back, so its order can be billed again."""

    DRAFT = auto()
    ISSUED = auto()
    PAID = auto()
    CREDITED = auto()
    CANCELLED = auto()


S = InvoiceState
MOVES = {
    S.DRAFT: frozenset({S.ISSUED, S.PAID, S.CANCELLED}),  # an invoice over nothing is paid when it is issued
    S.ISSUED: frozenset({S.PAID, S.CREDITED}),
    S.PAID: frozenset({S.CREDITED}),
}


class Standing(StrEnum):
    """How an invoice stands on a day: what lists and pages show."""

    DRAFT = auto()
    OPEN = auto()
    PARTLY_PAID = auto()
    OVERDUE = auto()
    PAID = auto()
    CREDITED = auto()
    TO_REFUND = auto()
    CREDIT_NOTE = auto()
    CANCELLED = auto()


METHODS = ("Bank transfer", "Card", "Direct debit", "Cheque", "Cash")  # how money arrives
