"""The target tree of a year in one metric: numbers, what was achieved, what is missing, month by month."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import or_, select

from portal.kernel.actor import Actor, Scope
from portal.kernel.db import db
from portal.organization.models import Position
from portal.organization.queries import company, visible_to

from ..models import Node, Plan, Target, TargetMonth
from ..rules import ZERO, Attainment, Period, months_of
from ..states import Metric, NodeKind
from .calendar import actuals_of
from .plans import counting_plan, fiscal_month, organization_tree

ORDER = list(NodeKind)
Months = list[Decimal]


def nothing() -> Months:
    return [ZERO] * 12


def together(several: Iterable[Sequence[Decimal]]) -> Months:
    """Month by month."""
    found = nothing()
    for months in several:
        found = [one + other for one, other in zip(found, months, strict=True)]
    return found


@dataclass(eq=False)
class Branch:
    """A part of the tree. `amounts` None: it has no number of its own, so that of its children counts."""

    key: str
    kind: NodeKind
    name: str
    owner_id: int | None
    id: int | None = None
    territory_id: int | None = None
    depth: int = 0
    amounts: Months | None = None
    proposed: Months | None = None
    stretch_percent: Decimal = ZERO
    credited: set[int] = field(default_factory=set)  # positions whose results count here
    actual: Months = field(default_factory=nothing)
    below: Months = field(default_factory=nothing)
    children: list["Branch"] = field(default_factory=list)

    @property
    def numbers(self) -> Months:
        return self.below if self.amounts is None else self.amounts

    @property
    def year(self) -> Decimal:
        return sum(self.numbers, ZERO)

    @property
    def over_assigned(self) -> Decimal | None:
        """What is assigned to the level below over its own number, less one."""
        own = sum(self.amounts or (), ZERO)
        return sum(self.below, ZERO) / own - 1 if own and self.children else None

    @property
    def proposed_year(self) -> Decimal | None:
        """What was proposed here; else what those below proposed, where all who have a number did."""
        if self.proposed is not None:
            return sum(self.proposed, ZERO)
        parts = [child.proposed_year for child in self.children if child.year or child.proposed_year is not None]
        return sum((part for part in parts if part is not None), ZERO) if parts and None not in parts else None

    def walk(self) -> Iterator["Branch"]:
        yield self
        for child in self.children:
            yield from child.walk()

    def everyone(self) -> set[int]:
        return set().union(*(branch.credited for branch in self.walk()))


def is_own(actor: Actor, part: Node | Branch) -> bool:
    """Whether it is the actor's own number: as a seller, or as the head of the team."""
    return part.owner_id in actor.position_ids and part.kind != NodeKind.TERRITORY


@dataclass(frozen=True)
class Tree:
    """`tops` are the highest parts that the actor may see."""

    plan: Plan | None
    metric: Metric
    months: Sequence[Period]
    tops: Sequence[Branch]
    _known: dict[tuple[Period, date], list[tuple[int, Decimal, Decimal]]] = field(default_factory=dict, repr=False)

    def walk(self) -> Iterator[Branch]:
        for top in self.tops:
            yield from top.walk()

    def find(self, key: str) -> Branch | None:
        return next((branch for branch in self.walk() if branch.key == key), None)

    def attained(self, branch: Branch, period: Period, today: date) -> Attainment:
        """Of the months in a period of the year."""
        numbers, actual, touched = branch.numbers, branch.actual, self._touched(period, today)
        return Attainment(
            sum((actual[at] for at, _, _ in touched), ZERO),
            sum((numbers[at] * share for at, share, _ in touched), ZERO),
            sum((numbers[at] * gone for at, _, gone in touched), ZERO),
        )

    def _touched(self, period: Period, today: date) -> list[tuple[int, Decimal, Decimal]]:
        """Places of the months in the period: the share of their days in it, and of those the share that is gone."""
        if (period, today) not in self._known:
            shares = ((at, one, period.share_of(one)) for at, one in enumerate(self.months))
            self._known[period, today] = [(at, n, one.share_gone(today) * n) for at, one, n in shares if n]
        return self._known[period, today]


def tree(actor: Actor, starts_on: date, metric: Metric = Metric.BOOKINGS, *, plan: Plan | None = None) -> Tree:
    """Of the plan given, else of the one that counts, else without numbers as the organization is today."""
    plan = plan or counting_plan(starts_on)
    months = [fiscal_month(first) for first in months_of(plan.starts_on if plan else starts_on)]
    positions = visible_positions(actor)
    branches = _planned(actor, plan, metric, months) if plan else {}
    tops = _tops(branches) if branches else _unplanned(actor, positions)
    _credit(tops, positions, actuals_of(metric, months))
    for top in tops:
        _add_up(top, 0)
    return Tree(plan, metric, months, tops)


