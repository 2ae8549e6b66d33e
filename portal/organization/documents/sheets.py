"""The chart laid out on sheets of paper: boxes and lines with their places, ready to be drawn."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ..queries import Node

WIDTH, HEIGHT = 190, 58  # of a box
GAP, DROP, INDENT = 14, 34, 16  # between boxes, between levels, of a column below its superior
MOST = 40  # boxes on a sheet that can still be read on A4
TALL = 6  # boxes in one column
LEAST = 1_400  # width of a drawing: few boxes are not blown up


@dataclass(frozen=True)
class Box:
    """A position at its place; `goes_on` is the number of the sheet that shows what is below it."""

    node: Node
    x: float
    y: float
    goes_on: int | None


@dataclass
class Sheet:
    number: int
    title: str
    boxes: list[Box] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)  # path data

    @property
    def width(self) -> float:
        return max(max((box.x for box in self.boxes), default=0) + WIDTH, LEAST)

    @property
    def height(self) -> float:
        return max((box.y for box in self.boxes), default=0) + HEIGHT


def sheets(tops: Sequence[Node]) -> list[Sheet]:
    """The whole on the first sheet; where it holds too many, lower parts go on on sheets of their own."""
    waiting = deque([list(tops)] if tops else [])
    made: list[Sheet] = []
    while waiting:
        roots = waiting.popleft()
        sheet = Sheet(len(made) + 1, _title(roots) if made else "The whole company")
        parts, first = _packed(_cut(roots)), len(made) + 2 + len(waiting)
        cut = {node.position.id: first + at for at, part in enumerate(parts) for node in part}
        x = 0.0
        for root in roots:
            x = _place(sheet, root, x, 0, cut)[1] + GAP
        waiting += parts
        made.append(sheet)
    return made


def _title(roots: Sequence[Node]) -> str:
    ends = dict.fromkeys(root.position.title for root in (roots[0], roots[-1]))
    return " to ".join(ends)


def _packed(nodes: Sequence[Node]) -> list[list[Node]]:
    """Small parts share a sheet."""
    parts: list[list[Node]] = []
    room = 0
    for node in nodes:
        if node.size + 1 > room:
            parts.append([])
            room = MOST
        parts[-1].append(node)
        room -= node.size + 1
    return parts


def _cut(roots: Sequence[Node]) -> list[Node]:
    """The nodes whose subordinates do not fit on the sheet that begins with these; those of a single root always do."""
    count, cut = len(roots), []
    waiting = deque(roots)
    while waiting:
        node = waiting.popleft()
        if node.below and count + len(node.below) > MOST and not (len(roots) == 1 and node is roots[0]):
            cut.append(node)
        else:
            count += len(node.below)
            waiting += node.below
    return cut


def _place(sheet: Sheet, node: Node, x: float, y: float, cut: Mapping[int, int]) -> tuple[float, float]:
    """Put the node and all below it to the right of x. Returns where its box begins and where its part ends."""
    below = [] if node.position.id in cut else node.below
    leaves = [one for one in below if not one.below or one.position.id in cut]
    branches = [one for one in below if one not in leaves]
    if not branches:
        _box(sheet, node, x, y, cut)
        return x, max(x + WIDTH, _columns(sheet, leaves, x, y + HEIGHT, cut))
    right, places, level = x, [], y + HEIGHT + DROP
    for one in branches:
        place, right = _place(sheet, one, right, level, cut)
        places.append(place)
        right += GAP
    trunk = (places[0] + places[-1]) / 2
    middle, bus = trunk + WIDTH / 2, y + HEIGHT + DROP / 2
    sheet.lines += [f"M{middle:g} {y + HEIGHT:g}V{bus:g}H{place + WIDTH / 2:g}V{level:g}" for place in places]
    if leaves:
        sheet.lines.append(f"M{middle:g} {bus:g}H{right + INDENT / 2:g}V{level:g}")
        right = _columns(sheet, leaves, right, level - GAP, cut) + GAP
    _box(sheet, node, trunk, y, cut)
    return trunk, max(right - GAP, trunk + WIDTH)


def _columns(sheet: Sheet, leaves: Sequence[Node], x: float, y: float, cut: Mapping[int, int]) -> float:
    """Hang those with nobody below one under the other, in as many columns as it takes. Returns where they end."""
    for number, leaf in enumerate(leaves):
        column, row = divmod(number, TALL)
        left = x + column * (WIDTH + INDENT + GAP)
        trunk, top = left + INDENT / 2, y + GAP + row * (HEIGHT + GAP)
        start = f"M{x + INDENT / 2:g} {y:g}V{y + GAP / 2:g}H{trunk:g}"
        sheet.lines.append(f"{start}V{top + HEIGHT / 2:g}H{left + INDENT:g}")
        _box(sheet, leaf, left + INDENT, top, cut)
    columns = -(-len(leaves) // TALL)
    return x + columns * (WIDTH + INDENT + GAP) - GAP if columns else x


def _box(sheet: Sheet, node: Node, x: float, y: float, cut: Mapping[int, int]) -> None:
    sheet.boxes.append(Box(node, x, y, cut.get(node.position.id)))
