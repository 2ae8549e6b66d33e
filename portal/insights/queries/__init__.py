"""Reading every area: my work, the dashboard, search, the audit, the state of the system."""

from . import attendance as attendance
from . import audience as audience
from . import measures as measures
from . import responses as responses
from .attribution import Asset, Deal, Return, assets, deals, deals_seen, returns
from .beside import AtRisk, Own, at_risk, own, since
from .channels import Result, channel_results
from .clicks import HeatMap, Spot, block_names, heat_map
from .conversions import HoldOut, hold_out
from .dashboard import PERIODS, Figures, dashboard, period_of
from .invitations import Invitation, funnel, invitations
from .mailings import Mailing, Report, by_month, by_topic, performance, ranked_mailings, report, together
from .recipients import RECIPIENTS
from .search import Group, found
from .system import TRAIL, counts, database_answers, dead_entries, heartbeats, oldest_wait
from .work import work

__all__ = [
    "PERIODS",
    "RECIPIENTS",
    "TRAIL",
    "Asset",
    "AtRisk",
    "Deal",
    "Figures",
    "Group",
    "HeatMap",
    "HoldOut",
    "Invitation",
    "Mailing",
    "Own",
    "Report",
    "Result",
    "Return",
    "assets",
    "Spot",
    "at_risk",
    "block_names",
    "by_month",
    "by_topic",
    "channel_results",
    "counts",
    "dashboard",
    "database_answers",
    "dead_entries",
    "deals",
    "deals_seen",
    "found",
    "heartbeats",
    "funnel",
    "heat_map",
    "hold_out",
    "invitations",
    "oldest_wait",
    "own",
    "performance",
    "period_of",
    "returns",
    "ranked_mailings",
    "report",
    "since",
    "together",
    "work",
]
