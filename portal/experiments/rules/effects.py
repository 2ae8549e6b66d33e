"""The difference between two rates, with an interval.

`fixed` holds for one look at a time named beforehand: Newcombe's score interval (Statistics in Medicine 17, 1998, no. 10).

`sequential` holds for all looks together: a confidence sequence from a beta-binomial mixture, as in Lindon and Malek,
"Anytime-valid inference for multinomial count data" (NeurIPS 2022). It looks only at which arm each hit fell to: without
a difference that is like drawing from the arms by their size, whenever and in whatever order the hits come. By Ville's
inequality the mixture's likelihood ratio ever exceeds 1/alpha with a chance of at most alpha, so one may look, and stop,
at any time. It is only tuned, not made valid, by `TUNED`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt

from .power import Z

TUNED = (5.0, 100.0)  # hits that the two halves of the mixture are worth: for large and for small differences


@dataclass(frozen=True)
class Arm:
    label: str
    people: int
    hits: int

    @property
    def rate(self) -> float:
        return self.hits / self.people if self.people else 0.0


@dataclass(frozen=True)
class Effect:
    """Rate of `better` less rate of `other`, as shares (0.01 is one point)."""

    better: str
    other: str
    difference: float
    low: float
    high: float

    @property
    def clear(self) -> bool:
        return self.low > 0 or self.high < 0


def fixed(better: Arm, other: Arm, alpha: float) -> Effect:
    low, high = _wilson(better, alpha)
    other_low, other_high = _wilson(other, alpha)
    difference = better.rate - other.rate
    down = sqrt((better.rate - low) ** 2 + (other_high - other.rate) ** 2)
    up = sqrt((high - better.rate) ** 2 + (other.rate - other_low) ** 2)
    return Effect(better.label, other.label, difference, max(difference - down, -1.0), min(difference + up, 1.0))


def _wilson(arm: Arm, alpha: float) -> tuple[float, float]:
    if not arm.people:
        return 0.0, 1.0
    z, n = Z(1 - alpha / 2), arm.people
    middle = (arm.rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(arm.rate * (1 - arm.rate) / n + z * z / (4 * n * n))
    return middle - half, middle + half


def sequential(better: Arm, other: Arm, alpha: float) -> Effect:
    difference = better.rate - other.rate
    hits, people = better.hits + other.hits, better.people + other.people
    if not hits or not better.people or not other.people:
        return Effect(better.label, other.label, difference, -1.0, 1.0)
    low, high = _share_of_hits(better.hits, other.hits, better.people / people, log(1 / alpha))
    return Effect(
        better.label,
        other.label,
        difference,
        _difference(low, hits, better.people, other.people),
        _difference(high, hits, better.people, other.people),
    )


def _share_of_hits(mine: int, others: int, expected: float, bound: float) -> tuple[float, float]:
    """The shares of all hits that the mixture does not rule out; `expected` is the share without a difference."""
    parts = [
        _log_beta(worth * expected + mine, worth * (1 - expected) + others)
        - _log_beta(worth * expected, worth * (1 - expected))
        for worth in TUNED
    ]
    highest = max(parts)
    mixture = highest + log(sum(exp(part - highest) for part in parts) / len(parts))

    def ruled_out(share: float) -> bool:
        if (mine and share <= 0) or (others and share >= 1):
            return True
        likelihood = (mine * log(share) if mine else 0.0) + (others * log(1 - share) if others else 0.0)
        return mixture - likelihood >= bound

    middle = mine / (mine + others)
    return _edge(0.0, middle, ruled_out), _edge(1.0, middle, ruled_out)


def _edge(outside: float, inside: float, ruled_out: Callable[[float], bool]) -> float:
    if not ruled_out(outside):
        return outside
    for _ in range(50):
        middle = (outside + inside) / 2
        outside, inside = (middle, inside) if ruled_out(middle) else (outside, middle)
    return outside


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _difference(share: float, hits: int, people: int, others: int) -> float:
    """What the rates would differ by if this were the share of all hits."""
    return max(-1.0, min(share * hits / people - (1 - share) * hits / others, 1.0))
