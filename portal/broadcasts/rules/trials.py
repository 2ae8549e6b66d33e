"""A test of variants: what it compares, when it is looked at, and what it says in words."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from portal.experiments.rules import Arm, Effect, Verdict
from portal.experiments.states import Method, Outcome

from ..states import Metric

LOOKS = 48  # over the time of a test, so that it costs the same however long it lasts
METRICS: Mapping[Metric, tuple[str, str]] = {  # name, what its hits did
    Metric.CLICKS: ("Clicks by people", "clicked"),
    Metric.OPENS: ("Openings by people", "opened"),
    Metric.REPLIES: ("Replies", "replied"),
    Metric.CONVERSIONS: ("Conversions", "converted"),
}
METHODS: Mapping[Method, str] = {
    Method.SEQUENTIAL: "As soon as it is clear",
    Method.FIXED: "Once, when the time is up",
}
OUTCOMES: Mapping[Outcome, tuple[str, str]] = {  # name, look of the badge
    Outcome.WINNER: ("Winner", "good"),
    Outcome.NO_DIFFERENCE: ("No clear difference", "none"),
    Outcome.NOT_ENOUGH: ("Not enough data", "warn"),
}


def pause_between_looks(hours: int) -> timedelta:
    return max(timedelta(hours=hours) / LOOKS, timedelta(minutes=1))


def in_points(share: float) -> str:
    """A difference of two rates: "+2.1 points"."""
    return f"{share * 100:+.1f} points".replace("-", "−")


def in_words(verdict: Verdict, arms: Sequence[Arm], metric: Metric, method: Method, minimum: int) -> str:
    """The verdict with its effect and interval, so that nobody has to trust a single word."""
    did = METRICS[metric][1]
    rates = ", ".join(f"{arm.label} {arm.rate:.1%} ({arm.hits:,} of {arm.people:,} {did})" for arm in arms)
    if verdict.outcome == Outcome.NOT_ENOUGH:
        return f"Not enough data: at least {minimum:,} delivered per variant were asked for. {rates}."
    shown = "; ".join(map(_effect, verdict.effects))
    sure = "however often one looks" if method == Method.SEQUENTIAL else "for one look at the agreed time"
    said = {
        Outcome.WINNER: f"{verdict.best} wins.",
        Outcome.NO_DIFFERENCE: "No clear difference.",
        None: "Nothing is decided yet.",
    }[verdict.outcome]
    return f"{said} {rates}. {shown}. The ranges hold with 95 % certainty for all comparisons together, {sure}."


def _effect(effect: Effect) -> str:
    low, high = (f"{edge * 100:+.1f}".replace("-", "−") for edge in (effect.low, effect.high))
    return f"{effect.better} against {effect.other}: {in_points(effect.difference)}, somewhere from {low} to {high}"
