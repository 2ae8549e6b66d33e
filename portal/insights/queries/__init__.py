"""Reading every area: my work, the dashboard, search, the audit, the state of the system."""

from . import measures as measures
from .dashboard import Figures, dashboard, period_of
from .search import Group, found
from .system import TRAIL, counts, database_answers, dead_entries, heartbeats, oldest_wait
from .work import AtRisk, Own, at_risk, own, since, work

__all__ = [
    "TRAIL",
    "AtRisk",
    "Figures",
    "Group",
    "Own",
    "at_risk",
    "counts",
    "database_answers",
    "dashboard",
    "dead_entries",
    "found",
    "heartbeats",
    "oldest_wait",
    "own",
    "period_of",
    "since",
    "work",
]
