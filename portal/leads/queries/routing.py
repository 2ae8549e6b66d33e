"""Who gets a lead, who may be given one, and what lies in each territory."""

from collections.abc import Callable
from datetime import date

from sqlalchemy import func, or_, select

from portal.accounts.models import Account
from portal.identity.models import Role, User
from portal.identity.rules import Role as RoleName
from portal.kernel.actor import Actor, Scope
from portal.kernel.db import db
from portal.organization.models import Coverage, Position, Seat
from portal.organization.queries import authorize, names_of_positions, position_covering
from portal.territories import queries as territories

from ..models import Lead
from ..states import OPEN

Assigner = Callable[[Lead], tuple[int, str] | None]
_assigners: list[Assigner] = []


def register_assigner(assigner: Assigner) -> None:
    """A later area answers who gets a lead, and why; None leaves it to the others and at last to the territory."""
    if assigner not in _assigners:
        _assigners.append(assigner)


def taker(lead: Lead) -> tuple[int | None, str]:
    """The position that gets a new lead, with the reason in words."""
    for assigner in _assigners:
        if found := assigner(lead):
            return found
    owner_id, why = answering(lead.territory_id)
    return owner_id, f"the owner {why}" if owner_id else why


def answering(territory_id: int | None) -> tuple[int | None, str]:
    """The position that answers for a territory, with the reason in words; the nearest covered one above it counts."""
    for place in territories.ancestors(territory_id) if territory_id else []:
        if position := position_covering(place):
            above = "" if place == territory_id else f" of {territories.name_of(place)}, the nearest covered one above"
            return position, f"covers the territory{above}"
    fallback = _default_position()
    return (fallback, "takes what nobody covers") if fallback else (None, "nobody covers this, so nobody owns it yet")


def _default_position() -> int | None:
    """The first sales manager, else the first of sales leadership."""
    seated = select(Position.id).join(Seat, Seat.position_id == Position.id).join(User, User.id == Seat.user_id)
    in_charge = seated.join(User.roles).where(Role.name.in_([RoleName.MANAGER.value, RoleName.LEADERSHIP.value]))
    now = in_charge.where(User.active, Seat.ends_on.is_(None))
    return db.session.scalar(now.order_by(Role.name.desc(), Position.id).limit(1))


def assignable(actor: Actor, day: date) -> list[tuple[int, str]]:
    """Who a person may give leads to: everybody who sells within their reach, themselves too."""
    authorize(actor, "leads.assign")
    query = select(Position.id).where(Position.carries_quota | Position.id.in_(actor.position_ids))
    if not actor.is_system and Scope.ALL not in actor.grants["leads.assign"]:
        below = [Position.path.startswith(path, autoescape=True) for path in actor.paths]
        query = query.where(or_(Position.id.in_(actor.position_ids), *below))
    called = names_of_positions(day)
    return sorted(((p, called[p]) for p in db.session.scalars(query)), key=lambda pair: pair[1])


def book_by_territory() -> dict[int, tuple[int, int]]:
    """Territory -> (accounts, open leads) directly in it."""
    accounts = select(Account.territory_id, func.count()).group_by(Account.territory_id)
    leads = select(Lead.territory_id, func.count()).where(Lead.state.in_(OPEN)).group_by(Lead.territory_id)
    book: dict[int, tuple[int, int]] = {key: (n, 0) for key, n in db.session.execute(accounts) if key}
    for key, count in db.session.execute(leads):
        if key:
            book[key] = (book.get(key, (0, 0))[0], count)
    return book


def coverage() -> dict[int, list[int]]:
    """Territory -> the positions that cover it, the one that gets new leads first."""
    found: dict[int, list[int]] = {}
    rows = db.session.execute(select(Coverage.territory_id, Coverage.position_id).order_by(Coverage.id))
    for territory_id, position_id in rows:
        found.setdefault(territory_id, []).append(position_id)
    return found
