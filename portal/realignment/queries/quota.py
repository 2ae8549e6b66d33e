"""How much of a quota goes along with accounts that change hands."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from .book import Customer
from .moves import Move


class Shift(NamedTuple):
    """Between two positions. `share` of what the first one's accounts ordered in the last 12 months goes along."""

    from_position: int
    to_position: int
    accounts: int
    revenue: Decimal
    share: Decimal


def shifts(moves: Sequence[Move], customers: Sequence[Customer]) -> list[Shift]:
    """Largest first. An owner whose accounts ordered nothing gives their share by number."""
    owned: dict[int, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for one in customers:
        if one.owner_id is not None:
            owned[one.owner_id][0] += one.load.revenue
            owned[one.owner_id][1] += 1
    given: dict[tuple[int, int], list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for move in moves:
        if move.to_owner_id is not None and move.customer.owner_id is not None:
            pair = given[move.customer.owner_id, move.to_owner_id]
            pair[0] += move.customer.load.revenue
            pair[1] += 1
    found = []
    for (here, there), (revenue, number) in given.items():
        whole, count = owned[here]
        found.append(Shift(here, there, int(number), revenue, revenue / whole if whole else number / count))
    return sorted(found, key=lambda shift: (-shift.share, shift.from_position, shift.to_position))
