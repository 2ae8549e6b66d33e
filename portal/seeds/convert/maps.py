"""Entry: reads the TopoJSON files of FOLDER, writes the outlines that the territory maps are drawn from."""

import json
import math
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

MAPS = Path(__file__).parents[2] / "realignment" / "maps"
Point = tuple[float, float]


def convert(folder: Path, out: Path) -> None:
    numeric = {row["numeric"]: row["alpha_2"] for row in _read(folder, "iso_3166-1.json")["3166-1"]}
    states = {
        row["name"]: row["code"][3:] for row in _read(folder, "iso_3166-2.json")["3166-2"] if row["code"][:3] == "US-"
    }
    drawn = {
        "US": _outlines(
            _read(folder, "us_states_albers_10m.topojson"),
            "states",
            lambda g: states[g["properties"]["name"]],
            list,
            0.7,
        ),
        "world": _outlines(
            _read(folder, "world_countries_110m.topojson"),
            "countries",
            lambda g: numeric.get(g.get("id", ""), ""),
            _project,
            0.3,
        ),
    }
    for name, outlines in drawn.items():
        text = json.dumps(outlines, ensure_ascii=False, separators=(",", ":"))
        (out / f"{name}.json").write_text(text.replace('},"', '},\n"') + "\n", encoding="utf-8")


def _read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


def _project(ring: list[Point]) -> list[Point]:
    """Natural Earth, a polynomial projection (Savric et al., 2011). What crosses the date line goes on beyond it."""
    points = []
    crosses = any(abs(a[0] - b[0]) > 180 for a, b in zip(ring, ring[1:], strict=False))
    for degrees, latitude in ring:
        x, y = math.radians(degrees + (360 if crosses and degrees < 0 else 0)), math.radians(latitude)
        y2, y4 = y * y, y**4
        across = x * (0.8707 - 0.131979 * y2 + y4 * (-0.013791 + y4 * (0.003971 * y2 - 0.001529 * y4)))
        up = y * (1.007226 + y2 * (0.015085 + y4 * (-0.044475 + 0.028874 * y2 - 0.005916 * y4)))
        points.append((480 + 175 * across, 260 - 175 * up))
    return points


def _outlines(
    topology: Any, name: str, code_of: Callable[[Any], str], project: Callable[[list[Point]], list[Point]], off: float
) -> Any:
    """Code -> name, path, place of its label, codes next to it. `off`: how far a line may be off."""
    arcs = [_coarse(_absolute(arc, topology["transform"]), off) for arc in topology["arcs"]]
    everything: list[Point] = []
    users: dict[int, set[str]] = defaultdict(set)
    shapes: dict[str, Any] = {}
    for geometry in topology["objects"][name]["geometries"]:
        code = code_of(geometry)
        if not code or code == "AQ":
            continue
        polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
        rings = [project(_ring(ring, arcs)) for polygon in polygons for ring in polygon]
        everything += [point for ring in rings for point in ring]
        for polygon in polygons:
            for ring in polygon:
                for arc in ring:
                    users[arc if arc >= 0 else ~arc].add(code)
        largest = max(rings, key=lambda ring: abs(_area(ring)))
        left, top, right, bottom = _box(largest)
        shapes[code] = {
            "name": geometry["properties"]["name"],
            "path": "".join(_path(ring) for ring in rings if abs(_area(ring)) > 1.2 or ring is largest),
            "at": [round(v) for v in _centre(largest)] if right - left > 24 and bottom - top > 14 else None,
            "near": [],
        }
    for sharing in users.values():
        for code in sharing:
            shapes[code]["near"] = sorted({*shapes[code]["near"], *(sharing - {code})})
    left, top, right, bottom = _box(everything)
    return {"box": f"{left - 4:.0f} {top - 4:.0f} {right - left + 8:.0f} {bottom - top + 8:.0f}"} | dict(
        sorted(shapes.items())
    )


def _absolute(arc: Any, transform: Any) -> list[Point]:
    (kx, ky), (dx, dy) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        points.append((x * kx + dx, y * ky + dy))
    return points


def _coarse(points: list[Point], most: float) -> list[Point]:
    """Douglas and Peucker (1973): the ends stay, so borders of neighbours still meet."""
    if len(points) < 3:
        return points
    (ax, ay), (bx, by) = points[0], points[-1]
    length = math.hypot(bx - ax, by - ay)

    def off(p: Point) -> float:
        if not length:
            return math.hypot(p[0] - ax, p[1] - ay)
        return abs((bx - ax) * (ay - p[1]) - (ax - p[0]) * (by - ay)) / length

    far = max(range(1, len(points) - 1), key=lambda i: off(points[i]))
    if off(points[far]) < most:
        return [points[0], points[-1]]
    return _coarse(points[: far + 1], most)[:-1] + _coarse(points[far:], most)


def _ring(ring: list[int], arcs: list[list[Point]]) -> list[Point]:
    points: list[Point] = []
    for index in ring:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points += arc[1:] if points else arc
    return points


def _area(ring: list[Point]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True)) / 2


def _box(points: list[Point]) -> tuple[float, float, float, float]:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return min(xs), min(ys), max(xs), max(ys)


def _centre(ring: list[Point]) -> Point:
    area = _area(ring) or 1
    pairs = list(zip(ring, ring[1:] + ring[:1], strict=True))
    x = sum((a[0] + b[0]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * area)
    y = sum((a[1] + b[1]) * (a[0] * b[1] - b[0] * a[1]) for a, b in pairs) / (6 * area)
    return x, y


def _path(ring: list[Point]) -> str:
    """Relative steps between whole points: short."""
    whole = [(round(x), round(y)) for x, y in ring]
    kept = [whole[0]] + [b for a, b in zip(whole, whole[1:], strict=False) if a != b]
    steps = [f"{bx - ax} {by - ay}" for (ax, ay), (bx, by) in zip(kept, kept[1:], strict=False)]
    return f"M{kept[0][0]} {kept[0][1]}l{' '.join(steps)}z".replace(" -", "-") if len(kept) > 2 else ""


if __name__ == "__main__":
    convert(Path(sys.argv[1]), MAPS)
