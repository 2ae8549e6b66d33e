"""Which territory a company belongs to: a pure function of its address and the rules."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations


@dataclass(frozen=True)
class Facts:
    """What the rules ask about; nothing known is an empty text or None."""

    country: str = ""
    region: str = ""
    postcode: str = ""
    industry: str = ""
    employees: int | None = None
    products: frozenset[str] = frozenset()  # categories the company bought or asked for
    account: str = ""  # its number, once it is a customer

    def plain(self) -> "Facts":
        """In one spelling, so that the rules compare texts as they are."""
        return Facts(
            self.country.strip().upper(),
            self.region.strip().casefold(),
            _bare(self.postcode),
            self.industry.strip().casefold(),
            self.employees,
            frozenset(product.casefold() for product in self.products) if self.products else self.products,
            self.account,
        )


@dataclass(frozen=True)
class Rule:
    """Empty fields match everything. `within` are the inherited rules of the territories above: of each group one must
    apply too. `depth` counts the territories above."""

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
    product: str = ""
    account: str = ""
    inherited: bool = False
    within: tuple[tuple["Rule", ...], ...] = ()
    depth: int = 0

    @property
    def detail(self) -> int:
        """How many things the rule asks for."""
        sizes = self.employees_from is not None or self.employees_to is not None
        asked = (self.country, self.region, self.postcode_from, self.industry, self.product, self.account, sizes)
        return sum(map(bool, asked))

    @property
    def order(self) -> tuple[bool, bool, int, int, int, int]:
        """A named account first, the rules of parents last (the nearest one first); then by priority, then the rule that
        asks for more, then the older one."""
        last = -self.depth if self.inherited else 0
        return (not self.account, self.inherited, last, self.priority, -self.detail, self.id)

    @cached_property
    def plain(self) -> tuple[str, str, str, str, str, str]:
        """Region, postcodes, industry, product in the spelling of `Facts.plain`, and the country."""
        codes = (_bare(self.postcode_from), _bare(self.postcode_to))
        return (self.region.casefold(), *codes, self.industry.casefold(), self.product.casefold(), self.country.upper())

    def words(self) -> str:
        parts = [f"country {self.country}"] if self.country else []
        parts += [f"region {self.region}"] if self.region else []
        parts += [f"postcode {self.postcode_from} to {self.postcode_to}"] if self.postcode_from else []
        parts += [f"industry {self.industry}"] if self.industry else []
        parts += [_size_words(self)] if self.employees_from is not None or self.employees_to is not None else []
        parts += [f"interest in {self.product}"] if self.product else []
        parts += [f"named account {self.account}"] if self.account else []
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
        return why(self.rule)


def why(rule: Rule) -> str:
    if rule.account:
        return f"Named account {rule.account}"
    parent = "Rule of a parent territory" if rule.inherited else "Rule"
    return f"{parent}: {rule.words()}, priority {rule.priority}"


def applies(rule: Rule, facts: Facts) -> bool:
    """Whether all that the rule asks for is so. An unknown fact never meets a condition."""
    return _applies(rule, facts.plain())


def _applies(rule: Rule, facts: Facts) -> bool:
    if rule.account:
        return rule.account == facts.account
    region, low, high, industry, product, country = rule.plain
    return (
        (not country or country == facts.country)
        and (not region or region == facts.region)
        and (not low or _between(facts.postcode, low, high))
        and (not industry or industry == facts.industry)
        and (rule.employees_from is None or (facts.employees is not None and facts.employees >= rule.employees_from))
        and (rule.employees_to is None or (facts.employees is not None and facts.employees <= rule.employees_to))
        and (not product or product in facts.products)
        and all(any(_applies(above, facts) for above in group) for group in rule.within)
    )


def _bare(postcode: str) -> str:
    return "".join(postcode.split()).upper()


def _between(code: str, low: str, high: str) -> bool:
    """Compared as text, as far as the bounds are long: "94105-1234" lies between "90000" and "96199"."""
    return bool(code) and low <= code[: len(low)] and code[: len(high)] <= high


class Index:
    """Rules sorted once and split by country and region, so that placing many companies stays cheap."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = sorted(rules, key=lambda rule: rule.order)
        self._countries = {rule.country.upper() for rule in self.rules}
        self._regions = {rule.region.casefold() for rule in self.rules}
        self._split: dict[tuple[str, str], list[Rule]] = {}
        self._named = {rule.account: rule for rule in reversed(self.rules) if rule.account}

    def first(self, facts: Facts) -> Rule | None:
        """The rule that decides."""
        if named := self._named.get(facts.account):
            return named
        facts = facts.plain()
        return next((rule for rule in self._candidates(facts) if _applies(rule, facts)), None)

    def match(self, facts: Facts) -> Match | None:
        """The rule that decides, with the rules of other territories that it beat."""
        facts = facts.plain()
        found = [rule for rule in self._candidates(facts) if _applies(rule, facts)]
        if named := self._named.get(facts.account):
            found.insert(0, named)
        if not found:
            return None
        return Match(found[0], tuple(r for r in found[1:] if r.territory_id != found[0].territory_id))

    def _candidates(self, facts: Facts) -> list[Rule]:
        """Best first; places that no rule names share one list, so there are never more lists than places in rules."""
        country = facts.country if facts.country in self._countries else ""
        region = facts.region if facts.region in self._regions else ""
        if (found := self._split.get((country, region))) is None:
            found = [
                rule
                for rule in self.rules
                if not rule.account and rule.plain[5] in ("", country) and rule.plain[0] in ("", region)
            ]
            self._split[country, region] = found
        return found


