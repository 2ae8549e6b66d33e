"""What is known about responsibility: care, transfers, rules, handover briefs, white space."""

from .brief import Brief, brief, history_of, team_of
from .care import LACKS, NEGLECTED, ORPHANS, Care, cadence, care, orphans, overdue
from .commissions import commissions
from .cover import Absence, absences
from .engagement import engagements, in_force
from .routing import Trial, assignment_rule, assignment_rules, away, dry_run, placements
from .transfers import (
    STATE_NAMES,
    TRANSFERS,
    Consequences,
    accounts_named,
    accounts_of,
    chosen,
    consequences,
    moved,
    planned_for,
    transfer_of,
)
from .whitespace import Gap, gaps

__all__ = [
    "LACKS", "NEGLECTED", "ORPHANS", "STATE_NAMES", "TRANSFERS", "Absence", "Brief", "Care", "Consequences", "Gap",
    "Trial", "absences", "accounts_named", "accounts_of", "assignment_rule", "assignment_rules", "away", "brief",
    "cadence", "care", "chosen", "commissions", "consequences", "dry_run", "engagements", "gaps", "history_of", "in_force",
    "moved", "orphans", "overdue", "placements", "planned_for", "team_of", "transfer_of",
]  # fmt: skip
