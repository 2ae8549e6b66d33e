"""Who may see and do what: the reach of a person in their positions, and in those they stand in for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, false, or_, select, true
from sqlalchemy.orm import aliased
from sqlalchemy.sql.base import ExecutableOption

from portal.identity.models import User
from portal.identity.rules import PERMISSIONS, grants_of
from portal.kernel.actor import Actor, Scope
from portal.kernel.db import Base, db
from portal.kernel.errors import Forbidden, NotFound
from portal.territories.models import Territory

from ..models import Coverage, Delegation, Position, Seat
from .seats import running

M = TypeVar("M", bound=Base)


Held = Callable[[Any], ColumnElement[bool]]  # whether a column of positions names one within the actor's reach
_shared: list[Callable[[type[Base], str, Held], ColumnElement[bool] | None]] = []


def share(condition: Callable[[type[Base], str, Held], ColumnElement[bool] | None]) -> None:
    """Register another way by which records are reached than by owning them or covering their territory.

    It is asked with the model, the permission and `Held`, and answers a condition on the model, or None for no such way.
    """
    if condition not in _shared:
        _shared.append(condition)


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

    def held(position: Any) -> ColumnElement[bool]:
        return _within(actor, scopes, position)

    conditions = [held(owner)]
    if Scope.TERRITORY in scopes and actor.territory_ids:
        conditions.append(model.territory_id.in_(actor.territory_ids))  # type: ignore[attr-defined]
    found = (condition(model, permission, held) for condition in _shared)
    return or_(*conditions, *(condition for condition in found if condition is not None))


def _within(actor: Actor, scopes: frozenset[Scope], position: Any) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if scopes & {Scope.OWN, Scope.TEAM, Scope.SUBTREE} and actor.position_ids:
        conditions.append(position.in_(actor.position_ids))
    if Scope.TEAM in scopes:
        conditions.append(position.in_(actor.team_ids))
    if Scope.SUBTREE in scopes:
        below = [Position.path.startswith(path, autoescape=True) for path in actor.paths]
        conditions.append(position.in_(select(Position.id).where(or_(false(), *below))))
    return or_(false(), *conditions)


def visible_to(actor: Actor, model: type[M]) -> Select[M]:
    """Every SELECT of records starts here, so that a row the actor may not see does not exist."""
    return select(model).where(reach(actor, model, f"{model.noun}.view"))


@lru_cache(maxsize=500)
def _by_id(model: type[M], load: tuple[ExecutableOption, ...], lock: bool) -> Select[M]:
    """Made once: to build a statement and look up its SQL takes longer than the database does."""
    query = select(model).where(model.id == bindparam("wanted")).options(*load)  # type: ignore[attr-defined]
    return query.with_for_update(of=model).execution_options(populate_existing=True) if lock else query


def get(
    actor: Actor, model: type[M], record_id: int, *, lock: bool = False, load: Sequence[ExecutableOption] = ()
) -> M:
    """The record, re-read and locked when it will change, with what `load` tells to bring along.

    Raises NotFound when absent or not the actor's to see.
    """
    query, seen = _by_id(model, tuple(load), lock), reach(actor, model, f"{model.noun}.view")
    found: M | None = db.session.scalar(query if seen is true() else query.where(seen), {"wanted": record_id})
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
    """The person with the positions held and stood in for on that day, their reach, and what the roles grant.

    At most three queries; on days as a deputy three more.
    """
    held = _held(user.id, day)
    grants = grants_of(user.role_names)
    lent = [row for row in held if row.lent]
    stands_for: Mapping[int, str] = {}
    if lent:
        people = _seated([row.id for row in lent], day)
        grants = _lent_grants(grants, people.values())
        own = [row for row in held if not row.lent]
        stands_for = _stood_for(own, lent, {i: someone.name for i, someone in people.items()})
    scopes = frozenset[Scope]().union(*grants.values())
    ids = frozenset(row.id for row in held)
    return Actor(
        name=user.name,
        user_id=user.id,
        grants=grants,
        position_ids=ids,
        team_ids=_peers(held) if Scope.TEAM in scopes else frozenset(),
        paths=tuple(row.path for row in held),
        territory_ids=_covered(ids) if Scope.TERRITORY in scopes and ids else frozenset(),
        stands_for=stands_for,
    )


def _held(user_id: int, day: date) -> Sequence[Any]:
    """Positions the person sits in, and those `lent` by a delegation."""
    facts = (Position.id, Position.path, Position.reports_to_id)
    seats = select(*facts, false().label("lent")).join(Seat, Seat.position_id == Position.id)
    deputies = select(*facts, true().label("lent")).join(Delegation, Delegation.position_id == Position.id)
    mine = seats.where(Seat.user_id == user_id, running(Seat, day))
    return db.session.execute(
        mine.union_all(deputies.where(Delegation.user_id == user_id, running(Delegation, day)))
    ).all()


def _seated(position_ids: Sequence[int], day: date) -> dict[int, User]:
    query = select(Seat.position_id, User).join(User, User.id == Seat.user_id)
    rows = db.session.execute(query.where(Seat.position_id.in_(position_ids), running(Seat, day)))
    return {row.position_id: row.User for row in rows}


def _lent_grants(own: Mapping[str, frozenset[Scope]], people: Iterable[User]) -> dict[str, frozenset[Scope]]:
    """A deputy may also what these people may by their place in the tree; what reaches everything is not lent."""
    grants = dict(own)
    for someone in people:
        for permission, scopes in grants_of(someone.role_names).items():
            if near := scopes - {Scope.ALL}:
                grants[permission] = grants.get(permission, frozenset()) | near
    return grants


def _stood_for(own: Sequence[Any], lent: Sequence[Any], names: Mapping[int, str]) -> dict[int, str]:
    """Position -> for whom: the lent ones and those below them, unless the person reaches them anyway."""
    below = or_(*(Position.path.startswith(row.path, autoescape=True) for row in lent))
    found: dict[int, str] = {}
    for row in db.session.execute(
        select(Position.id, Position.path, Position.title).where(below).order_by(Position.path)
    ):
        if any(row.path.startswith(mine.path) for mine in own):
            continue
        nearest = max((one for one in lent if row.path.startswith(one.path)), key=lambda one: len(one.path))
        found[row.id] = names.get(nearest.id) or found.get(nearest.id, row.title)
    return found


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


def own_position(actor: Actor) -> int | None:
    """The position new records of this person belong to: the first one held, or else stood in for."""
    return min(actor.position_ids - actor.stands_for.keys() or actor.position_ids, default=None)


def positions_below(actor: Actor) -> frozenset[int]:
    """Everything below the actor's positions, these left out."""
    below = [Position.path.startswith(path, autoescape=True) for path in actor.paths]
    found = db.session.scalars(select(Position.id).where(or_(false(), *below)))
    return frozenset(found) - actor.position_ids


def may_delegate(actor: Actor, position: Position) -> bool:
    """Who sits there, and who is above; not who only stands in."""
    scopes = actor.grants.get("delegations.edit", frozenset())
    if actor.is_system or Scope.ALL in scopes:
        return True
    own = bool(scopes) and position.id in actor.position_ids and position.id not in actor.stands_for
    return (
        own or Scope.SUBTREE in scopes and position.path.startswith(actor.paths) and position.id not in actor.stands_for
    )


def authorize_delegation(actor: Actor, position: Position) -> None:
    """Raises Forbidden."""
    if not may_delegate(actor, position):
        raise Forbidden("delegation.forbidden", "Who sits there names a deputy, or somebody above.")
