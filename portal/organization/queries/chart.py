"""The reporting tree as one looks at it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.identity.models import User
from portal.kernel.db import db
from portal.territories.models import Territory
from portal.territories.queries import IN_FORCE

from ..models import Coverage, Delegation, Position, Seat
from .seats import running


@dataclass
class Node:
    """A position in the chart: who sits and who stands in there, what it covers, what is below."""

    position: Position
    person: str | None
    deputy: str | None
    covers: list[str]
    planned: bool
    below: list["Node"] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.below) + sum(node.size for node in self.below)

    @property
    def vacant(self) -> bool:
        return not self.person and not self.planned

    def walk(self) -> Iterator["Node"]:
        yield self
        for node in self.below:
            yield from node.walk()


def chart(day: date) -> list[Node]:
    """The reporting tree of that day, in four queries."""
    positions = db.session.scalars(select(Position).options(joinedload(Position.unit)).order_by(Position.path)).all()
    people = _names(Seat, day)
    deputies = _names(Delegation, day)
    covers: dict[int, list[str]] = {}
    for row in db.session.execute(
        select(Coverage.position_id, Territory.name)
        .join(Territory, Territory.id == Coverage.territory_id)
        .where(IN_FORCE)
        .order_by(Territory.path)
    ):
        covers.setdefault(row.position_id, []).append(row.name)
    nodes = {
        p.id: Node(
            p, people.get(p.id), deputies.get(p.id), covers.get(p.id, []), p.opens_on is not None and p.opens_on > day
        )
        for p in positions
    }
    for node in nodes.values():
        if boss := nodes.get(node.position.reports_to_id or 0):
            boss.below.append(node)
    return [node for node in nodes.values() if node.position.reports_to_id is None]


def _names(model: type[Seat] | type[Delegation], day: date) -> dict[int, str]:
    """Position -> name of whoever sits or stands in there that day."""
    query = select(model.position_id, User.name).join(User, User.id == model.user_id).where(running(model, day))
    return {row.position_id: row.name for row in db.session.execute(query)}
