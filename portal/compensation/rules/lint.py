"""What is worth a second look before a plan is approved, and the curve it makes."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from ..states import Interval, Kind
from .curve import Curve, curve_of
from .engine import MONTHS
from .plan import HUNDRED, ZERO, Component, Plan

CENT = Decimal("0.01")
CLOSE = Decimal("0.005")  # of the target incentive: nearer than this is equal
TOP = Decimal("1.5")  # how far beyond the quota the curve is drawn
STEPS = 30


class Finding(NamedTuple):
    """`bad`: somebody would be paid less for selling more, or nothing like the target."""

    component: str
    text: str
    bad: bool = False


class Point(NamedTuple):
    """Attainment (1 is the quota) and what the year pays there."""

    attained: Decimal
    pays: Decimal


def lint(plan: Plan, target: Decimal, quota: Decimal) -> list[Finding]:
    """For a person with this target incentive and quota of a year."""
    found: list[Finding] = []
    weights = sum((c.weight for c in plan.components if c.kind != Kind.SPIF), ZERO)
    if weights != HUNDRED:
        found.append(Finding("", f"The weights of the components add up to {weights.normalize():f} %, not to 100 %."))
    at_quota = at(plan, Decimal(1), target, quota)
    if abs(at_quota - target) > target * CLOSE:
        share = f", {(at_quota * HUNDRED / target).quantize(CENT, ROUND_HALF_UP)} % of it" if target else ""
        said = f"At 100 % of the quota a year pays {money(at_quota)}; the target incentive is {money(target)}{share}."
        found.append(Finding("", said, bad=True))
    for component in plan.components:
        if component.tiers:
            found += _cliffs(component, *of_interval(component, target, quota))
    return found


def money(amount: Decimal) -> str:
    return f"{amount.quantize(CENT, ROUND_HALF_UP):,}"


def of_interval(component: Component, target: Decimal, quota: Decimal) -> tuple[Curve, Decimal]:
    """Its curve and quota in one interval, with the gate open."""
    months = Decimal(MONTHS.get(component.interval, 12))
    share = target * component.weight / HUNDRED * months / 12
    return curve_of(component, target=share, quota=quota * months / 12), quota * months / 12


def at(plan: Plan, attained: Decimal, target: Decimal, quota: Decimal) -> Decimal:
    """What a year pays at an attainment that is the same in all its intervals. Objectives count as reached; SPIFs do not."""
    total = ZERO
    for component in plan.components:
        if component.kind == Kind.MBO:
            total += target * component.weight / HUNDRED
        elif component.tiers:
            curve, part = of_interval(component, target, quota)
            total += curve.pays(part * attained) * 12 / MONTHS.get(component.interval, 12)
    return total


def _cliffs(component: Component, curve: Curve, quota: Decimal) -> list[Finding]:
    found = []
    for tier in curve.tiers[1:]:
        jump = curve.pays(tier.start) - curve.pays(tier.start - CENT)
        step = tier.start * curve.rate_at(tier.start) / HUNDRED
        if component.interval == Interval.TRANSACTION or abs(jump) <= max(step * CLOSE, CENT):
            continue
        where = (
            f"{(tier.start * HUNDRED / quota).quantize(CENT).normalize():f} % of the quota"
            if quota
            else money(tier.start)
        )
        verb = "jumps" if jump > 0 else "falls"
        found.append(Finding(component.name, f"Cliff: at {where} the payout {verb} by {money(abs(jump))}.", jump < 0))
    return found


def curve_points(plan: Plan, target: Decimal, quota: Decimal) -> list[Point]:
    """The curve of the plan from nothing to one and a half quotas, with both sides of every boundary."""
    places = {TOP * step / STEPS for step in range(STEPS + 1)} | {Decimal(1)}
    for component in plan.components:
        curve, part = of_interval(component, target, quota)
        for tier in curve.tiers[1:]:
            if part and tier.start <= part * TOP:
                places |= {tier.start / part, max((tier.start - CENT) / part, ZERO)}
    return [Point(place, at(plan, place, target, quota)) for place in sorted(places)]
