"""What the credits of one interval pay together, as a function of their sum, and in slices that explain each step."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from ..states import Basis, Kind, Method, Unit
from .plan import HUNDRED, ZERO, Component, Tier


class Slice(NamedTuple):
    """A part of a credit, or of what was credited before it, at one rate. `tier` counts from 1."""

    tier: int
    amount: Decimal
    rate: Decimal  # percent of the amount; of a bonus, percent of the target incentive
    pays: Decimal
    earlier: bool = False  # earlier credits of the interval, whose rate changed


class Stretch(NamedTuple):
    """Sums from `start` to `end` (None: without end), the rate they are paid at, and what all sums below pay."""

    start: Decimal
    end: Decimal | None
    tier: int
    rate: Decimal
    below: Decimal = ZERO


Profile = tuple[Stretch, ...]  # from 0 on; what is below zero is paid as the first stretch


@dataclass(frozen=True)
class Curve:
    """`tiers` begin at sums of money and have rates in percent. `target`: what a bonus is a percentage of."""

    tiers: tuple[Tier, ...]
    method: Method
    target: Decimal | None = None
    cap: Decimal | None = None

    def pays(self, credited: Decimal) -> Decimal:
        """Together, not rounded."""
        if self.target is not None:
            paid = self.target * self.rate_at(credited) / HUNDRED
        else:
            profile = self._profile(credited)
            stretch = next((one for one in reversed(profile) if credited >= one.start), profile[0])
            paid = (stretch.below + (credited - stretch.start) * stretch.rate) / HUNDRED
        return paid if self.cap is None else min(paid, self.cap)

    def slices(self, before: Decimal, after: Decimal) -> list[Slice]:
        """What the step from `before` to `after` is made of, not rounded and not capped."""
        if self.target is not None:
            risen = self.rate_at(after) - self.rate_at(before)
            return [Slice(self.tier_at(after) + 1, after - before, risen, self.target * risen / HUNDRED)]
        then, now = self._profile(before), self._profile(after)
        kept, further, sign = min(before, after), max(before, after), 1 if after >= before else -1
        steps = _cut(now if sign > 0 else then, kept, further)
        own = [Slice(tier, sign * part, rate, sign * part * rate / HUNDRED) for tier, part, rate in steps]
        return own + [*_raised(then, now, kept)] if then != now and kept > 0 else own

    def tier_at(self, credited: Decimal) -> int:
        """Place of the last tier whose beginning is reached."""
        place = len(self.tiers) - 1
        while place and credited < self.tiers[place].start:
            place -= 1
        return place

    def rate_at(self, credited: Decimal) -> Decimal:
        """Percent that the sum has reached; where tiers are marginal, that the next credit pays."""
        tier = self.tiers[self.tier_at(credited)]
        if self.method != Method.INTERPOLATED or tier.rate_to is None or tier.end is None:
            return tier.rate
        share = (max(credited, tier.start) - tier.start) / (tier.end - tier.start)
        return tier.rate + (tier.rate_to - tier.rate) * share

    def _profile(self, credited: Decimal) -> Profile:
        """The rates of everything up to that sum and beyond it, as they stand when it is reached."""
        reached = self.tier_at(credited)
        if self.method == Method.INTERPOLATED:
            return (Stretch(ZERO, None, reached + 1, self.rate_at(credited)),)
        return self._profiles[reached]

    @cached_property
    def _profiles(self) -> tuple[Profile, ...]:
        """By the tier that is reached."""
        if self.method == Method.FLAT:
            return tuple((Stretch(ZERO, None, number, tier.rate),) for number, tier in enumerate(self.tiers, 1))
        found: list[Profile] = []
        for reached, tier in enumerate(self.tiers):
            found.append(self._unlocked_at(reached) if tier.retroactive or not found else found[-1])
        return tuple(found)

    def _unlocked_at(self, place: int) -> Profile:
        """From that tier on each its own rate; what lies below is paid at the rate of this one."""
        made = [Stretch(ZERO, self.tiers[place].end, place + 1, self.tiers[place].rate)]
        for number, tier in enumerate(self.tiers[place + 1 :], place + 2):
            last = made[-1]
            made.append(
                Stretch(tier.start, tier.end, number, tier.rate, last.below + (tier.start - last.start) * last.rate)
            )
        return tuple(made)


def _cut(profile: Profile, low: Decimal, high: Decimal) -> Iterator[tuple[int, Decimal, Decimal]]:
    """(tier, part, rate) of the stretches between low and high."""
    for place, (start, end, tier, rate, _) in enumerate(profile):
        bottom = max(low, start) if place else low
        top = high if end is None else min(high, end)
        if top > bottom:
            yield tier, top - bottom, rate


def _raised(then: Profile, now: Profile, kept: Decimal) -> Iterator[Slice]:
    """Earlier credits up to `kept`, where they are paid at another rate now."""
    edges = {one.start for one in (*then, *now) if 0 < one.start < kept}
    bounds = [ZERO, *sorted(edges), kept]
    for low, high in zip(bounds, bounds[1:], strict=False):
        (tier, part, rate), (_, _, was) = next(_cut(now, low, high)), next(_cut(then, low, high))
        if rate != was:
            yield Slice(tier, part, rate - was, part * (rate - was) / HUNDRED, earlier=True)


def curve_of(component: Component, *, target: Decimal, quota: Decimal | None, gate_open: bool = True) -> Curve:
    """The component for one person in one interval. `target` is its part of their target incentive there.

    `quota` must be known where the component needs one.
    """
    times = base_rate(target, quota) if component.unit == Unit.MULTIPLIER else Decimal(1)
    unit = (quota or ZERO) / HUNDRED if component.basis == Basis.ATTAINMENT else Decimal(1)
    most = component.gate.rate if component.gate and not gate_open else None

    def rate(value: Decimal | None) -> Decimal | None:
        value = value if value is None or most is None else min(value, most)
        return value if value is None else value * times

    tiers = tuple(
        replace(t, start=t.start * unit, end=t.end and t.end * unit, rate=rate(t.rate) or ZERO, rate_to=rate(t.rate_to))
        for t in component.tiers
    )
    caps = [component.cap] if component.cap is not None else []
    if component.cap_percent is not None:
        caps.append(target * component.cap_percent / HUNDRED)
    bonus = target if component.kind == Kind.BONUS else None
    return Curve(tiers, component.method, bonus, min(caps, default=None))


def base_rate(target: Decimal, quota: Decimal | None) -> Decimal:
    """The base commission rate in percent: what the target incentive is of the quota."""
    return target * HUNDRED / quota if quota else ZERO
