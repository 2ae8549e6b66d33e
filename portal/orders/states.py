"""States of an order."""

from enum import StrEnum, auto


class OrderState(StrEnum):
    PLACED = auto()
    FULFILLED = auto()
    INVOICED = auto()
    CANCELLED = auto()


S = OrderState
MOVES = {
    S.PLACED: frozenset({S.FULFILLED, S.INVOICED, S.CANCELLED}),
    S.FULFILLED: frozenset({S.INVOICED}),
}
