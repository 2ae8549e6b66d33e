"""Which regions to give to which neighbour, so that the balance rises most for the fewest accounts moved."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

Place = tuple[str, str]  # country, region
LEAST_GAIN = 0.05  # points of the index below which a step is not worth the handover


@dataclass(frozen=True)
class Unit:
    """Accounts that move together: those that one rule places in one territory, in one region."""

    key: tuple[int, str, str]  # rule (0: none), country, region
    territory: int
    accounts: int
    load: float  # as a multiple of the mean territory

    @property
    def place(self) -> Place:
        return self.key[1:]


class Step(NamedTuple):
    unit: Unit
    to: int
    moved: int  # accounts away from where they were, so far
    index: float  # afterwards


def improve(
    loads: Mapping[int, float], units: Sequence[Unit], next_to: Callable[[Place], frozenset[Place]], most_moves: int
) -> Iterator[Step]:
    """Step by step, the move that gains most per account that changes hands; none is worth less than `LEAST_GAIN`.

    A unit goes only to a territory that holds a region beside it; where no neighbours are known, one in the same country.
    The same input gives the same steps. Every step raises the index, and never more than `most_moves` accounts are away.
    """
    state = _State(dict(loads), sorted(units, key=lambda unit: unit.key), next_to)
    while (best := state.best(most_moves)) is not None:
        unit, to = best
        state.move(unit, to)
        yield Step(unit, to, state.moved, state.index)


class _State:
    """Where every unit is now, and what every territory carries."""

    def __init__(
        self, loads: dict[int, float], units: list[Unit], next_to: Callable[[Place], frozenset[Place]]
    ) -> None:
        self.loads, self.units, self.moved = loads, units, 0
        self.now = {unit.key: unit.territory for unit in units}
        self.at: dict[Place, list[Unit]] = defaultdict(list)
        self.within: dict[str, list[Unit]] = defaultdict(list)
        for unit in units:
            self.at[unit.place].append(unit)
            self.within[unit.place[0]].append(unit)
        self.beside = {place: [other for other in sorted(next_to(place)) if other in self.at] for place in self.at}

    @property
    def index(self) -> float:
        n = len(self.loads)
        return 100 * (1 - sum(abs(load - 1) for load in self.loads.values()) / (2 * (n - 1))) if n > 1 else 100.0

    def best(self, most_moves: int) -> tuple[Unit, int] | None:
        points = 100 / (2 * max(len(self.loads) - 1, 1))
        found: tuple[float, float, Unit, int] | None = None
        for unit in self.units:
            here = self.now[unit.key]
            for to in self._reachable(unit):
                cost = self._away(unit, to) - self._away(unit, here)
                gain = points * self._gain(unit.load, here, to)
                if gain < LEAST_GAIN or self.moved + cost > most_moves:
                    continue
                worth = gain / max(cost, 1)
                if found is None or worth > found[0] + 1e-12:
                    found = (worth, gain, unit, to)
        return found[2:] if found else None

    def move(self, unit: Unit, to: int) -> None:
        here = self.now[unit.key]
        self.moved += self._away(unit, to) - self._away(unit, here)
        self.loads[here] -= unit.load
        self.loads[to] += unit.load
        self.now[unit.key] = to

    def _reachable(self, unit: Unit) -> list[int]:
        beside = self.beside[unit.place]
        others = [*self.at[unit.place], *(other for place in beside for other in self.at[place])]
        if not beside:
            others = self.within[unit.place[0]]
        return sorted({self.now[other.key] for other in others} - {self.now[unit.key]})

    @staticmethod
    def _away(unit: Unit, territory: int) -> int:
        return 0 if territory == unit.territory else unit.accounts

    def _gain(self, load: float, here: int, to: int) -> float:
        before = abs(self.loads[here] - 1) + abs(self.loads[to] - 1)
        return before - abs(self.loads[here] - load - 1) - abs(self.loads[to] + load - 1)
