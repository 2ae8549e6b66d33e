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
        return Load(
            self.accounts + other.accounts,
            self.pipeline + other.pipeline,
            self.revenue + other.revenue,
            self.potential + other.potential,
            self.workload + other.workload,
        )


@dataclass(frozen=True)
class Balance:
    """`carried`: territory -> what it carries, in means per person; `shares`: the same per person there, 1.0 is the mean.
    `weights`: what counted, in percent. `distance`: the mean distance from the mean, as a share of it."""

    index: float
    carried: Mapping[int, float]
    shares: Mapping[int, float]
    weights: Mapping[str, float]
    distance: float

    @property
    def shown(self) -> int:
        return round(self.index)


def weigh(total: Load) -> dict[str, float]:
    """The share of each measure; one that is nowhere known does not count, the others count for more."""
    known = {name: WEIGHTS[name] for name in MEASURES if getattr(total, name) > 0}
    return {name: weight / sum(known.values()) for name, weight in known.items()}


def units_of(total: Load, people: float) -> dict[str, float]:
    """Measure -> the factor that turns it into means per person, weighted."""
    return {name: people * weight / float(getattr(total, name)) for name, weight in weigh(total).items()}


def carries(load: Load, factors: Mapping[str, float]) -> float:
    return sum(float(getattr(load, name)) * factor for name, factor in factors.items())


def most_off(staff: Mapping[int, float]) -> float:
    """The sum of distances when the territory with the fewest people carries everything."""
    return 2 * (sum(staff.values()) - min(staff.values()))


def balance(territories: Mapping[int, Load], staff: Mapping[int, float]) -> Balance:
    """100 x (1 - sum of distances from the mean load / the largest sum there can be).

    The load of a territory is the weighted mean of its potential, workload and revenue, each against what one person
    carries on average; it is as far off as it differs from the number of people there (`staff`).
    """
    total = Load()
    for one in territories.values():
        total = total.plus(one)
    factors = units_of(total, sum(staff.values()))
    weights = {name: 100 * weight for name, weight in weigh(total).items()}
    if len(territories) < 2 or not factors:
        return Balance(100.0, dict(staff), dict.fromkeys(territories, 1.0), weights, 0.0)
    carried = {key: carries(one, factors) for key, one in territories.items()}
    off = sum(abs(carried[key] - staff[key]) for key in territories)
    index = max(100 * (1 - off / most_off(staff)), 0.0)
    return Balance(index, carried, {k: carried[k] / staff[k] for k in territories}, weights, off / sum(staff.values()))
