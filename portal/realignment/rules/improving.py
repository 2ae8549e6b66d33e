"""Which regions to give to which neighbour, so that the balance rises most for the fewest accounts moved."""

from collections import Counter, defaultdict
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
        self.carried, self.staff, self.moved = carried, staff, 0
        self.most_off = most_off(staff)
        self.now = {unit.key: unit.territory for unit in units}
        self.at: dict[Place, list[Unit]] = defaultdict(list)
        self.holders: dict[Place, Counter[int]] = defaultdict(
            Counter
        )  # place, and country with "" -> by number of units
        for unit in units:
            self.at[unit.place].append(unit)
            self._count(unit, unit.territory, 1)
        self.beside = {place: next_to(place) for place in self.at}

    @property
    def index(self) -> float:
        return 100 * (1 - sum(abs(load - self.staff[key]) for key, load in self.carried.items()) / self.most_off)

    def best(self, most_moves: int) -> tuple[Unit, int] | None:
        points = 100 / self.most_off
        least = LEAST_GAIN / points
        off = {key: load - self.staff[key] for key, load in self.carried.items()}
        found: tuple[float, Unit, int] | None = None
        for place in sorted(self.at):
            reachable = self._reachable(place)
            for unit in self.at[place]:
                here, load = self.now[unit.key], unit.load
                relief = abs(off[here]) - abs(off[here] - load)
                if relief + load < least:  # not even where it fits best
                    continue
                for to in reachable:
                    gain = relief + abs(off[to]) - abs(off[to] + load)
                    if gain < least or to == here:
                        continue
                    cost = self._away(unit, to) - self._away(unit, here)
                    worth = points * gain / max(cost, 1)
                    if self.moved + cost <= most_moves and (found is None or worth > found[0] + 1e-12):
                        found = (worth, unit, to)
        return found[1:] if found else None

    def move(self, unit: Unit, to: int) -> None:
        here = self.now[unit.key]
        self.moved += self._away(unit, to) - self._away(unit, here)
        self.carried[here] -= unit.load
        self.carried[to] += unit.load
        self.now[unit.key] = to
        self._count(unit, here, -1)
        self._count(unit, to, 1)

    def _count(self, unit: Unit, territory: int, change: int) -> None:
        for place in (unit.place, (unit.place[0], "")):
            self.holders[place][territory] += change

    def _reachable(self, place: Place) -> list[int]:
        beside = self.beside[place]
        found = {key for key, number in self.holders[place].items() if number}
        for near in beside or [(place[0], "")]:
            found |= {key for key, number in self.holders.get(near, {}).items() if number}
        found |= {holder for near, holder in beside.items() if holder is not None and near not in self.at}
        return sorted(found & self.carried.keys())

    @staticmethod
    def _away(unit: Unit, territory: int) -> int:
        return 0 if territory == unit.territory else unit.accounts
