"""A plan tried on credits from a file: nothing is stored, nothing is read but the two files."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from portal.kernel.errors import Refused
from portal.kernel.tables import Table
from portal.targets.rules import Period

from ..states import Measure, Role
from .engine import Credit, Earned, Person, earn
from .plan import HUNDRED, MOST, ZERO, Plan, Reader, number, parse, refusal

COLUMNS = ("person", "day", "amount", "measure", "role", "key", "reverses")
NEEDED = COLUMNS[:3]


@dataclass(frozen=True)
class Trial:
    """The plan with the people of its file: name -> target incentive and quota of a year."""

    plan: Plan
    people: Mapping[str, tuple[Decimal, Decimal | None]]
    year_start: int


@dataclass(frozen=True)
class Result:
    """What one person earned under one component; `problem` where that could not be said."""

    person: str
    component: str
    earned: list[Earned]
    problem: str = ""

    @property
    def pays(self) -> Decimal:
        return sum((one.pays for one in self.earned), ZERO)


def read_trial(given: Any) -> Trial:
    """Raises Refused; `field` is the path of what is wrong."""
    if not isinstance(given, Mapping):
        raise refusal("", "must be an object with named fields")
    plan = parse({name: value for name, value in given.items() if name not in ("people", "year_start")})
    reader = Reader(given)
    start = reader.number("year_start", Decimal(1), least=Decimal(1), most=Decimal(12)) or Decimal(1)
    if start % 1:
        raise refusal("year_start", "must be the number of a month")
    people = reader.take("people", {})
    if not isinstance(people, Mapping):
        raise refusal("people", "must be an object: the name of each person with target and quota")
    read = {}
    for name, facts in people.items():
        one = Reader(facts, f"people.{name}")
        read[str(name)] = (one.number("target", ZERO) or ZERO, one.number("quota"))
        one.end()
    return Trial(plan, read, int(start))


def read_credits(table: Table) -> dict[str, list[Credit]]:
    """Credits by person. Raises Refused, naming line and column."""
    header = [name.strip().lower() for name in table.header]
    if missing := [name for name in NEEDED if name not in header]:
        raise Refused(
            "credits.columns", f"The credits need a column {missing[0]!r}. They may have: {', '.join(COLUMNS)}."
        )
    if unknown := [name for name in header if name not in COLUMNS]:
        raise Refused("credits.columns", f"There is no column {unknown[0]!r}. Credits may have: {', '.join(COLUMNS)}.")
    found: dict[str, list[Credit]] = {}
    for line, cells, _ in table:
        row = dict(zip(header, cells, strict=True))
        found.setdefault(row["person"], []).append(_credit(line, row))
    return found


def _credit(line: int, row: Mapping[str, str]) -> Credit:
    where = f"line {line}"
    try:
        day = date.fromisoformat(row["day"])
        measure = Measure(row.get("measure") or Measure.INVOICED)
        role = Role(row.get("role") or Role.DIRECT)
    except ValueError as error:
        raise refusal(where, str(error)) from None
    amount = number(row["amount"], f"{where}, amount", -MOST)
    return Credit(row.get("key") or where, day, amount, measure, role, row.get("reverses", ""))


def run_trial(trial: Trial, credits: Mapping[str, list[Credit]]) -> list[Result]:
    """What everybody would earn, component by component."""
    results = []
    for name, given in credits.items():
        target, quota = trial.people.get(name, (ZERO, None))
        person = Person(target, _yearly(quota))
        for component in trial.plan.components:
            try:
                earned = earn(component, given, person, currency=trial.plan.currency, year_start=trial.year_start)
                results.append(Result(name, component.name, earned))
            except LookupError:
                results.append(Result(name, component.name, [], "needs a quota: give one under people"))
    return results


def _yearly(quota: Decimal | None) -> Any:
    """A twelfth for each month of a period."""

    def of(period: Period) -> Decimal | None:
        months = (period.ends_on.year - period.starts_on.year) * 12 + period.ends_on.month - period.starts_on.month
        return None if quota is None else quota * months / 12

    return of


def told(result: Result) -> dict[str, Any]:
    """As JSON: figures as text."""
    return {
        "person": result.person, "component": result.component, "pays": str(result.pays), "problem": result.problem,
        "credits": [
            {
                "key": one.credit.key, "day": one.credit.day.isoformat(), "amount": str(one.credit.amount),
                "before": str(one.before), "after": str(one.after), "quota": None if one.quota is None else str(one.quota),
                "attained": None if not one.quota else str(round(one.after * HUNDRED / one.quota, 2)),
                "pays": str(one.pays), "note": one.note,
                "slices": [
                    {"tier": piece.tier, "amount": str(piece.amount), "rate": str(round(piece.rate, 4)),
                     "pays": str(piece.pays), "earlier": piece.earlier}
                    for piece in one.slices
                ],
            }
            for one in result.earned
        ],
    }  # fmt: skip
