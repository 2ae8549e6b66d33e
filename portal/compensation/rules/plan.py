"""A plan as JSON becomes typed terms, or is refused with the field named."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from portal.kernel.errors import Refused

from ..states import Basis, Interval, Kind, Measure, Method, Role, Unit

E = TypeVar("E", bound=StrEnum)

ZERO, HUNDRED = Decimal(0), Decimal(100)
MOST = Decimal(10**12)
LONGEST = 80


@dataclass(frozen=True)
class Tier:
    """`start` to `end` (None: open), in money or in percent of the quota. `rate_to`: where interpolation arrives.

    `retroactive`: once reached, its rate also counts for everything below it in the interval.
    """

    start: Decimal
    end: Decimal | None
    rate: Decimal
    rate_to: Decimal | None = None
    retroactive: bool = False


@dataclass(frozen=True)
class Gate:
    """Until the year's quota is reached by `attainment` percent, no rate is above `rate`.

    `through`: the interval in question counts as well; otherwise only those before it.
    """

    attainment: Decimal
    rate: Decimal
    through: bool


@dataclass(frozen=True)
class Component:
    """One way to earn. `weight` is its percent of the target incentive; `cap_percent` of that share."""

    name: str
    kind: Kind
    measure: Measure
    roles: frozenset[Role]
    interval: Interval
    method: Method = Method.MARGINAL
    basis: Basis = Basis.AMOUNT
    unit: Unit = Unit.PERCENT
    tiers: tuple[Tier, ...] = ()
    weight: Decimal = HUNDRED
    cap: Decimal | None = None
    cap_percent: Decimal | None = None
    gate: Gate | None = None
    amount: Decimal = ZERO
    minimum: Decimal = ZERO
    clawback_days: int | None = None  # None: at any time
    clawback_percent: Decimal = HUNDRED

    @property
    def needs_quota(self) -> bool:
        return self.basis == Basis.ATTAINMENT or self.unit == Unit.MULTIPLIER or self.gate is not None


@dataclass(frozen=True)
class Plan:
    name: str
    currency: str
    components: tuple[Component, ...]


class Reader:
    """Takes values out of one JSON object, saying which field is wrong; what nobody asked for is refused."""

    def __init__(self, given: Any, path: str = "") -> None:
        if not isinstance(given, Mapping):
            raise refusal(path, "must be an object with named fields")
        self.given, self.path, self.asked = given, path, set[str]()

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def take(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        found = self.given.get(name)
        return default if found is None or found == "" else found

    def text(self, name: str) -> str:
        found = self.take(name)
        if not isinstance(found, str) or not 0 < len(found.strip()) <= LONGEST:
            raise refusal(self.at(name), f"give a text of up to {LONGEST} characters")
        return found.strip()

    def number(
        self, name: str, default: Decimal | None = None, *, least: Decimal = ZERO, most: Decimal = MOST
    ) -> Decimal | None:
        found = self.take(name)
        return default if found is None else number(found, self.at(name), least, most)

    def needed(self, name: str, *, least: Decimal = ZERO, most: Decimal = MOST) -> Decimal:
        found = self.number(name, least=least, most=most)
        if found is None:
            raise refusal(self.at(name), "a number is missing")
        return found

    def one_of(self, name: str, kind: type[E], default: E | None = None) -> E:
        found = self.take(name, default)
        try:
            return kind(found)
        except ValueError:
            raise refusal(self.at(name), f"must be one of: {', '.join(kind)}") from None

    def yes(self, name: str) -> bool:
        found = self.take(name, False)
        if not isinstance(found, bool):
            raise refusal(self.at(name), "must be true or false")
        return found

    def objects(self, name: str) -> list["Reader"]:
        found = self.take(name, [])
        if not isinstance(found, list):
            raise refusal(self.at(name), "must be a list")
        return [Reader(one, f"{self.at(name)}[{place}]") for place, one in enumerate(found)]

    def end(self) -> None:
        if unknown := sorted(set(self.given) - self.asked):
            raise refusal(self.at(str(unknown[0])), "is not a field of a plan")


def refusal(path: str, what: str) -> Refused:
    return Refused("plan.invalid", f"{path or 'The plan'}: {what}.", path)


def number(found: Any, path: str, least: Decimal = ZERO, most: Decimal = MOST) -> Decimal:
    """An exact number with at most four places. Raises Refused."""
    try:
        value = Decimal(str(found).strip()) if not isinstance(found, bool) else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not least <= value <= most:
        raise refusal(path, f"{str(found)!r} is not a number from {least} to {most}")
    if round(value, 4) != value:
        raise refusal(path, "has more than four decimal places")
    return value


def read_json(text: str) -> Any:
    """Numbers stay exact. Raises Refused."""
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Refused("plan.no_json", f"This is no JSON: {error}.") from error


def parse(given: Any) -> Plan:
    """The plan. Raises Refused; `field` is the path of what is wrong, such as components[0].tiers[2].from."""
    reader = given if isinstance(given, Reader) else Reader(given)
    name, currency = reader.text("name"), reader.text("currency")
    if len(currency) != 3 or not currency.isalpha() or not currency.isupper():
        raise refusal("currency", "give an ISO 4217 code such as USD")
    parts = reader.objects("components")
    if not parts:
        raise refusal("components", "a plan needs at least one component")
    reader.end()
    components = tuple(component(one) for one in parts)
    names = [one.name for one in components]
    for place, one in enumerate(names):
        if one in names[:place]:
            raise refusal(f"components[{place}].name", "another component has this name")
    return Plan(name, currency, components)


def component(reader: Reader) -> Component:
    kind = reader.one_of("kind", Kind, Kind.COMMISSION)
    made = Component(
        name=reader.text("name"),
        kind=kind,
        measure=reader.one_of("measure", Measure, Measure.INVOICED),
        roles=_roles(reader),
        interval=reader.one_of("interval", Interval, Interval.QUARTER),
        method=reader.one_of("method", Method, Method.FLAT if kind == Kind.BONUS else Method.MARGINAL),
        basis=reader.one_of("basis", Basis, Basis.ATTAINMENT if kind == Kind.BONUS else Basis.AMOUNT),
        unit=reader.one_of("unit", Unit, Unit.PERCENT),
        tiers=_tiers(reader),
        weight=reader.number("weight", HUNDRED, most=HUNDRED) or ZERO,
        cap=reader.number("cap"),
        cap_percent=reader.number("cap_percent"),
        gate=_gate(reader),
        amount=reader.number("amount", ZERO) or ZERO,
        minimum=reader.number("minimum", ZERO) or ZERO,
        clawback_days=_whole(reader, "clawback_days"),
        clawback_percent=_or(reader.number("clawback_percent", most=HUNDRED), HUNDRED),
    )
    reader.end()
    _fits(made, reader)
    return made


def _or(found: Decimal | None, default: Decimal) -> Decimal:
    return default if found is None else found


def _whole(reader: Reader, name: str) -> int | None:
    found = reader.number(name, most=Decimal(10_000))
    if found is not None and found % 1:
        raise refusal(reader.at(name), "give whole days")
    return None if found is None else int(found)


def _roles(reader: Reader) -> frozenset[Role]:
    found = reader.take("credits", ["direct"])
    if not isinstance(found, list) or not found or set(map(str, found)) - set(Role):
        raise refusal(reader.at("credits"), f"must be a list of: {', '.join(Role)}")
    return frozenset(Role(one) for one in found)


def _gate(reader: Reader) -> Gate | None:
    found = reader.take("gate")
    if found is None:
        return None
    gate = Reader(found, reader.at("gate"))
    made = Gate(gate.needed("attainment"), gate.needed("rate"), gate.yes("through"))
    gate.end()
    return made


def _tiers(reader: Reader) -> tuple[Tier, ...]:
    made: list[Tier] = []
    rows = reader.objects("tiers")
    for place, row in enumerate(rows):
        tier = Tier(
            row.needed("from"), row.number("to"), row.needed("rate"), row.number("rate_to"), row.yes("retroactive")
        )
        row.end()
        _follows(tier, made[-1] if made else None, row)
        if tier.end is None and place < len(rows) - 1:
            raise refusal(row.at("to"), "only the last tier is open")
        made.append(tier)
    if made and made[-1].end is not None:
        raise refusal(rows[-1].at("to"), "the last tier must be open: leave this out")
    return tuple(made)


def _follows(tier: Tier, before: Tier | None, row: Reader) -> None:
    expected = before.end if before else ZERO
    if expected is not None and tier.start > expected:
        raise refusal(row.at("from"), f"there is a gap: no tier covers {expected} to {tier.start}")
    if expected is not None and tier.start < expected:
        raise refusal(row.at("from"), f"tiers overlap: {tier.start} to {expected} is covered twice")
    if tier.end is not None and tier.end <= tier.start:
        raise refusal(row.at("to"), "must be above where the tier begins")


def _fits(made: Component, reader: Reader) -> None:
    """What belongs together. Raises Refused."""
    tiered = made.kind in (Kind.COMMISSION, Kind.BONUS)
    if tiered != bool(made.tiers):
        raise refusal(reader.at("tiers"), "a rate table is needed" if tiered else f"a {made.kind} has no rate table")
    if made.kind == Kind.SPIF and not made.amount:
        raise refusal(reader.at("amount"), "say how much each credit pays")
    if made.kind == Kind.BONUS and made.basis != Basis.ATTAINMENT:
        raise refusal(reader.at("basis"), "a bonus is paid for attainment")
    if made.kind == Kind.BONUS and (made.method == Method.MARGINAL or made.unit != Unit.PERCENT):
        raise refusal(reader.at("method"), "a bonus is flat or interpolated, in percent of the target incentive")
    if made.interval == Interval.TRANSACTION and (made.needs_quota or made.kind == Kind.BONUS):
        raise refusal(reader.at("interval"), "what counts against a quota needs a month, a quarter or a year")
    if any(tier.rate_to is not None for tier in made.tiers) and made.method != Method.INTERPOLATED:
        raise refusal(reader.at("method"), "only an interpolated table has rates that glide (rate_to)")
