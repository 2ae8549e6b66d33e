"""One model weighed: what every territory carries, how even that is, and how it lies on the map."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

from portal.territories import queries as territories
from portal.territories.models import TerritoryModel
from portal.territories.queries import Facts, Placing

from ..rules import Balance, Load, balance
from ..rules.improving import Place
from .book import Customer
from .moves import covered, decide, staffed

MAPS = Path(__file__).parents[1] / "maps"


class Row(NamedTuple):
    """A territory that carries something: `share` is its load per person against the mean."""

    territory_id: int
    name: str
    row_id: int
    load: Load
    share: float
    positions: Sequence[int]


class MapShape(NamedTuple):
    """One country or state. `territory_id`: who has most accounts there, None where the model has nothing to say;
    `sharing`: how many territories have some."""

    code: str
    name: str
    path: str
    at: tuple[int, int] | None
    territory_id: int | None
    load: Load
    sharing: int


@dataclass(frozen=True)
class Scenario:
    """A model with the accounts where it puts them. Pinned ones are where they are."""

    model: TerritoryModel
    placing: Placing
    loads: Mapping[int, Load]
    unplaced: Load
    regions: Mapping[Place, Mapping[int, Load]]
    positions: Mapping[int, Sequence[int]]
    staff: Mapping[int, float]  # territory -> how many people share its load

    @cached_property
    def balance(self) -> Balance:
        return balance(self.loads, self.staff)

    @cached_property
    def total(self) -> Load:
        total = Load()
        for load in self.loads.values():
            total = total.plus(load)
        return total

    def rows(self) -> list[Row]:
        """In the order of the tree."""
        return [
            Row(key, area.name, area.row_id, self.loads[key], self.balance.shares[key], self.positions.get(key, ()))
            for key, area in self.placing.areas.items()
            if key in self.loads
        ]

    def holder(self, place: Place) -> int | None:
        """The territory with most accounts of a region; without accounts the one whose rules would take them."""
        there = self.regions.get(place)
        if there:
            return max(sorted(there), key=lambda key: there[key].accounts)
        rule = self.placing.index.first(Facts(*place))
        return rule.territory_id if rule else None


def scenario(model: TerritoryModel, customers: Sequence[Customer]) -> Scenario:
    """Every leaf counts, also an empty one; a territory above counts when accounts lie directly in it."""
    placing = territories.placing(model.id)
    loads = {key: Load() for key, area in placing.areas.items() if area.is_leaf}
    regions: dict[Place, dict[int, Load]] = {}
    unplaced = Load()
    for one in customers:
        to, _ = decide(one, placing)
        if to is None or to not in placing.areas:
            unplaced = unplaced.plus(one.load)
            continue
        loads[to] = loads.get(to, Load()).plus(one.load)
        for place in {(one.facts.country.upper(), one.facts.region.upper()), (one.facts.country.upper(), "")}:
            there = regions.setdefault(place, {})
            there[to] = there.get(to, Load()).plus(one.load)
    positions = covered(placing)
    return Scenario(model, placing, loads, unplaced, regions, positions, staffed(loads, positions))


@cache
def outlines(name: str) -> dict[str, Any]:
    """The drawing of the "world" or of one country ("US"): "box", and code -> name, path, at, near."""
    found: dict[str, Any] = json.loads((MAPS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def shapes(scene: Scenario, name: str) -> list[MapShape]:
    """The countries of the world, or the states of one."""
    made = []
    for code, outline in outlines(name).items():
        if code != "box":
            place = (code, "") if name == "world" else (name, code)
            load, there = Load(), scene.regions.get(place, {})
            for one in there.values():
                load = load.plus(one)
            at = tuple(outline["at"]) if outline["at"] else None
            made.append(MapShape(code, outline["name"], outline["path"], at, scene.holder(place), load, len(there)))
    return made


def next_to(place: Place) -> frozenset[Place]:
    """The regions beside this one, as far as the maps know."""
    country, region = place
    if f"{country}.json" in _drawn():
        near = outlines(country).get(region, {}).get("near", ())
        return frozenset((country, code) for code in near)
    return frozenset()


def place_name(place: Place) -> str:
    """As people say it where a map knows it: "Arizona, US"."""
    country, region = place
    known = outlines(country).get(region, {}) if f"{country}.json" in _drawn() else {}
    return f"{known.get('name', region)}, {country}"


@cache
def _drawn() -> frozenset[str]:
    return frozenset(path.name for path in MAPS.glob("*.json"))


class Difference(NamedTuple):
    """Accounts that two models place differently."""

    from_name: str
    to_name: str
    load: Load


def differences(a: Scenario, b: Scenario, customers: Sequence[Customer]) -> list[Difference]:
    """From the one to the other, most accounts first."""
    found: dict[tuple[str, str], Load] = {}
    for one in customers:
        here, there = decide(one, a.placing)[0], decide(one, b.placing)[0]
        if here != there:
            key = (_name(a, b, here), _name(b, a, there))
            found[key] = found.get(key, Load()).plus(one.load)
    ordered = sorted(found.items(), key=lambda item: (-item[1].accounts, item[0]))
    return [Difference(*names, load) for names, load in ordered]


def _name(first: Scenario, second: Scenario, territory_id: int | None) -> str:
    area = first.placing.areas.get(territory_id or 0) or second.placing.areas.get(territory_id or 0)
    return area.name if area else "No territory"
