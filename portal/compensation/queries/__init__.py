"""Reading plans, pay and what it is made of."""

from .future import Future, OpenDeal, Supposed, future_commissions, open_deals, supposed, would_pay
from .ledger import span, year_start
from .mine import (
    Desk,
    Standing,
    desk_of,
    my_desks,
    recent_lines,
    standings,
)
from .people import POLICY, managers_see_pay, member_of, members, of_plan, participant, participations, versions_on
from .periods import (
    PeriodRow,
    adjustments_in,
    adjustments_of,
    changeable_period,
    currency_of,
    dispute,
    disputes,
    disputes_of,
    draws_of,
    has_objectives,
    is_line_of,
    line,
    lines_in,
    lines_of,
    objectives_of,
    open_disputes,
    own_participation,
    own_statement,
    payable_before,
    payroll,
    period,
    period_before,
    periods,
    problems_in,
    running_work,
    statement,
    statement_to_print,
    statements_in,
    statements_of,
    unprinted,
    version_behind,
)
from .plans import (
    Check,
    Cost,
    PlanRow,
    check_of,
    cost_of,
    current,
    findings_of,
    plan,
    plan_version,
    plans,
    version_to_accept,
)
from .recognition import Leader, is_hidden, leaderboard

__all__ = [
    "POLICY", "Check", "Cost", "Desk", "Future", "Leader", "OpenDeal", "PeriodRow", "PlanRow", "Standing",
    "Supposed", "adjustments_in", "adjustments_of", "changeable_period", "check_of", "cost_of", "currency_of",
    "current", "desk_of", "dispute", "disputes", "disputes_of", "draws_of", "findings_of", "future_commissions",
    "has_objectives", "is_hidden", "is_line_of", "leaderboard", "line", "lines_in", "lines_of", "managers_see_pay",
    "member_of", "members", "my_desks", "objectives_of", "of_plan", "open_deals", "open_disputes",
    "own_participation", "own_statement", "participant", "participations", "payable_before", "payroll", "period",
    "period_before", "periods", "plan", "plan_version", "plans", "problems_in", "recent_lines", "running_work",
    "span", "standings", "statement", "statement_to_print", "statements_in", "statements_of", "supposed",
    "unprinted", "version_behind", "version_to_accept", "versions_on", "would_pay", "year_start",
]  # fmt: skip
