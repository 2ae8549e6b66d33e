"""Plans and who is on them; periods, earnings and statements."""

from .pay import (
    Adjustment,
    Dispute,
    Earning,
    ObjectiveResult,
    PayoutPeriod,
    Recognition,
    Statement,
)
from .plans import CompensationPlan, Draw, PlanParticipant, PlanVersion

__all__ = [
    "Adjustment",
    "CompensationPlan",
    "Dispute",
    "Draw",
    "Earning",
    "ObjectiveResult",
    "PayoutPeriod",
    "PlanParticipant",
    "PlanVersion",
    "Recognition",
    "Statement",
]
