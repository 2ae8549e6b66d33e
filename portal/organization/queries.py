"""Who sits where, and who may see and do what."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import aliased, lazyload, selectinload

from portal.identity.models import User
from portal.identity.rules import PERMISSIONS, grants_of
from portal.kernel.actor import Actor, Scope
from portal.kernel.db import Base, db
from portal.kernel.errors import Forbidden, NotFound
from portal.territories.models import Territory

from .models import Company, Coverage, Position, Seat

M = TypeVar("M", bound=Base)


def reach(actor: Actor, model: type[Base], permission: str) -> ColumnElement[bool]:
    """The condition on `model` (an Owned one, where scopes differ) under which the permission holds."""
    if permission not in PERMISSIONS:
        raise LookupError(permission)
    scopes = actor.grants.get(permission, frozenset())
    if actor.is_system or Scope.ALL in scopes:
        return true()
    owner: Any = getattr(model, "owner_id", None)
    if owner is None or not scopes:
        return false()
    conditions: list[ColumnElement[bool]] = []
    if scopes & {Scope.OWN, Scope.TEAM, Scope.SUBTREE} and actor.position_ids:
        conditions.append(owner.in_(actor.position_ids))
    if Scope.TEAM in scopes:
        conditions.append(owner.in_(actor.team_ids))
    if Scope.SUBTREE in scopes:
        below = [Position.path.startswith(path, autoescape=True) for path in actor.paths]
        conditions.append(owner.in_(select(Position.id).where(or_(false(), *below))))
    if Scope.TERRITORY in scopes and actor.territory_ids:
        conditions.append(model.territory_id.in_(actor.territory_ids))  # type: ignore[attr-defined]
    return or_(false(), *conditions)


def visible_to(actor: Actor, model: type[M]) -> Select[M]:
    """Every SELECT of records starts here, so that a row the actor may not see does not exist."""
    return select(model).where(reach(actor, model, f"{model.noun}.view"))


def get(actor: Actor, model: type[M], record_id: int, *, lock: bool = False) -> M:
    """The record, re-read and locked when it will change. Raises NotFound when absent or not the actor's to see."""
    query = visible_to(actor, model).where(model.id == record_id)  # type: ignore[attr-defined]
    if lock:
        query = query.with_for_update(of=model).execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(f"{model.noun}.not_found", "This is not here, or not yours to see.")
    return found


def allows(actor: Actor, permission: str, record: Base | None = None) -> bool:
    """Whether the actor may do it, to this record where one is given: for showing or hiding a button."""
    if not actor.may(permission):
        return False
    if record is None or actor.is_system or Scope.ALL in actor.grants[permission]:
        return True
    model = type(record)
    query = select(model.id).where(model.id == record.id, reach(actor, model, permission))  # type: ignore[attr-defined]
    return db.session.scalar(query) is not None


def authorize(actor: Actor, permission: str, record: Base | None = None) -> None:
    """Guards every act. Raises Forbidden."""
    if not allows(actor, permission, record):
        raise Forbidden("forbidden", "Your role does not allow this. Your administrator can tell you who may.")


def actor_for(user: User, day: date) -> Actor:
    """The person with the positions held on that day, their reach, and what the roles grant. At most three queries."""
    grants = grants_of(user.role_names)
    scopes = frozenset[Scope]().union(*grants.values())
    held = db.session.execute(
        select(Position.id, Position.path, Position.reports_to_id)
        .join(Seat, Seat.position_id == Position.id)
        .where(Seat.user_id == user.id, _on(day))
    ).all()
    ids = frozenset(row.id for row in held)
    return Actor(
        name=user.name,
        user_id=user.id,
        grants=grants,
        position_ids=ids,
        team_ids=_peers(held) if Scope.TEAM in scopes else frozenset(),
        paths=tuple(row.path for row in held),
        territory_ids=_covered(ids) if Scope.TERRITORY in scopes and ids else frozenset(),
    )


def _peers(positions: Sequence[Any]) -> frozenset[int]:
    managers = [row.reports_to_id for row in positions if row.reports_to_id]
    return frozenset(db.session.scalars(select(Position.id).where(Position.reports_to_id.in_(managers))))


def _covered(positions: frozenset[int]) -> frozenset[int]:
    """The covered territories and everything below them."""
    top = aliased(Territory)
    query = (
        select(Territory.id)
        .join(top, Territory.path.startswith(top.path))
        .join(Coverage, Coverage.territory_id == top.id)
        .where(Coverage.position_id.in_(positions))
    )
    return frozenset(db.session.scalars(query))


