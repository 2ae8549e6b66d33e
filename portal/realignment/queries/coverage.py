"""What the model in force leaves open: accounts and territories without anybody, and rules that place nothing."""

from collections import Counter
from dataclasses import dataclass

from portal.kernel import clock
from portal.organization.queries import names_of_positions
from portal.territories import queries as territories
from portal.territories.rules import Rule, overlaps

from .book import Customer, book
from .moves import covered, decide


@dataclass(frozen=True)
class Gap:
    """The coverage of one model, each list with what belongs mended."""

    placed: int
    unplaced: list[Customer]  # no territory
    ownerless: list[Customer]  # a territory, but no owner
    astray: list[Customer]  # not where the rules would put them, and not pinned
    doubled: dict[int, list[int]]  # territory -> its positions, where there are two or more
    orphans: list[int]  # leaves that nobody covers
    vacant: dict[int, list[int]]  # leaves covered by empty positions alone
    idle: list[Rule]  # place no account
    undecided: list[tuple[Rule, Rule]]  # only their age decides
    names: dict[int, str]

    @property
    def count(self) -> int:
        accounts = len(self.unplaced) + len(self.ownerless) + len(self.astray)
        areas = len(self.orphans) + len(self.vacant) + len(self.doubled)
        return accounts + areas + len(self.idle) + len(self.undecided)


def gaps() -> Gap:
    """Of the model in force."""
    placing = territories.placing()
    customers, positions = book(placing.index.rules), covered(placing)
    people = names_of_positions(clock.now().date())
    used: Counter[int] = Counter()
    unplaced, ownerless, astray = [], [], []
    for one in customers:
        to, rule = decide(one, placing)
        if rule is not None:
            used[rule.id] += 1
        if one.territory_id not in placing.areas:
            unplaced.append(one)
        elif one.owner_id is None:
            ownerless.append(one)
        elif to != one.territory_id:
            astray.append(one)
    leaves = [key for key, area in placing.areas.items() if area.is_leaf]
    answered = {key: positions.get(key) or _above(placing.areas[key].path, positions) for key in leaves}
    return Gap(
        placed=len(customers) - len(unplaced),
        unplaced=unplaced,
        ownerless=ownerless,
        astray=astray,
        doubled={key: found for key, found in positions.items() if len(found) > 1},
        orphans=[key for key in leaves if not answered[key]],
        vacant={key: there for key, there in answered.items() if there and all(_vacant(people.get(p)) for p in there)},
        idle=[rule for rule in placing.index.rules if not used[rule.id]],
        undecided=overlaps(placing.index.rules),
        names={key: area.name for key, area in placing.areas.items()},
    )


def _above(path: str, positions: dict[int, list[int]]) -> list[int]:
    """The nearest covered territory above counts."""
    above = [int(part) for part in path.strip("/").split("/")][:-1]
    return next((positions[key] for key in reversed(above) if positions.get(key)), [])


def _vacant(person: str | None) -> bool:
    return person is None or person.startswith("Vacant: ")
