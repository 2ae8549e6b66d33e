"""Reading plans, pay and what it is made of."""

from .ledger import span
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
    is_line_of,
    line,
    lines_in,
    lines_of,
    objectives_of,
    open_disputes,
    own_participation,
    own_statement,
    payable_before,
    period,
    period_before,
    periods,
    problems_in,
    statement,
    statements_in,
    statements_of,
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

__all__ = [
    "POLICY", "Check", "Cost", "PeriodRow", "PlanRow", "adjustments_in", "adjustments_of", "changeable_period", "check_of",
    "cost_of", "currency_of", "current", "dispute", "disputes", "disputes_of", "findings_of", "is_line_of", "line",
    "lines_in", "lines_of", "managers_see_pay", "member_of", "members", "objectives_of", "of_plan", "open_disputes",
    "own_participation", "own_statement", "participant", "participations", "payable_before", "period", "period_before",
    "periods", "plan", "plan_version", "plans", "problems_in", "span", "statement", "statements_in", "statements_of",
    "version_behind", "version_to_accept", "versions_on",
]  # fmt: skip
