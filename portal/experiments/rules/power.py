"""How many people a test needs, and what so many people can show. Two-sided, pooled two-proportion z-test."""

from math import sqrt
from statistics import NormalDist

Z = NormalDist().inv_cdf
LOOKING_ALWAYS = 1.8  # times as many people are needed to be as sure of finding a difference with `effects.sequential`


def needed(rate: float, other: float, *, power: float = 0.8, alpha: float = 0.05, comparisons: int = 1) -> int:
    """People per arm to tell `other` from `rate`; `alpha` is divided among the comparisons (Bonferroni)."""
    middle = (rate + other) / 2
    if rate == other or not 0 < middle < 1:
        raise ValueError("two different rates between 0 and 1")
    chance = Z(1 - alpha / comparisons / 2) * sqrt(2 * middle * (1 - middle))
    miss = Z(power) * sqrt(rate * (1 - rate) + other * (1 - other))
    return round(((chance + miss) / (other - rate)) ** 2)


def detectable(rate: float, people: int, *, power: float = 0.8, alpha: float = 0.05, comparisons: int = 1) -> float:
    """The smallest increase over `rate` that so many people per arm are likely to show; what is left to 1 at most."""
    low, high = 0.0, 1 - rate
    for _ in range(50):
        middle = (low + high) / 2
        enough = middle > 0 and needed(rate, rate + middle, power=power, alpha=alpha, comparisons=comparisons) <= people
        low, high = (low, middle) if enough else (middle, high)
    return high
