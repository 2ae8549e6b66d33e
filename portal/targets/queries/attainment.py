"""How far targets are reached in a period, for cards and lists elsewhere."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.kernel.actor import SYSTEM, Actor
from portal.organization.queries import names_of_positions

from ..rules import ZERO, Attainment, Period, fiscal_year
from ..states import Metric, NodeKind
from .calendar import today, year_start
from .tree import Branch, Tree, tree


@dataclass(frozen=True)
class Row:
    """A team, a seller or the company: its own number, and that of what is below. `own_quota` None: it has none."""

    node_id: int | None
    position_id: int | None
    name: str
    title: str
    depth: int
    own_quota: Decimal | None
    below: Decimal  # numbers of the next level
    total: Attainment

    @property
    def over_assigned(self) -> Decimal | None:
        """What is assigned below over the own number, less one."""
        return self.below / self.own_quota - 1 if self.own_quota and self.below else None


def attainment(actor: Actor, period: Period, metric: Metric = Metric.BOOKINGS) -> list[Row]:
    """Teams and sellers whose targets the actor may see, in the order of the tree, without the territories between."""
    day = today()
    found = tree(actor, _year(period), metric)
    names = names_of_positions(day)
    return [row for top in found.tops for row in _rows(found, top, period, day, names, 0)]


def _year(period: Period) -> date:
    return fiscal_year(period.starts_on, year_start()).starts_on


def _rows(found: Tree, branch: Branch, period: Period, day: date, names: dict[int, str], depth: int) -> list[Row]:
    rows = []
    if branch.kind != NodeKind.TERRITORY:
        rows = [_row(found, branch, period, day, names, depth)]
        depth += 1
    return rows + [row for child in branch.children for row in _rows(found, child, period, day, names, depth)]


def _row(found: Tree, branch: Branch, period: Period, day: date, names: dict[int, str], depth: int) -> Row:
    shares = [period.share_of(one) for one in found.months]
    below = sum((n * share for n, share in zip(branch.below, shares, strict=True)), ZERO)
    total = found.attained(branch, period, day)
    return Row(
        branch.id,
        branch.owner_id,
        names.get(branch.owner_id or 0, branch.name),
        branch.name,
        depth,
        None if branch.amounts is None else total.quota,
        below,
        total,
    )


def of_positions(position_ids: Collection[int], period: Period, metric: Metric = Metric.BOOKINGS) -> Attainment:
    """Together, for a card: what these positions and their teams achieved of their targets."""
    day, found = today(), tree(SYSTEM, _year(period), metric)
    own = [b for b in found.walk() if b.owner_id in position_ids and b.kind != NodeKind.TERRITORY]
    inner = {id(child) for branch in own for child in branch.walk() if child is not branch}
    each = [found.attained(branch, period, day) for branch in own if id(branch) not in inner]
    return Attainment(*(sum((getattr(a, part) for a in each), ZERO) for part in ("booked", "quota", "expected")))
