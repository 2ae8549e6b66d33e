"""Which territory a company belongs to: a pure function of its address and the rules."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True)
class Facts:
    """What the rules ask about; nothing known is an empty text or None."""

    country: str = ""
    region: str = ""
    postcode: str = ""
    industry: str = ""
    employees: int | None = None


@dataclass(frozen=True)
class Rule:
    """Empty fields match everything."""

    id: int
    territory_id: int
    priority: int
    country: str = ""
    region: str = ""
    postcode_from: str = ""
    postcode_to: str = ""
    industry: str = ""
    employees_from: int | None = None
    employees_to: int | None = None

    @property
    def detail(self) -> int:
        """How many things the rule asks for."""
        sizes = self.employees_from is not None or self.employees_to is not None
        return sum(map(bool, (self.country, self.region, self.postcode_from, self.industry, sizes)))

    @property
    def order(self) -> tuple[int, int, int]:
        """Lower priority number first, then the rule that asks for more, then the older one."""
        return (self.priority, -self.detail, self.id)

    def words(self) -> str:
        parts = [f"country {self.country}"] if self.country else []
        parts += [f"region {self.region}"] if self.region else []
        parts += [f"postcode {self.postcode_from} to {self.postcode_to}"] if self.postcode_from else []
        parts += [f"industry {self.industry}"] if self.industry else []
        parts += [_size_words(self)] if self.employees_from is not None or self.employees_to is not None else []
        return ", ".join(parts) or "everything"


def _size_words(rule: Rule) -> str:
    if rule.employees_from is None:
        return f"up to {rule.employees_to} people"
    return (
        f"{rule.employees_from} people and more"
        if rule.employees_to is None
        else (f"{rule.employees_from} to {rule.employees_to} people")
    )


@dataclass(frozen=True)
class Match:
    rule: Rule
    beaten: tuple[Rule, ...]  # rules of other territories that apply too, best first

    @property
    def why(self) -> str:
        return f"Rule: {self.rule.words()}, priority {self.rule.priority}"


def applies(rule: Rule, facts: Facts) -> bool:
    """Whether all that the rule asks for is so. An unknown fact never meets a condition."""
    return (
        (not rule.country or rule.country.upper() == facts.country.strip().upper())
        and (not rule.region or rule.region.casefold() == facts.region.strip().casefold())
        and (not rule.postcode_from or _between(facts.postcode, rule.postcode_from, rule.postcode_to))
        and (not rule.industry or rule.industry.casefold() == facts.industry.strip().casefold())
        and (rule.employees_from is None or (facts.employees is not None and facts.employees >= rule.employees_from))
        and (rule.employees_to is None or (facts.employees is not None and facts.employees <= rule.employees_to))
    )


def _bare(postcode: str) -> str:
    return "".join(postcode.split()).upper()


def _between(postcode: str, low: str, high: str) -> bool:
    """Compared as text, as far as the bounds are long: "94105-1234" lies between "90000" and "96199"."""
    code, low, high = _bare(postcode), _bare(low), _bare(high)
    return bool(code) and low <= code[: len(low)] and code[: len(high)] <= high


class Index:
    """Rules sorted once and split by country, so that placing many companies stays cheap."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self._by_country: dict[str, list[Rule]] = defaultdict(list)
        for rule in rules:
            self._by_country[rule.country.upper()].append(rule)
        anywhere = self._by_country.get("", [])
        for country, some in self._by_country.items():
            some[:] = sorted(some if not country else [*some, *anywhere], key=lambda rule: rule.order)

    def match(self, facts: Facts) -> Match | None:
        """The first rule that applies, with the rules of other territories that it beat."""
        country = facts.country.strip().upper()
        rules = self._by_country.get(country) or self._by_country.get("", [])
        found = [rule for rule in rules if applies(rule, facts)]
        if not found:
            return None
        return Match(found[0], tuple(r for r in found[1:] if r.territory_id != found[0].territory_id))


def match(facts: Facts, rules: Iterable[Rule]) -> Match | None:
    """Lowest priority number first; of equals the rule that asks for more, then the older one."""
    return Index(rules).match(facts)


def overlaps(rules: Sequence[Rule]) -> list[tuple[Rule, Rule]]:
    """Pairs of equal priority and detail in different territories that one company can meet: only their age decides."""
    alike: dict[tuple[int, int, str], list[Rule]] = defaultdict(list)
    for rule in rules:
        alike[(rule.priority, rule.detail, rule.country.upper())].append(rule)
    return [
        (a, b)
        for some in alike.values()
        for a, b in combinations(sorted(some, key=lambda r: r.id), 2)
        if a.territory_id != b.territory_id and _can_meet(a, b)
    ]


def _can_meet(a: Rule, b: Rule) -> bool:
    same = all(
        not x or not y or x.casefold() == y.casefold() for x, y in ((a.region, b.region), (a.industry, b.industry))
    )
    codes = (
        not a.postcode_from
        or not b.postcode_from
        or (_bare(a.postcode_from) <= _bare(b.postcode_to) and _bare(b.postcode_from) <= _bare(a.postcode_to))
    )
    low = max(a.employees_from or 0, b.employees_from or 0)
    high = min(x for x in (a.employees_to, b.employees_to, 10**9) if x is not None)
    return same and codes and low <= high
