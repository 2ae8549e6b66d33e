"""What components are made of, and the states of plan versions, payout periods and disputes."""

from enum import StrEnum, auto


class Kind(StrEnum):
    """Commission pays a rate on credits, a bonus for attainment, a SPIF per credit, an MBO for objectives reached."""

    COMMISSION = auto()
    BONUS = auto()
    SPIF = auto()
    MBO = auto()


class Measure(StrEnum):
    """What is credited: orders, issued invoices, money received, or the margin of issued invoices."""

    BOOKED = auto()
    INVOICED = auto()
    PAID = auto()
    MARGIN = auto()


class Role(StrEnum):
    """Direct: own deals and revenue splits. Overlay: support. Roll-up: what the positions below are credited directly."""

    DIRECT = auto()
    OVERLAY = auto()
    ROLLUP = auto()


class Method(StrEnum):
    """Flat: the tier reached sets one rate for all. Marginal: each slice its own. Interpolated: flat, gliding in a tier."""

    FLAT = auto()
    MARGINAL = auto()
    INTERPOLATED = auto()


class Basis(StrEnum):
    """What tiers count in: money, or percent of the quota."""

    AMOUNT = auto()
    ATTAINMENT = auto()


class Interval(StrEnum):
    """Where adding up begins anew; a transaction stands on its own."""

    TRANSACTION = auto()
    MONTH = auto()
    QUARTER = auto()
    YEAR = auto()


class Unit(StrEnum):
    """Of a commission's rates: percent of the credit, or times the base commission rate (target incentive / quota)."""

    PERCENT = auto()
    MULTIPLIER = auto()


class VersionState(StrEnum):
    DRAFT = auto()
    APPROVED = auto()
    SUPERSEDED = auto()


VERSION_MOVES = {
    VersionState.DRAFT: frozenset({VersionState.APPROVED}),
    VersionState.APPROVED: frozenset({VersionState.SUPERSEDED}),
}


class PeriodState(StrEnum):
    OPEN = auto()
    CALCULATED = auto()
    IN_REVIEW = auto()
    APPROVED = auto()
    LOCKED = auto()


P = PeriodState
PERIOD_MOVES = {
    P.OPEN: frozenset({P.CALCULATED}),
    P.CALCULATED: frozenset({P.OPEN, P.CALCULATED, P.IN_REVIEW}),
    P.IN_REVIEW: frozenset({P.CALCULATED, P.APPROVED}),
    P.APPROVED: frozenset({P.IN_REVIEW, P.LOCKED}),
}


class DrawKind(StrEnum):
    """A recoverable draw keeps a balance; the other two only top up."""

    RECOVERABLE = auto()
    NON_RECOVERABLE = auto()
    GUARANTEE = auto()


class AdjustmentKind(StrEnum):
    CORRECTION = auto()
    CLAWBACK = auto()
    SPIF = auto()
    BONUS = auto()
    EXCEPTION = auto()


class DisputeState(StrEnum):
    RAISED = auto()
    RESOLVED = auto()
    DECLINED = auto()


DISPUTE_MOVES = {DisputeState.RAISED: frozenset({DisputeState.RESOLVED, DisputeState.DECLINED})}
