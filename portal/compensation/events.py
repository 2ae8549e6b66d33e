"""What other parts hear of incentive pay."""

from dataclasses import dataclass

from portal.kernel.outbox import Event


@dataclass(frozen=True)
class PeriodLocked(Event):
    """A payout period has its final statements: tell people."""

    period_id: int


@dataclass(frozen=True)
class StatementLocked(Event):
    """Print it."""

    statement_id: int
