"""The pay arithmetic, pure: plan terms, rate tables, credits to earnings, splits, draws, the plan linter, the CLI's trial."""

from .curve import Curve, Slice, base_rate, curve_of
from .engine import MONTHS, Credit, Earned, Paid, Person, Sofar, counts, earn, interval_of
from .lint import Finding, Point, at, curve_points, lint
from .pay import Draw, Payout, pay_out
from .plan import Component, Gate, Plan, Tier, parse, read_json, refusal

__all__ = [
    "MONTHS", "Component", "Credit", "Curve", "Draw", "Earned", "Finding", "Gate", "Paid", "Payout", "Person",
    "Plan", "Point", "Slice", "Sofar", "Tier", "at", "base_rate", "counts", "curve_of", "curve_points", "earn",
    "interval_of", "lint", "parse", "pay_out", "read_json", "refusal",
]  # fmt: skip
