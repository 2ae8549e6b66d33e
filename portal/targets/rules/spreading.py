"""Spreading a number: over children by a method, over months by the season; and what a newcomer carries of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portal.kernel.errors import Refused
from portal.kernel.money import digits, spread_by

from ..states import Metric
from .calendar import ZERO, Period, add_months

HUNDRED = Decimal(100)
ONE = Decimal(1)


class Method(StrEnum):
    """How a number is shared among those below."""

    EQUAL = "equal"
    HISTORY = "history"
    LAST_YEAR = "last_year"
    POTENTIAL = "potential"
    SHARES = "shares"


METHODS: Mapping[Method, str] = {
    Method.EQUAL: "Equal parts",
    Method.HISTORY: "By what each achieved in the last four quarters",
    Method.LAST_YEAR: "By each one's share of last year's targets",
    Method.POTENTIAL: "By potential: yearly revenue of the accounts",
    Method.SHARES: "By percentages that I give",
}


def unit_of(metric: Metric, currency: str) -> Decimal:
    """The smallest amount of a metric: a cent, or one customer."""
    return ONE.scaleb(-digits(currency)) if metric.is_money else ONE


def check_amount(amount: Decimal, metric: Metric, currency: str, field: str) -> None:
    """Raises Refused, naming the field."""
    if amount < 0:
        raise Refused("target.negative", "A target cannot be negative.", field)
    if amount % unit_of(metric, currency):
        smallest = f"{digits(currency)} decimal places in {currency}" if metric.is_money else "no decimal places"
        raise Refused("target.too_fine", f"This has more than {smallest}.", field)


def shared(total: Decimal, weights: Sequence[Decimal], unit: Decimal) -> list[Decimal]:
    """In proportion to the weights, adding up exactly; in equal parts where nobody has any weight."""
    return spread_by(total, weights if any(weights) else [ONE] * len(weights), unit) if weights else []


def over_months(months: Sequence[Decimal], weights: Sequence[Sequence[Decimal]], unit: Decimal) -> list[list[Decimal]]:
    """Each month shared by its own weights (one per part): every month adds up exactly, and over the year nobody is more
    than a unit away from their share. Returns the months of each part."""
    parts = len(weights[0]) if weights else 0
    due, given = [ZERO] * parts, [0] * parts
    found: list[list[Decimal]] = [[] for _ in range(parts)]
    for amount, of_month in zip(months, weights, strict=True):
        units = int(amount / unit)
        shares = of_month if any(of_month) else [ONE] * parts
        due = [one + units * share / sum(shares) for one, share in zip(due, shares, strict=True)]
        got = _units([max(one - had, ZERO) for one, had in zip(due, given, strict=True)], units)
        given = [had + more for had, more in zip(given, got, strict=True)]
        for part, more in zip(found, got, strict=True):
            part.append(more * unit)
    return found


def _units(wanted: Sequence[Decimal], units: int) -> list[int]:
    """Whole units near what is wanted, `units` of them together: first to those who lack most."""
    got = [int(one) for one in wanted]
    while sum(got) > units:
        most = min((i for i, n in enumerate(got) if n), key=lambda i: wanted[i] - got[i])
        got[most] -= 1
    while sum(got) < units:
        most = max(range(len(got)), key=lambda i: wanted[i] - got[i])
        got[most] += 1
    return got


def even_season() -> list[Decimal]:
    """Twelve percentages that add up to 100."""
    return spread_by(HUNDRED, [ONE] * 12, Decimal("0.01"))


def check_season(percents: Sequence[Decimal]) -> None:
    """Raises Refused, naming the field."""
    for place, percent in enumerate(percents):
        if percent < 0:
            raise Refused("season.negative", "A share cannot be negative.", f"month_{place}")
    if len(percents) != 12 or sum(percents) != HUNDRED:
        raise Refused("season.sum", f"The twelve months add up to {sum(percents)} %, not 100 %.", "month_11")


def check_shares(percents: Mapping[str, Decimal]) -> None:
    """Raises Refused, naming the last field."""
    for name, percent in percents.items():
        if percent < 0:
            raise Refused("shares.negative", "A share cannot be negative.", name)
    if sum(percents.values()) != HUNDRED:
        last = list(percents)[-1] if percents else "method"
        raise Refused("shares.sum", f"The shares add up to {sum(percents.values())} %, not 100 %.", last)


def months_in_seat(since: date, month: date) -> int:
    """How many months somebody had been there when the month began; the month of the start is 0."""
    return max(12 * (month.year - since.year) + month.month - since.month, 0)


def carried(amount: Decimal, month: Period, since: date | None, ramp: Sequence[int]) -> Decimal:
    """What the person in the seat answers for: the days seated of the month, times the ramp (percent of the first, second
    ... month; then all)."""
    if since is None or since >= month.ends_on:
        return ZERO
    seated = Period(max(since, month.starts_on), month.ends_on, "").share_of(month)
    months = months_in_seat(since, month.starts_on)
    return amount * seated * (Decimal(ramp[months]) / HUNDRED if months < len(ramp) else 1)


def months_of(first: date) -> list[date]:
    """The first days of the twelve months of a year."""
    return [add_months(first, i) for i in range(12)]
