"""What makes work urgent, and how the figures of a mailing are meant."""

from .mailings import FUNNEL, RATES, Figures, Rate
from .work import (
    Points,
    WorkItem,
    answer_points,
    days_text,
    due_points,
    expected,
    lateness,
    ranked,
    worth_points,
)

__all__ = [
    "FUNNEL", "RATES", "Figures", "Points", "Rate", "WorkItem", "answer_points", "days_text", "due_points",
    "expected", "lateness", "ranked", "worth_points",
]  # fmt: skip
