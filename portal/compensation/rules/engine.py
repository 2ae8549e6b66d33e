"""Credits become earnings: each says what it pays, slice by slice, and where it left the person standing."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from portal.kernel.money import round_to
from portal.targets.rules import Period
from portal.targets.rules import period as fiscal_period
from portal.targets.states import Span

from ..states import Interval, Kind, Measure, Role
from .curve import Curve, Slice, curve_of
from .plan import HUNDRED, ZERO, Component

MONTHS = {Interval.MONTH: 1, Interval.QUARTER: 3, Interval.YEAR: 12}
GATE = "The gate has opened: what was credited before is raised."
CAP = "The cap holds."
EVENED = "Evened out with what was taken back at its original rate."
LATE = "Too late to be clawed back."
UNKNOWN = "What it takes back was never credited."


class Credit(NamedTuple):
    """What counts for a person. `key` is unique; `reverses` is the key of the credit this one takes back."""

    key: str
    day: date
    amount: Decimal
    measure: Measure = Measure.INVOICED
    role: Role = Role.DIRECT
    reverses: str = ""


class Earned(NamedTuple):
    """What a credit pays. `before` and `after` are the sums credited in the interval, against `quota`."""

    credit: Credit
    before: Decimal
    after: Decimal
    quota: Decimal | None
    pays: Decimal
    slices: tuple[Slice, ...]
    note: str = ""
    residual: Decimal = ZERO  # paid beyond what the table says, for the next credit to even out


class Paid(NamedTuple):
    """What an earlier credit had paid, for the day it is taken back."""

    day: date
    amount: Decimal
    pays: Decimal


Quotas = Callable[[Period], Decimal | None]


@dataclass(frozen=True)
class Person:
    """`target`: target incentive of a year. `quota` tells the quota of any month, quarter or year, None where none is set.

    From `starts_on` until `ends_on` (exclusive) the plan is theirs; targets of a part of an interval are prorated.
    """

    target: Decimal
    quota: Quotas
    starts_on: date = date.min
    ends_on: date = date.max

    def target_in(self, component: Component, interval: Period) -> Decimal:
        """The component's part of the target incentive in that interval."""
        first, last = max(self.starts_on, interval.starts_on), min(self.ends_on, interval.ends_on)
        share = Decimal(max((last - first).days, 0)) / interval.days
        return self.target * component.weight / HUNDRED * MONTHS[component.interval] / 12 * share


@dataclass
class Sofar:
    """Where the person stands before the credits to come. By the start of each interval: what was credited in it, and
    the residual: how much more was paid than the table says, since credits are taken back at their original rate.
    Of earlier credits that are taken back, what they had paid, and (key, amount) of what was taken back of them already.
    """

    credited: dict[date, Decimal] = field(default_factory=dict)
    residual: dict[date, Decimal] = field(default_factory=dict)
    paid: Mapping[str, Paid] = field(default_factory=dict)
    taken: Sequence[tuple[str, Decimal]] = ()


@lru_cache(2048)
def interval_of(day: date, interval: Interval, year_start: int) -> Period:
    """The month, fiscal quarter or fiscal year of the day."""
    return fiscal_period(Span(interval.value), day, year_start)


def earn(
    component: Component, credits: Iterable[Credit], person: Person, *, currency: str, year_start: int = 1,
    sofar: Sofar | None = None,
) -> list[Earned]:  # fmt: skip
    """What the component's credits pay, by day. Raises LookupError where a quota is needed and none is set."""
    chosen = [one for one in credits if counts(component, one)]
    chosen.sort(key=lambda one: (one.day, bool(one.reverses)))
    return list(_Run(component, person, currency, year_start, sofar or Sofar()).all(chosen))


def counts(component: Component, credit: Credit) -> bool:
    return component.kind != Kind.MBO and credit.measure == component.measure and credit.role in component.roles


