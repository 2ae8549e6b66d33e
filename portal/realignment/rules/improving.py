"""Which regions to give to which neighbour, so that the balance rises most for the fewest accounts moved."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from .balance import most_off

Place = tuple[str, str]  # country, region
LEAST_GAIN = 0.05  # points of the index below which a step is not worth the handover


@dataclass(frozen=True)
class Unit:
    """Accounts that move together: those that one rule places in one territory, in one region."""

    key: tuple[int, str, str]  # rule (0: none), country, region
    territory: int
    accounts: int
    load: float  # in means per person

    @property
    def place(self) -> Place:
        return self.key[1:]


class Step(NamedTuple):
    unit: Unit
    to: int
    moved: int  # accounts away from where they were, so far
    balance: float  # the index afterwards


def improve(
    carried: Mapping[int, float],
    staff: Mapping[int, float],
    units: Sequence[Unit],
    next_to: Callable[[Place], Mapping[Place, int | None]],
    most_moves: int,
) -> Iterator[Step]:
    """Step by step, the move that gains most per account that changes hands; none is worth less than `LEAST_GAIN`.

    A unit goes only to a territory that holds a region beside it (`next_to`: those regions, with who holds the empty
    ones); where no neighbours are known, to one in the same country.
    The same input gives the same steps. Every step raises the index, and never more than `most_moves` accounts are away.
    """
    if len(staff) < 2:
        return
    state = _State(dict(carried), staff, sorted(units, key=lambda unit: unit.key), next_to)
    while (best := state.best(most_moves)) is not None:
        unit, to = best
        state.move(unit, to)
        yield Step(unit, to, state.moved, state.index)


class _State:
    """Where every unit is now, and what every territory carries."""

    def __init__(
        self,
        carried: dict[int, float],
        staff: Mapping[int, float],
        units: list[Unit],
        next_to: Callable[[Place], Mapping[Place, int | None]],
    ) -> None:
        self.carried, self.staff, self.units, self.moved = carried, staff, units, 0
        self.most_off = most_off(staff)
        self.now = {unit.key: unit.territory for unit in units}
        self.at: dict[Place, list[Unit]] = defaultdict(list)
        self.within: dict[str, list[Unit]] = defaultdict(list)
        for unit in units:
            self.at[unit.place].append(unit)
            self.within[unit.place[0]].append(unit)
        self.beside = {place: next_to(place) for place in self.at}

    @property
    def index(self) -> float:
        return 100 * (1 - sum(abs(load - self.staff[key]) for key, load in self.carried.items()) / self.most_off)

    def best(self, most_moves: int) -> tuple[Unit, int] | None:
        points = 100 / self.most_off
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
        self.carried[here] -= unit.load
        self.carried[to] += unit.load
        self.now[unit.key] = to

    def _reachable(self, unit: Unit) -> list[int]:
        beside = self.beside[unit.place]
        near = [*self.at[unit.place], *(other for place in beside for other in self.at.get(place, ()))]
        empty = {holder for place, holder in beside.items() if place not in self.at and holder in self.carried}
        found = {self.now[other.key] for other in (near if beside else self.within[unit.place[0]])} | empty
        return sorted(key for key in found if key is not None and key != self.now[unit.key])

    @staticmethod
    def _away(unit: Unit, territory: int) -> int:
        return 0 if territory == unit.territory else unit.accounts

    def _gain(self, load: float, here: int, to: int) -> float:
        from_here, to_there = self.carried[here] - self.staff[here], self.carried[to] - self.staff[to]
        return abs(from_here) + abs(to_there) - abs(from_here - load) - abs(to_there + load)
