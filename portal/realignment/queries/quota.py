"""How much of a quota goes along with accounts that change hands."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from portal.kernel import clock
from portal.targets.queries import quotas_of, year_start
from portal.targets.rules import first_month, fiscal_year

from .book import Customer
from .moves import Move


class Shift(NamedTuple):
    """Between two positions: the `share` of what the first one's accounts ordered in the last 12 months. `amount` of its
    bookings target, from the first month not begun to the end of the fiscal year, goes along."""

    from_position: int
    to_position: int
    accounts: int
    revenue: Decimal
    share: Decimal
    amount: Decimal


def shifts(moves: Sequence[Move], customers: Sequence[Customer], on: date | None = None) -> list[Shift]:
    """Largest first, as of a day (today). An owner whose accounts ordered nothing gives their share by number."""
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
    quotas = _left(sorted({here for here, _ in given}), on or clock.now().date())
    found = []
    for (here, there), (revenue, number) in given.items():
        whole, count = owned[here]
        share = revenue / whole if whole else number / count
        found.append(Shift(here, there, int(number), revenue, share, quotas.get(here, Decimal(0)) * share))
    return sorted(found, key=lambda shift: (-shift.share, shift.from_position, shift.to_position))


def _left(position_ids: Sequence[int], on: date) -> dict[int, Decimal]:
    """Position -> its bookings target for the rest of the fiscal year."""
    since, year = first_month(on), fiscal_year(on, year_start())
    months = quotas_of(position_ids, since, year.ends_on) if since < year.ends_on else {}
    return {key: sum((amount for *_, amount in some), Decimal(0)) for key, some in months.items()}
