"""What people can carry month by month, and figures about figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil, floor, log10, sqrt
from statistics import median

from portal.targets.rules import ZERO, Period, carried

Months = list[Decimal]


@dataclass(frozen=True)
class Stay:
    """Somebody in a position, or to come: from a day, until a day (exclusive) or further notice."""

    since: date
    until: date | None
    ramp: Sequence[int]

    def carries(self, amount: Decimal, month: Period) -> Decimal:
        """Of the full amount of the month: the share of its days seated, times the ramp."""
        full = carried(amount, month, self.since, self.ramp)
        if self.until is None or self.until >= month.ends_on or not full:
            return full
        first = max(self.since, month.starts_on)
        return full * max((self.until - first).days, 0) / (month.ends_on - first).days


def together(several: Sequence[Sequence[Decimal]]) -> Months:
    """Month by month."""
    return [sum(column, ZERO) for column in zip(*several, strict=True)] if several else [ZERO] * 12


def spread(year: Decimal, season: Sequence[Decimal]) -> Months:
    """A year's number over the months in proportion to a season; evenly when there is none."""
    whole = sum(season, ZERO)
    return [year * share / whole for share in season] if whole else [year / 12] * 12


def typical(years: Sequence[Decimal]) -> Decimal:
    """The middle one: what a colleague in the same team answers for."""
    found = [one for one in years if one]
    return Decimal(median(found)) if found else ZERO


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Pearson's r from -1 to 1; None for fewer than three pairs or when one side does not vary."""
    if len(pairs) < 3:
        return None
    mean_x, mean_y = (sum(side) / len(pairs) for side in zip(*pairs, strict=True))
    together_ = sum((x - mean_x) * (y - mean_y) for x, y in pairs)
    apart = sqrt(sum((x - mean_x) ** 2 for x, _ in pairs) * sum((y - mean_y) ** 2 for _, y in pairs))
    return together_ / apart if apart else None


def axis(most: Decimal) -> tuple[int, int]:
    """A round top at or above the figure, and the step of its grid: four or five lines."""
    if most <= 0:
        return 1, 1
    unit = 10 ** floor(log10(float(most) / 4))
    step = next(int(unit * n) or 1 for n in (1, 2, 2.5, 5, 10) if unit * n * 4 >= float(most) or n == 10)
    return step * -(-ceil(most) // step), step