def visible_positions(actor: Actor) -> dict[int, str]:
    """Position -> its path, of those whose targets the actor may see."""
    query = select(Position.id, Position.path)
    scopes = actor.grants.get("targets.view", frozenset())
    if not actor.is_system and Scope.ALL not in scopes:
        below = [Position.path.startswith(path, autoescape=True) for path in actor.paths]
        mine = Position.id.in_(actor.position_ids)
        query = query.where(or_(mine, *below) if Scope.SUBTREE in scopes else mine)
    return {row.id: row.path for row in db.session.execute(query)}


def _planned(
    actor: Actor, plan: Plan, metric: Metric, months: Sequence[Period]
) -> dict[int, tuple[Branch, int | None]]:
    """Node -> its branch and its parent."""
    N = Node
    columns = (N.id, N.parent_id, N.key, N.kind, N.name, N.owner_id, N.territory_id, Target.stretch_percent)
    nodes = visible_to(actor, N).outerjoin(Target, (Target.node_id == N.id) & (Target.metric == metric))
    found = {}
    for n in db.session.execute(nodes.with_only_columns(*columns).where(N.plan_id == plan.id)):
        branch = Branch(n.key, n.kind, n.name, n.owner_id, n.id, n.territory_id)
        branch.stretch_percent = n.stretch_percent or ZERO
        found[n.id] = branch, n.parent_id
    place = {one.starts_on: at for at, one in enumerate(months)}
    for node_id, month, amount, proposed in db.session.connection().execute(_numbers(plan, metric)):
        if node_id not in found:
            continue
        branch = found[node_id][0]
        if amount is not None:
            branch.amounts = branch.amounts or nothing()
            branch.amounts[place[month]] = amount
        if proposed is not None:
            branch.proposed = branch.proposed or nothing()
            branch.proposed[place[month]] = proposed
    return found


def _numbers(plan: Plan, metric: Metric) -> Any:
    """Thousands of plain rows: read from the connection, they take half as long."""
    return (
        select(Target.node_id, TargetMonth.month, TargetMonth.amount, TargetMonth.proposed)
        .join(TargetMonth, TargetMonth.target_id == Target.id)
        .join(Node, Node.id == Target.node_id)
        .where(Node.plan_id == plan.id, Target.metric == metric)
    )


def _tops(found: Mapping[int, tuple[Branch, int | None]]) -> list[Branch]:
    tops: list[Branch] = []
    for branch, parent_id in found.values():
        above = found.get(parent_id or 0)
        (above[0].children if above else tops).append(branch)
    return tops


def _unplanned(actor: Actor, positions: Mapping[int, str]) -> list[Branch]:
    home = company()
    everything = actor.is_system or Scope.ALL in actor.grants.get("targets.view", frozenset())
    found: dict[str, Branch] = {}
    tops: list[Branch] = []
    for part in organization_tree(home.name if home else ""):
        if everything or part.owner_id in positions:
            branch = Branch(part.key, part.kind, part.name, part.owner_id, territory_id=part.territory_id)
            found[part.key] = branch
            above = found.get(part.parent or "")
            (above.children if above else tops).append(branch)
    return tops


def _credit(
    tops: Sequence[Branch], positions: Mapping[int, str], months: Sequence[Mapping[int | None, Decimal]]
) -> None:
    """Results go to the position itself; where it is not in the tree to its nearest superior there, else to the company."""
    home: dict[int, Branch] = {}
    for branch in (branch for top in tops for branch in top.walk()):
        known = home.get(branch.owner_id or 0)
        if (
            branch.owner_id
            and branch.kind != NodeKind.TERRITORY
            and (known is None or branch.kind == NodeKind.POSITION)
        ):
            home[branch.owner_id] = branch
    whole = next((top for top in tops if top.kind == NodeKind.COMPANY), None)

    @cache
    def credited(position_id: int | None) -> Branch | None:
        above = [int(part) for part in positions.get(position_id or 0, "").split("/") if part]
        return next((home[i] for i in reversed(above) if i in home), whole)

    for place, achieved in enumerate(months):
        for position_id, amount in achieved.items():
            if (to := credited(position_id)) is not None:
                to.actual[place] += amount
                to.credited.update({position_id} if position_id else ())


def _add_up(branch: Branch, depth: int) -> None:
    branch.depth = depth
    branch.children.sort(key=lambda child: (ORDER.index(child.kind), child.name))
    for child in branch.children:
        _add_up(child, depth + 1)
    branch.below = together(child.numbers for child in branch.children)
    branch.actual = together([branch.actual, *(child.actual for child in branch.children)])