class _Run:
    """One component of one person, credit by credit."""

    def __init__(self, component: Component, person: Person, currency: str, year_start: int, sofar: Sofar) -> None:
        self.component, self.person, self.currency, self.year_start = component, person, currency, year_start
        self.credited, self.residual, self.paid = dict(sofar.credited), dict(sofar.residual), dict(sofar.paid)
        self.left: dict[str, tuple[Decimal, Decimal]] = {}  # of what a credit had paid, after a part was taken back
        for key, amount in sofar.taken:
            self._take(key, amount)
        self.curves: dict[tuple[date, bool], tuple[Curve, Decimal | None]] = {}
        self.single = component.interval == Interval.TRANSACTION or component.kind == Kind.SPIF

    def all(self, credits: Iterable[Credit]) -> Iterator[Earned]:
        for credit in credits:
            found = self._reversed(credit) if credit.reverses else self._earned(credit)
            self.paid[credit.key] = Paid(credit.day, credit.amount, found.pays)
            yield found

    def _earned(self, credit: Credit) -> Earned:
        if self.component.kind == Kind.SPIF:
            reached = credit.amount >= self.component.minimum
            return Earned(credit, ZERO, credit.amount, None, self.component.amount if reached else ZERO, ())
        if self.single:
            curve = self._curve(None, True)[0]
            return self._step(credit, ZERO, curve, curve, None, ZERO)
        period = interval_of(credit.day, self.component.interval, self.year_start)
        before = self.credited.get(period.starts_on, ZERO)
        was, quota = self._curve(period, self._gate_open(period, before))
        now, _ = self._curve(period, self._gate_open(period, before + credit.amount))
        self.credited[period.starts_on] = before + credit.amount
        return self._step(credit, before, was, now, quota, self.residual.pop(period.starts_on, ZERO))

    def _step(
        self, credit: Credit, before: Decimal, was: Curve, now: Curve, quota: Decimal | None, residual: Decimal
    ) -> Earned:
        after = before + credit.amount
        then, there = was.pays(before), now.pays(after)
        rises = round_to(there, self.currency) - round_to(then, self.currency)
        slices = now.slices(before, after)
        unlocked = now is not was and now.pays(before) - then
        capped = now.cap is not None and there - then - unlocked != sum((one.pays for one in slices), ZERO)
        notes = [GATE] * bool(unlocked) + [CAP] * bool(capped) + [EVENED] * bool(residual)
        shown = tuple(self._rounded(slices, None if unlocked or capped else rises))
        return Earned(credit, before, after, quota, rises - residual, shown, " ".join(notes), -residual)

    def _rounded(self, slices: list[Slice], whole: Decimal | None) -> list[Slice]:
        """To the currency's unit; the last takes what rounding leaves, so that they add up to the whole."""
        rounded = [one._replace(pays=round_to(one.pays, self.currency)) for one in slices]
        if rounded and whole is not None:
            rest = whole - sum((one.pays for one in rounded[:-1]), ZERO)
            rounded[-1] = rounded[-1]._replace(pays=rest)
        return rounded

    def _curve(self, period: Period | None, gate_open: bool) -> tuple[Curve, Decimal | None]:
        """With the quota it counts against; of a transaction without a period."""
        key = (period.starts_on if period else date.min, gate_open)
        if key not in self.curves:
            quota = self.person.quota(period) if period else None
            if self.component.needs_quota and not quota:
                raise LookupError(period.name if period else "")
            target = self.person.target_in(self.component, period) if period else ZERO
            self.curves[key] = curve_of(self.component, target=target, quota=quota, gate_open=gate_open), quota
        return self.curves[key]

    def _gate_open(self, period: Period, in_interval: Decimal) -> bool:
        """Whether the year's quota is reached as far as the gate asks, by the intervals it looks at."""
        gate = self.component.gate
        if gate is None:
            return True
        year = interval_of(period.starts_on, Interval.YEAR, self.year_start)
        until = period.ends_on if gate.through else period.starts_on
        if until == year.starts_on:
            return True  # nothing lies before the first interval of a year
        quota = self.person.quota(Period(year.starts_on, until, year.name)) or ZERO
        earlier = sum((x for day, x in self.credited.items() if year.starts_on <= day < period.starts_on), ZERO)
        reached = earlier + (in_interval if gate.through else ZERO)
        return reached * HUNDRED >= quota * gate.attainment

    def _reversed(self, credit: Credit) -> Earned:
        """At the original rate, within the window of the clawback."""
        first = self.paid.get(credit.reverses)
        late = (
            first
            and self.component.clawback_days is not None
            and (credit.day - first.day).days > self.component.clawback_days
        )
        if first is None or late or not first.amount:
            return Earned(credit, ZERO, ZERO, None, ZERO, (), LATE if late else UNKNOWN)
        part = self.component.clawback_percent / HUNDRED
        share = credit.amount / first.amount * part
        pays = round_to(self._take(credit.reverses, credit.amount) * part, self.currency)
        taken = Slice(0, first.amount * share, round(first.pays * HUNDRED / first.amount, 4), pays)
        before = after = residual = ZERO
        if not self.single:
            before, after, residual = self._lowered(credit, first, taken)
        return Earned(credit, before, after, None, pays, (taken,), "", residual)

    def _take(self, key: str, amount: Decimal) -> Decimal:
        """The part of its pay that goes with the amount, below zero; the last part takes the rounding remainder."""
        _, whole, pays = self.paid[key]
        whole, pays = self.left.get(key, (whole, pays))
        taken = round_to(pays * amount / whole, self.currency) if whole else ZERO
        self.left[key] = whole + amount, pays + taken
        return taken

    def _lowered(self, credit: Credit, first: Paid, taken: Slice) -> tuple[Decimal, Decimal, Decimal]:
        """Attainment falls where the credit had raised it: in the interval of the first one, while that lasts.

        Between the original rate and what the table says of the lower sum there may be a residual; the next credit
        evens it out, so that nobody is paid twice for reaching a tier.
        """
        period = interval_of(credit.day, self.component.interval, self.year_start)
        before = self.credited.get(period.starts_on, ZERO)
        if not period.starts_on <= first.day < period.ends_on:
            return before, before, ZERO
        after = before + taken.amount
        curve, _ = self._curve(period, self._gate_open(period, before))
        falls = round_to(curve.pays(after), self.currency) - round_to(curve.pays(before), self.currency)
        residual = taken.pays - falls
        self.credited[period.starts_on] = after
        self.residual[period.starts_on] = self.residual.get(period.starts_on, ZERO) + residual
        return before, after, residual