def company() -> Company | None:
    """The company, or None before the first-run set-up. One query a request: the session holds what it would forget."""
    found = db.session.info["company"] = db.session.get(Company, 1)
    return found


def position_covering(territory_id: int) -> int | None:
    """The position that answers for the territory: the first one covering it."""
    return db.session.scalar(
        select(Coverage.position_id).where(Coverage.territory_id == territory_id).order_by(Coverage.id).limit(1)
    )


def names_of_positions(day: date) -> dict[int, str]:
    """Every position -> who sits there that day, or "Vacant: TITLE"."""
    rows = db.session.execute(
        select(Position.id, Position.title, User.name)
        .outerjoin(Seat, (Seat.position_id == Position.id) & _on(day))
        .outerjoin(User, User.id == Seat.user_id)
    )
    return {row.id: row.name or f"Vacant: {row.title}" for row in rows}


def seated_user(position_id: int | None, day: date) -> User | None:
    """Who sits in the position that day."""
    return db.session.scalar(
        select(User)
        .options(lazyload(User.roles))
        .join(Seat, Seat.user_id == User.id)
        .where(Seat.position_id == position_id, _on(day))
        .order_by(Seat.starts_on.desc())
        .limit(1)
    )


def own_position(actor: Actor) -> int | None:
    """The position new records of this person belong to: the first one held."""
    return min(actor.position_ids, default=None)


@dataclass
class Node:
    """A position in the chart: who sits there, what it covers, what is below."""

    position: Position
    person: str | None
    covers: list[str]
    below: list["Node"] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.below) + sum(node.size for node in self.below)


def chart(day: date) -> list[Node]:
    """The reporting tree of that day, in three queries."""
    positions = db.session.scalars(select(Position).order_by(Position.path)).all()
    people: dict[int, str] = {
        row.position_id: row.name
        for row in db.session.execute(
            select(Seat.position_id, User.name).join(User, User.id == Seat.user_id).where(_on(day))
        )
    }
    covers: dict[int, list[str]] = {}
    for row in db.session.execute(
        select(Coverage.position_id, Territory.name)
        .join(Territory, Territory.id == Coverage.territory_id)
        .order_by(Territory.path)
    ):
        covers.setdefault(row.position_id, []).append(row.name)
    nodes = {p.id: Node(p, people.get(p.id), covers.get(p.id, [])) for p in positions}
    for node in nodes.values():
        if boss := nodes.get(node.position.reports_to_id or 0):
            boss.below.append(node)
    return [node for node in nodes.values() if node.position.reports_to_id is None]


def _on(day: date) -> ColumnElement[bool]:
    return (Seat.starts_on <= day) & (Seat.ends_on.is_(None) | (Seat.ends_on > day))


def positions_of(user_id: int) -> Sequence[Seat]:
    """Every seat the person had, has or will have, latest first."""
    query = select(Seat).where(Seat.user_id == user_id).options(selectinload(Seat.position))
    return db.session.scalars(query.order_by(Seat.starts_on.desc())).all()


def seats_in(position_id: int) -> Sequence[Seat]:
    """Who sat, sits and will sit there, latest first."""
    query = select(Seat).where(Seat.position_id == position_id).options(selectinload(Seat.user))
    return db.session.scalars(query.order_by(Seat.starts_on.desc())).all()


def covered_by(position_id: int) -> list[int]:
    return list(db.session.scalars(select(Coverage.territory_id).where(Coverage.position_id == position_id)))


def position_choices() -> list[tuple[int, str]]:
    """Every position, a superior before those below, indented."""
    rows = db.session.execute(select(Position.id, Position.title, Position.path).order_by(Position.path)).all()
    return [(row.id, "\u2003" * (row.path.count("/") - 2) + row.title) for row in rows]


def territory_choices() -> list[tuple[int, str]]:
    rows = db.session.execute(select(Territory.id, Territory.name, Territory.path).order_by(Territory.path)).all()
    return [(row.id, "\u2003" * (row.path.count("/") - 2) + row.name) for row in rows]


def people_choices() -> list[tuple[int, str]]:
    """Everybody who can sign in."""
    rows = db.session.execute(select(User.id, User.name).where(User.active).order_by(User.name)).all()
    return [(row.id, row.name) for row in rows]
