"""The score: a pure function of facts, happenings, rules and the time. Every point leaves a receipt."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

FIT, ENGAGEMENT = "fit", "engagement"
PARTS = ((FIT, "Fit: who they are"), (ENGAGEMENT, "Engagement: what they did"))
FIT_TOP, ENGAGEMENT_TOP = 60, 40  # together 100
LETTERS = (("A", 45), ("B", 35), ("C", 20), ("D", 0))  # letter, from how many points of fit
NUMBERS = (("1", 25), ("2", 15), ("3", 5), ("4", 0))  # number, from how many points of engagement
GRADES = tuple(letter + number for letter, _ in LETTERS for number, _ in NUMBERS)

Value = str | int | bool | None
Facts = Mapping[str, Value]
Kind = Literal["text", "number", "flag", "event"]


@dataclass(frozen=True)
class Fact:
    """Something a rule can ask about."""

    name: str
    label: str
    kind: Kind


FACTS = {
    fact.name: fact
    for fact in (
        Fact("source", "Source", "text"),
        Fact("country", "Country (two letters)", "text"),
        Fact("region", "State or region", "text"),
        Fact("industry", "Industry", "text"),
        Fact("company", "Company", "text"),
        Fact("job_title", "Job title", "text"),
        Fact("phone", "Phone", "text"),
        Fact("message", "Message", "text"),
        Fact("campaign", "Campaign", "text"),
        Fact("email_domain", "Domain of the address", "text"),
        Fact("employees", "People in the company", "number"),
        Fact("free_mail", "Address at a free mail provider", "flag"),
        Fact("news_wanted", "Agreed to marketing by email", "flag"),
        Fact("form", "Sent a form", "event"),
        Fact("meeting", "Met us", "event"),
        Fact("call", "Was on the phone with us", "event"),
        Fact("email", "Had an email from or to us", "event"),
    )
}
OPERATORS: Mapping[str, tuple[str, frozenset[Kind]]] = {
    "is": ("is", frozenset({"text"})),
    "in": ("is one of (separate with ;)", frozenset({"text"})),
    "contains": ("contains one of (separate with ;)", frozenset({"text"})),
    "at_least": ("is at least", frozenset({"number"})),
    "known": ("is known", frozenset({"text", "number"})),
    "yes": ("is so", frozenset({"flag"})),
    "happened": ("happened", frozenset({"event"})),
}
WITHOUT_VALUE = frozenset({"known", "yes", "happened"})


@dataclass(frozen=True)
class Rule:
    id: int | None
    part: str
    label: str
    fact: str
    operator: str
    value: str
    points: int
    half_life: int | None = None
    cap: int | None = None


@dataclass(frozen=True)
class Happening:
    """Something they did; `name` is a fact of kind event, `words` is what the timeline says."""

    name: str
    at: datetime
    words: str = ""


@dataclass(frozen=True)
class Receipt:
    rule_id: int | None
    part: str
    label: str
    points: int
    why: str
    happened_at: datetime | None = None


@dataclass(frozen=True)
class Score:
    fit: int
    engagement: int
    grade: str
    receipts: tuple[Receipt, ...]

    @property
    def total(self) -> int:
        return self.fit + self.engagement


def problem(fact: str, operator: str, value: str) -> tuple[str, str] | None:
    """(field, words) of what is wrong with a rule, or None."""
    if fact not in FACTS:
        return "fact", "Choose something to ask about."
    if operator not in OPERATORS or FACTS[fact].kind not in OPERATORS[operator][1]:
        fitting = [words for words, kinds in OPERATORS.values() if FACTS[fact].kind in kinds]
        return "operator", f"{FACTS[fact].label}: choose {' or '.join(fitting)}."
    if operator in WITHOUT_VALUE:
        return ("value", "Leave this empty here.") if value.strip() else None
    if not _choices(value):
        return "value", "Say which value."
    return ("value", "Give a whole number.") if operator == "at_least" and not value.strip().isdecimal() else None


def _choices(value: str) -> list[str]:
    return [part.strip().casefold() for part in value.split(";") if part.strip()]


_TESTS: Mapping[str, Callable[[Value, str], bool]] = {
    "is": lambda fact, value: str(fact or "").strip().casefold() == value.strip().casefold(),
    "in": lambda fact, value: str(fact or "").strip().casefold() in _choices(value),
    "contains": lambda fact, value: any(part in str(fact or "").casefold() for part in _choices(value)),
    "at_least": lambda fact, value: isinstance(fact, int) and fact >= int(value),
    "known": lambda fact, value: fact not in (None, ""),
    "yes": lambda fact, value: fact is True,
}


def score(facts: Facts, happenings: Iterable[Happening], rules: Sequence[Rule], now: datetime) -> Score:
    """Points of fit stay; those of engagement fade by half every `half_life` days. The order of happenings is no matter."""
    in_order = sorted((h for h in happenings if h.at <= now), key=lambda h: (h.at, h.name, h.words))
    fit = [_fit_receipt(rule, facts) for rule in rules if rule.part == FIT and _holds(rule, facts)]
    engagement = [
        receipt for rule in rules if rule.part == ENGAGEMENT for receipt in _engagement(rule, facts, in_order, now)
    ]
    fit, engagement = _within(fit, FIT, FIT_TOP), _within(engagement, ENGAGEMENT, ENGAGEMENT_TOP)
    points = sum(r.points for r in fit), sum(r.points for r in engagement)
    return Score(*points, grade_of(*points), (*fit, *engagement))


def grade_of(fit: int, engagement: int) -> str:
    """A1 to D4: the letter says how well they fit, the number how much they did lately."""
    letter = next(letter for letter, least in LETTERS if fit >= least)
    return letter + next(number for number, least in NUMBERS if engagement >= least)


def _holds(rule: Rule, facts: Facts) -> bool:
    test = _TESTS.get(rule.operator)
    return test is not None and test(facts.get(rule.fact), rule.value)


def _fit_receipt(rule: Rule, facts: Facts) -> Receipt:
    label = FACTS[rule.fact].label
    fact = facts.get(rule.fact)
    said = label if isinstance(fact, bool) else f"{label}: {str(fact)[:80]}"
    return Receipt(rule.id, rule.part, rule.label, rule.points, said)


def _engagement(rule: Rule, facts: Facts, happenings: Sequence[Happening], now: datetime) -> list[Receipt]:
    """One receipt per happening, today's worth each; a rule about a fact counts once and does not fade."""
    if FACTS[rule.fact].kind != "event":
        return [_fit_receipt(rule, facts)] if _holds(rule, facts) else []
    receipts = []
    for one in happenings:
        if one.name == rule.fact and (points := round(rule.points * _left(rule, now - one.at))):
            words = one.words[:120] or FACTS[rule.fact].label
            faded = f", {rule.points} points then, half every {rule.half_life} days" if rule.half_life else ""
            receipts.append(Receipt(rule.id, rule.part, rule.label, points, f"{words}{faded}", one.at))
    together = sum(r.points for r in receipts)
    if rule.cap and abs(together) > rule.cap:
        back = (rule.cap if together > 0 else -rule.cap) - together
        receipts.append(Receipt(rule.id, rule.part, f"{rule.label}: limit", back, f"At most {rule.cap} points"))
    return receipts


def _left(rule: Rule, age: timedelta) -> float:
    """The share of the points that is left; 1 for a rule that does not fade."""
    return 1.0 if rule.half_life is None else 0.5 ** (age / timedelta(days=rule.half_life))


def _within(receipts: list[Receipt], part: str, top: int) -> list[Receipt]:
    """Keep a part between 0 and its top, with a receipt for what was cut, so that the points always add up."""
    together = sum(r.points for r in receipts)
    if 0 <= together <= top:
        return receipts
    if together > top:
        return [*receipts, Receipt(None, part, "Limit of this part", top - together, f"At most {top} points")]
    return [*receipts, Receipt(None, part, "Not below zero", -together, "A part never counts against the other")]
