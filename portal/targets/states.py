"""What is measured, the parts of a target tree, the lengths of periods, and the states of a plan version."""

from enum import StrEnum, auto


class Metric(StrEnum):
    BOOKINGS = auto()
    INVOICED = auto()
    COLLECTED = auto()
    MARGIN = auto()
    NEW_CUSTOMERS = auto()
    DEALS = auto()

    @property
    def is_money(self) -> bool:
        """Counts are whole numbers."""
        return self not in (Metric.NEW_CUSTOMERS, Metric.DEALS)


class Span(StrEnum):
    MONTH = auto()
    QUARTER = auto()
    HALF = auto()
    YEAR = auto()

    @property
    def months(self) -> int:
        return {"month": 1, "quarter": 3, "half": 6, "year": 12}[self.value]


class NodeKind(StrEnum):
    COMPANY = auto()
    UNIT = auto()
    TEAM = auto()
    TERRITORY = auto()
    POSITION = auto()


class PlanState(StrEnum):
    DRAFT = auto()
    SUBMITTED = auto()
    APPROVED = auto()
    SUPERSEDED = auto()


S = PlanState
MOVES = {
    S.DRAFT: frozenset({S.SUBMITTED}),
    S.SUBMITTED: frozenset({S.DRAFT, S.APPROVED}),
    S.APPROVED: frozenset({S.SUPERSEDED}),
}
