"""How far the strategy is, whether it works, and whether there are people enough for it."""

from .benefits import Alignment, Quarter, Rewards, Share, alignment, productivity, rewards
from .capacity import CapacityPlan, Carrier, Team, capacity, scenario, scenarios
from .findings import Finding, findings
from .steps import Gap, Status, blockers, step_row, steps

__all__ = [
    "Alignment",
    "CapacityPlan",
    "Carrier",
    "Finding",
    "Gap",
    "Quarter",
    "Rewards",
    "Share",
    "Status",
    "Team",
    "alignment",
    "blockers",
    "capacity",
    "findings",
    "productivity",
    "rewards",
    "scenario",
    "scenarios",
    "step_row",
    "steps",
]