def match(facts: Facts, rules: Iterable[Rule]) -> Match | None:
    """See `Rule.order` for who wins."""
    return Index(rules).match(facts)


def inherit(rules: Iterable[Rule], paths: Mapping[int, str]) -> list[Rule]:
    """The rules with their depth in the tree and the inherited rules above them. `paths`: territory -> "/1/4/"."""
    rules = sorted(rules, key=lambda rule: rule.id)  # so that the order in which they come makes no difference
    passed_on: dict[int, list[Rule]] = defaultdict(list)
    for rule in rules:
        if rule.inherited:
            passed_on[rule.territory_id].append(rule)
    made = []
    for rule in rules:
        above = [int(part) for part in paths.get(rule.territory_id, "/").strip("/").split("/")[:-1] if part]
        groups = tuple(tuple(passed_on[place]) for place in above if place in passed_on)
        made.append(replace(rule, within=() if rule.account else groups, depth=len(above)))
    return made


def overlaps(rules: Sequence[Rule]) -> list[tuple[Rule, Rule]]:
    """Pairs of equal rank and detail in different territories that one company can meet: only their age decides."""
    alike: dict[tuple[object, ...], list[Rule]] = defaultdict(list)
    for rule in rules:
        alike[(*rule.order[:-1], rule.country.upper())].append(rule)
    return [
        (a, b)
        for some in alike.values()
        for a, b in combinations(sorted(some, key=lambda r: r.id), 2)
        if a.territory_id != b.territory_id and _can_meet(a, b)
    ]


def _can_meet(a: Rule, b: Rule) -> bool:
    same = all(
        not x or not y or x.casefold() == y.casefold()
        for x, y in ((a.region, b.region), (a.industry, b.industry), (a.account, b.account))
    )
    codes = (
        not a.postcode_from
        or not b.postcode_from
        or (_bare(a.postcode_from) <= _bare(b.postcode_to) and _bare(b.postcode_from) <= _bare(a.postcode_to))
    )
    low = max(a.employees_from or 0, b.employees_from or 0)
    high = min(x for x in (a.employees_to, b.employees_to, 10**9) if x is not None)
    return same and codes and low <= high
