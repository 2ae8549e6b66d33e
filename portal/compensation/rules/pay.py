"""From what was earned to what is paid: draws, guarantees and what is still owed."""

from dataclasses import dataclass
from decimal import Decimal

from portal.kernel.money import round_to

from ..states import DrawKind
from .plan import HUNDRED, ZERO


@dataclass(frozen=True)
class Draw:
    """What a person gets at least in a period. `recovery`: percent of earnings above it that go to the balance."""

    kind: DrawKind
    amount: Decimal
    recovery: Decimal = HUNDRED


@dataclass(frozen=True)
class Payout:
    """due = earned + adjusted; paid = due + topped_up - recovered. `balance` is what the person owes afterwards."""

    due: Decimal
    topped_up: Decimal
    recovered: Decimal
    paid: Decimal
    balance: Decimal


def pay_out(due: Decimal, balance: Decimal, draw: Draw | None, currency: str) -> Payout:
    """Nobody pays back through the payroll: what is below zero is owed, and later earnings are kept for it."""
    least = draw.amount if draw else ZERO
    if due < least:
        lent = least - due if draw and draw.kind == DrawKind.RECOVERABLE else max(-due, ZERO)
        return Payout(due, least - due, ZERO, least, balance + lent)
    share = draw.recovery if draw else HUNDRED
    recovered = min(balance, round_to((due - least) * share / HUNDRED, currency))
    return Payout(due, ZERO, recovered, due - recovered, balance - recovered)
