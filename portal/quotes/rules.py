"""What changed between two revisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, Protocol


class Compared(Protocol):
    """What makes a line the same line in the next revision, and what may differ in it."""

    product_id: int | None
    description: str
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal


@dataclass(frozen=True)
class Change:
    """`place` counts lines of the newer revision from 1; 0 for a line that is gone."""

    place: int
    description: str
    what: Literal["added", "removed", "quantity", "price", "discount"]
    old: Decimal | None = None
    new: Decimal | None = None


def changes(old: Sequence[Compared], new: Sequence[Compared]) -> list[Change]:
    """Line by line in the order of the newer revision, what is gone last."""
    left = list(old)
    found: list[Change] = []
    for place, line in enumerate(new, 1):
        before = next((one for one in left if _same(one, line)), None)
        if before is None:
            found.append(Change(place, line.description, "added", new=line.quantity))
            continue
        left.remove(before)
        found += _differences(place, before, line)
    return found + [Change(0, line.description, "removed", old=line.quantity) for line in left]


def _same(one: Compared, other: Compared) -> bool:
    if one.product_id or other.product_id:
        return one.product_id == other.product_id
    return one.description == other.description


def _differences(place: int, before: Compared, line: Compared) -> list[Change]:
    found = []
    if before.quantity != line.quantity:
        found.append(Change(place, line.description, "quantity", before.quantity, line.quantity))
    if before.unit_price != line.unit_price:
        found.append(Change(place, line.description, "price", before.unit_price, line.unit_price))
    if before.discount_percent != line.discount_percent:
        found.append(Change(place, line.description, "discount", before.discount_percent, line.discount_percent))
    return found
