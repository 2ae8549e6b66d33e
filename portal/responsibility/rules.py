"""How often an account is to be touched, and who gets what comes in: pure rules, the same for a dry run and the act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from portal.accounts.states import Tier

from .states import Method

CADENCE: Mapping[Tier, int] = {Tier.A: 30, Tier.B: 60, Tier.C: 120}  # days, where the company has set nothing
METHOD_NAMES: Mapping[Method, str] = {
    Method.NAMED: "always the first who is free",
    Method.ROUND_ROBIN: "round robin",
    Method.LOAD: "the least loaded",
    Method.TERRITORY: "who covers the territory",
}


@dataclass(frozen=True)
class Case:
    """What is to be assigned, as the rules see it."""

    country: str = ""
    industry: str = ""
    source: str = ""
    employees: int | None = None
    territories: Sequence[int] = ()  # its own and those above
    covering: int | None = None  # who covers its territory
    account: str = ""  # the known account it belongs to
    account_owner: int | None = None


@dataclass(frozen=True)
class Rule:
    """An assignment rule as plain data."""

    id: int
    name: str
    priority: int
    method: Method
    positions: tuple[int, ...]
    territory_id: int | None = None
    country: str = ""
    industry: str = ""
    source: str = ""
    employees_from: int | None = None
    employees_to: int | None = None
    capacity: int | None = None
    skips_away: bool = True

    def applies(self, case: Case) -> bool:
        """Whether all that the rule asks for is so. An unknown size never meets a range."""
        size = case.employees
        return (
            (self.territory_id is None or self.territory_id in case.territories)
            and all(
                not asked or asked.casefold() == given.strip().casefold()
                for asked, given in (
                    (self.country, case.country),
                    (self.industry, case.industry),
                    (self.source, case.source),
                )
            )
            and (self.employees_from is None or (size is not None and size >= self.employees_from))
            and (self.employees_to is None or (size is not None and size <= self.employees_to))
        )


@dataclass
class Desk:
    """How things stand while cases are decided one after the other: loads and wheels move along."""

    names: Mapping[int, str]
    away: Mapping[int, str] = field(
        default_factory=dict
    )  # position -> why nobody is there: "away until 3 May", "vacant"
    load: dict[int, int] = field(default_factory=dict)
    wheel: dict[int, int] = field(default_factory=dict)  # rule -> the position that got the last one
    named_first: bool = False


@dataclass(frozen=True)
class Verdict:
    """Who gets it and why, in words; `rule_id` where a rule decided."""

    position_id: int
    why: str
    rule_id: int | None = None


def decide(case: Case, rules: Sequence[Rule], desk: Desk) -> Verdict | None:
    """Who gets the case: the owner of its account where those go first, else the first rule that applies and has somebody.

    None when no rule gives it to anybody. Moves the load and the wheel of `desk`.
    """
    if desk.named_first and case.account_owner is not None:
        called = desk.names.get(case.account_owner, "its owner")
        verdict = Verdict(case.account_owner, f"{called} owns the account {case.account}, which goes before geography")
        desk.load[verdict.position_id] = desk.load.get(verdict.position_id, 0) + 1
        return verdict
    passed: list[str] = []
    for rule in sorted(rules, key=lambda rule: (rule.priority, rule.id)):
        if rule.applies(case):
            found, skipped = _pick(rule, case, desk)
            if found is not None:
                desk.wheel[rule.id] = found
                desk.load[found] = desk.load.get(found, 0) + 1
                return Verdict(found, _why(rule, found, desk, [*passed, *skipped]), rule.id)
            passed.append(f"rule “{rule.name}” has nobody free")
    return None


def _pick(rule: Rule, case: Case, desk: Desk) -> tuple[int | None, list[str]]:
    """The position, and in words why those before it were passed over."""
    skipped = []
    for position in _order(rule, case, desk):
        called, load = desk.names.get(position, "?"), desk.load.get(position, 0)
        if rule.skips_away and position in desk.away:
            skipped.append(f"{called} is {desk.away[position]}")
        elif rule.capacity is not None and load >= rule.capacity:
            skipped.append(f"{called} has {load} of {rule.capacity}")
        else:
            return position, skipped
    return None, skipped


def _order(rule: Rule, case: Case, desk: Desk) -> Sequence[int]:
    if rule.method is Method.TERRITORY:
        return [case.covering] if case.covering is not None else []
    if rule.method is Method.LOAD:
        return sorted(rule.positions, key=lambda position: (desk.load.get(position, 0), rule.positions.index(position)))
    last = desk.wheel.get(rule.id)
    if rule.method is Method.ROUND_ROBIN and last in rule.positions:
        after = rule.positions.index(last) + 1
        return [*rule.positions[after:], *rule.positions[:after]]
    return rule.positions


def _why(rule: Rule, found: int, desk: Desk, skipped: Sequence[str]) -> str:
    said = f"Rule “{rule.name}”, {METHOD_NAMES[rule.method]}: {desk.names.get(found, '?')}"
    if rule.method is Method.LOAD:
        said += f" had {desk.load[found] - 1}"
    return f"{said}; {', '.join(skipped)}" if skipped else said
