"""What the pages of models share: colours, maps, names of territories."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from flask import request, url_for

from portal.organization.queries import company
from portal.realignment import queries
from portal.realignment.queries import MapShape, Scenario
from portal.territories.states import ModelState

STATES = {
    ModelState.PLANNING: ("Planned", "now"),
    ModelState.ACTIVE: ("In force", "good"),
    ModelState.ARCHIVED: ("Archived", "none"),
}
MAPS = {"US": "United States", "world": "World"}
TABS = (
    ("Scenarios", "realignment.list_models"),
    ("Coverage", "realignment.show_coverage"),
    ("Pins", "realignment.list_pins"),
)


class Fill(NamedTuple):
    """How a territory looks on every map: a colour, and a pattern over it when the colours run out."""

    colour: str
    pattern: int  # 0: none


def fills(scenes: Sequence[Scenario], drawn: Iterable[Mapping[str, Any]]) -> dict[int, Fill]:
    """The same territory has the same look in every scenario; those on the map come first and get the plain colours."""
    present = {key for one in drawn for key in one["present"]}
    keys = dict.fromkeys(row.territory_id for scene in scenes for row in scene.rows())
    ordered = sorted(keys, key=lambda key: key not in present)
    return {key: Fill(f"f{at % 5 + 1}", at // 5 % 3) for at, key in enumerate(ordered)}


def chosen_map(scenes: Sequence[Scenario]) -> str:
    """As asked for, else the country of the company where it is drawn and has accounts, else the world."""
    asked = request.args.get("map", "")
    if asked in MAPS:
        return asked
    home = company()
    return "US" if home and home.country == "US" and ("US", "") in scenes[0].regions else "world"


def drawing(scene: Scenario, name: str) -> dict[str, Any]:
    shapes = queries.shapes(scene, name)
    present = {shape.territory_id for shape in shapes if shape.sharing < 2}
    return {
        "box": queries.outlines(name)["box"],
        "shapes": shapes,
        "names": {key: area.name for key, area in scene.placing.areas.items()},
        "present": present,
        "shared": any(shape.sharing > 1 for shape in shapes),
        "table": _table(scene, shapes),
        "labelled": name != "world",
    }


def _table(scene: Scenario, shapes: Sequence[MapShape]) -> list[list[Any]]:
    names = {key: area.name for key, area in scene.placing.areas.items()}
    return [
        [shape.name, _holder(names, shape), shape.load.accounts, round(shape.load.revenue)]
        for shape in sorted(shapes, key=lambda shape: shape.name)
        if shape.load.accounts
    ]


def _holder(names: Mapping[int, str], shape: MapShape) -> str:
    return f"{shape.sharing} territories" if shape.sharing > 1 else names.get(shape.territory_id or 0, "none")


def map_tabs(endpoint: str, **values: Any) -> list[tuple[str, str, None]]:
    return [(text, url_for(endpoint, **values, map=key), None) for key, text in MAPS.items()]


def home_tabs() -> list[tuple[str, str, None]]:
    return [("Tree", url_for("territories.show_tree"), None), *((text, url_for(view), None) for text, view in TABS)]


def crumbs(*more: tuple[str, str]) -> list[tuple[str, str]]:
    return [("Territories", url_for("territories.show_tree")), ("Scenarios", url_for("realignment.list_models")), *more]


def top(scenes: Iterable[Scenario]) -> float:
    """Where the bars of loads end, the same for all: the largest share."""
    return max((row.share for scene in scenes for row in scene.rows()), default=1.0) or 1.0
