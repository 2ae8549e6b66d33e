"""The tree of blocks of an email, and what can be done with it. Every function returns a new tree."""

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

from portal.kernel.errors import NotFound, Refused

from .blocks import KINDS, LAYOUTS, Block

Document = dict[str, Any]  # {"blocks": [...]}
MOST_BLOCKS = 200


class Spot(NamedTuple):
    """A place in the tree: in the mail itself, or in a column of a section; `at`: behind how many others."""

    section: str = ""
    column: int = 0
    at: int = 10_000


def empty() -> Document:
    return {"blocks": []}


def walk(document: Document) -> Iterator[tuple[Block, Spot]]:
    """Every block with its place, in reading order."""
    for index, block in enumerate(document.get("blocks", [])):
        yield block, Spot("", 0, index)
        for number, column in enumerate(block.get("columns", [])):
            for inner, child in enumerate(column):
                yield child, Spot(block["id"], number, inner)


def find(document: Document, block_id: str) -> Block:
    return _found(document, block_id)[0]


def place_of(document: Document, block_id: str) -> Spot:
    return _found(document, block_id)[1]


def make(kind: str, **props: Any) -> Block:
    """A block without an id: it gets one where it is put in."""
    block: Block = {"id": "", "kind": kind, "props": KINDS[kind].defaults | props}
    if kind == "section":
        block["columns"] = [[] for _ in LAYOUTS[block["props"]["layout"]]]
    return block


def insert(document: Document, block: Block, spot: Spot) -> Document:
    """With fresh ids for the block and all in it. Raises Refused for columns within columns."""
    changed, number = deepcopy(document), _last_number(document)
    placed = deepcopy(block)
    for one in _with_inner(placed):
        number += 1
        one["id"] = f"b{number}"
    if sum(1 for _ in walk(changed)) + 1 > MOST_BLOCKS:
        raise Refused("emails.too_many", f"An email has at most {MOST_BLOCKS} blocks.")
    _put(changed, placed, spot)
    return changed


def move(document: Document, block_id: str, spot: Spot) -> Document:
    """To the place that `spot` names once the block is taken out."""
    changed = deepcopy(document)
    _put(changed, _take(changed, block_id), spot)
    return changed


def shift(document: Document, block_id: str, by: int) -> Document:
    """Up or down among its neighbours; at the end of a column it moves out of the section."""
    spot = place_of(document, block_id)
    row = _row(document, spot)
    if spot.section and not 0 <= spot.at + by < len(row):
        outside = place_of(document, spot.section).at
        return move(document, block_id, Spot("", 0, outside if by < 0 else outside + 1))
    return move(document, block_id, spot._replace(at=max(spot.at + by, 0)))


def remove(document: Document, block_id: str) -> Document:
    changed = deepcopy(document)
    _take(changed, block_id)
    return changed


def update(document: Document, block_id: str, props: dict[str, Any]) -> Document:
    """Fewer columns: what stood in the lost ones follows in the last."""
    changed = deepcopy(document)
    block = find(changed, block_id)
    block["props"] |= props
    if block["kind"] == "section":
        wanted, columns = len(LAYOUTS[block["props"]["layout"]]), block["columns"]
        kept = columns[:wanted] + [[] for _ in range(wanted - len(columns))]
        kept[-1] += [child for column in columns[wanted:] for child in column]
        block["columns"] = kept
    return changed


def duplicate(document: Document, block_id: str) -> Document:
    """The copy stands right behind it."""
    block, spot = _found(document, block_id)
    return insert(document, block, spot._replace(at=spot.at + 1))


def _found(document: Document, block_id: str) -> tuple[Block, Spot]:
    found = next((pair for pair in walk(document) if pair[0]["id"] == block_id), None)
    if found is None:
        raise NotFound("emails.no_block", "This block is no longer there.")
    return found


def _with_inner(block: Block) -> Iterator[Block]:
    yield block
    for column in block.get("columns", []):
        yield from column


def _last_number(document: Document) -> int:
    return max((int(block["id"][1:]) for block, _ in walk(document)), default=0)


def _row(document: Document, spot: Spot) -> list[Block]:
    """The list that `spot` points into."""
    if not spot.section:
        row: list[Block] = document.setdefault("blocks", [])
        return row
    columns = find(document, spot.section).get("columns", [])
    if not 0 <= spot.column < len(columns):
        raise NotFound("emails.no_block", "This block is no longer there.")
    inner: list[Block] = columns[spot.column]
    return inner


def _put(document: Document, block: Block, spot: Spot) -> None:
    if spot.section and block["kind"] == "section":
        raise Refused("emails.nested", "Columns cannot stand inside columns.")
    row = _row(document, spot)
    row.insert(min(max(spot.at, 0), len(row)), block)


def _take(document: Document, block_id: str) -> Block:
    block, spot = _found(document, block_id)
    _row(document, spot).pop(spot.at)
    return block
