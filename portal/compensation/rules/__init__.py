"""The pay arithmetic, pure: plan terms, rate tables, credits to earnings, splits, draws, the plan linter, the CLI's trial."""

from .curve import Curve, Slice, base_rate, curve_of
from .engine import MONTHS, Credit, Earned, Paid, Person, Sofar, counts, earn, interval_of
from .pay import Draw, Payout, pay_out
from .plan import Component, Gate, Plan, Tier, parse, read_json, refusal

__all__ = [
    "MONTHS", "Component", "Credit", "Curve", "Draw", "Earned", "Gate", "Paid", "Payout", "Person", "Plan", "Slice",
    "Sofar", "Tier", "base_rate", "counts", "curve_of", "earn", "interval_of", "parse", "pay_out", "read_json", "refusal",
]  # fmt: skip
