"""Reading every area: my work, the dashboard, search, the audit, the state of the system."""

from . import audience as audience
from . import measures as measures
from .attribution import Asset, Deal, Return, assets, deals, deals_seen, returns
from .channels import Result, channel_results
from .dashboard import PERIODS, Figures, dashboard, period_of
from .search import Group, found
from .system import TRAIL, counts, database_answers, dead_entries, heartbeats, oldest_wait
from .work import AtRisk, Own, at_risk, own, since, work

__all__ = [
    "PERIODS",
    "TRAIL",
    "Asset",
    "AtRisk",
    "Deal",
    "Figures",
    "Group",
    "Own",
    "Result",
    "Return",
    "assets",
    "at_risk",
    "channel_results",
    "counts",
    "database_answers",
    "dashboard",
    "dead_entries",
    "deals",
    "deals_seen",
    "found",
    "heartbeats",
    "oldest_wait",
    "own",
    "period_of",
    "returns",
    "since",
    "work",
]
