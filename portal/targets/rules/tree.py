"""The target tree as the organization has it: company, units and teams, territories, positions."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..states import NodeKind

COMPANY = "company"


@dataclass(frozen=True)
class Place:
    """A position as the tree needs it; `unit` and `territory` are (id, name)."""

    id: int
    title: str
    path: str
    carries_quota: bool
    unit: tuple[int, str] | None = None
    territory: tuple[int, str] | None = None

    @property
    def superiors(self) -> list[int]:
        """From the top down."""
        return [int(part) for part in self.path.split("/") if part][:-1]


@dataclass(frozen=True)
class Part:
    """A node to be. A parent stands before its children."""

    key: str
    parent: str | None
    kind: NodeKind
    name: str
    owner_id: int | None = None
    territory_id: int | None = None


def grown(company: str, places: Sequence[Place]) -> list[Part]:
    """Everybody who carries quota, under the teams of their superiors; the one at the very top is the company itself."""
    carriers = [place for place in places if place.carries_quota]
    heads = {i for place in carriers for i in place.superiors}
    top = {place.superiors[0] for place in carriers if place.superiors}
    if len(top) == 1 and all(place.superiors for place in carriers):
        heads -= top
    parts = {COMPANY: Part(COMPANY, None, NodeKind.COMPANY, company)}
    units: set[int] = set()
    for place in sorted(places, key=lambda place: place.path):
        above = next((f"team:{i}" for i in reversed(place.superiors) if i in heads), COMPANY)
        if place.id in heads:
            above = _team(parts, units, place, above, heads, carriers)
        if place.carries_quota:
            above = _territory(parts, place, above)
            parts[f"position:{place.id}"] = Part(
                f"position:{place.id}", above, NodeKind.POSITION, place.title, place.id
            )
    return list(parts.values())


def _team(
    parts: dict[str, Part], units: set[int], place: Place, above: str, heads: set[int], carriers: Sequence[Place]
) -> str:
    """Named by the organization's unit where the position is the first of it, else by the position."""
    inner = any(place.id in other.superiors and other.superiors[-1] != place.id for other in carriers)
    kind = NodeKind.UNIT if inner else NodeKind.TEAM
    name = place.title
    if place.unit and place.unit[0] not in units:
        units.add(place.unit[0])
        name = place.unit[1]
    key = f"team:{place.id}"
    parts[key] = Part(key, above, kind, name, place.id)
    return key


def _territory(parts: dict[str, Part], place: Place, above: str) -> str:
    if place.territory is None:
        return above
    number, name = place.territory
    key = f"territory:{number}@{above}"
    if key not in parts:
        parts[key] = Part(key, above, NodeKind.TERRITORY, name, parts[above].owner_id, number)
    return key
