"""The balance index: how evenly potential, workload and own sales are spread over the territories."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

MEASURES = ("potential", "workload", "revenue")
WEIGHTS = {"potential": 50, "workload": 30, "revenue": 20}  # percent; equal potential counts more than equal numbers


class Load(NamedTuple):
    """What lies in a territory, or with one account."""

    accounts: int = 0
    pipeline: Decimal = Decimal(0)  # open opportunities
    revenue: Decimal = Decimal(0)  # ordered in the last 12 months
    potential: Decimal = Decimal(0)  # what the companies turn over in a year
    workload: int = 0  # touches a year that the cadence asks for

    def plus(self, other: "Load") -> "Load":
        return Load(*(a + b for a, b in zip(self, other, strict=True)))


@dataclass(frozen=True)
class Balance:
    """`loads`: territory -> its load against the mean, 1.0 is the mean. `weights`: what counted, in percent."""

    index: float
    loads: Mapping[int, float]
    weights: Mapping[str, float]
    distance: float  # the mean distance from the mean, as a share of it

    @property
    def shown(self) -> int:
        return round(self.index)


def weigh(total: Load) -> dict[str, float]:
    """The share of each measure; one that is nowhere known does not count, the others count for more."""
    known = {name: WEIGHTS[name] for name in MEASURES if getattr(total, name) > 0}
    return {name: weight / sum(known.values()) for name, weight in known.items()}


def balance(territories: Mapping[int, Load]) -> Balance:
    """100 x (1 - sum of distances from the mean load / the largest sum there can be).

    The load of a territory is the weighted mean of its potential, workload and revenue, each as a multiple of the mean of
    all territories. The largest sum, when one of n territories carries everything, is 2 (n - 1).
    """
    total, n = Load(), len(territories)
    for one in territories.values():
        total = total.plus(one)
    weights = weigh(total)
    if n < 2 or not weights:
        return Balance(100.0, dict.fromkeys(territories, 1.0), {k: 100 * w for k, w in weights.items()}, 0.0)
    scale = {name: n * weight / float(getattr(total, name)) for name, weight in weights.items()}
    loads = {
        key: sum(float(getattr(one, name)) * factor for name, factor in scale.items())
        for key, one in territories.items()
    }
    off = sum(abs(load - 1) for load in loads.values())
    index = 100 * (1 - off / (2 * (n - 1)))
    return Balance(max(index, 0.0), loads, {k: 100 * w for k, w in weights.items()}, off / n)
