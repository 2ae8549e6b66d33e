"""Who sits where, who stands in, what is vacant and what is planned."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, bindparam, func, inspect, select
from sqlalchemy.orm import lazyload, load_only, selectinload

from portal.identity.models import User
from portal.kernel import clock
from portal.kernel.db import db
from portal.territories.models import Territory
from portal.territories.queries import IN_FORCE

from ..models import Company, Coverage, Delegation, Position, RampProfile, Seat, Unit


def running(model: type[Seat] | type[Delegation], day: date | BindParameter[date]) -> ColumnElement[bool]:
    """That the seat or delegation holds on the day."""
    return (model.starts_on <= day) & (model.ends_on.is_(None) | (model.ends_on > day))


THE_COMPANY = select(Company).where(Company.id == 1)
SEATED = (
    select(User)
    .options(lazyload(User.roles), load_only(User.name, User.email))
    .join(Seat, Seat.user_id == User.id)
    .where(Seat.position_id == bindparam("position"), running(Seat, bindparam("day")))
    .order_by(Seat.starts_on.desc())
    .limit(1)
)


def company() -> Company | None:
    """The company, or None before the first-run set-up. Read once in a unit of work, however often it is asked for."""
    found = db.session.info.get("company")  # held here, or the session would forget it at once
    if found is None or found not in db.session or inspect(found).expired:
        found = db.session.info["company"] = db.session.scalar(THE_COMPANY)
    return found


def position_covering(territory_id: int) -> int | None:
    """The position that answers for the territory: the first one covering it."""
    return db.session.scalar(
        select(Coverage.position_id).where(Coverage.territory_id == territory_id).order_by(Coverage.id).limit(1)
    )


def business_day() -> date:
    """Today where the company is."""
    home = company()
    return clock.today(home.timezone if home else "UTC")


def names_of_positions(day: date) -> dict[int, str]:
    """Every position -> who sits there that day, or "Vacant: TITLE"."""
    rows = db.session.execute(
        select(Position.id, Position.title, User.name)
        .outerjoin(Seat, (Seat.position_id == Position.id) & running(Seat, day))
        .outerjoin(User, User.id == Seat.user_id)
    )
    return {row.id: row.name or f"Vacant: {row.title}" for row in rows}


def seated_user(position_id: int | None, day: date) -> User | None:
    """Who sits in the position that day."""
    return db.session.scalar(SEATED, {"position": position_id, "day": day})


def deputy_of(position_id: int, day: date) -> User | None:
    """Who stands in for the position that day."""
    return db.session.scalar(
        select(User)
        .options(lazyload(User.roles))
        .join(Delegation, Delegation.user_id == User.id)
        .where(Delegation.position_id == position_id, running(Delegation, day))
        .limit(1)
    )


@dataclass(frozen=True)
class Vacancy:
    """A position in which nobody sits; `since` is None where nobody ever did, `next_on` the day of the one to come."""

    position: Position
    since: date | None
    next_on: date | None


def vacancies(day: date) -> list[Vacancy]:
    """Open positions without anybody on that day, in the order of the tree; planned ones do not count before they open."""
    taken = select(Seat.id).where(Seat.position_id == Position.id, running(Seat, day)).exists()
    left = select(func.max(Seat.ends_on)).where(Seat.position_id == Position.id, Seat.ends_on <= day)
    comes = select(func.min(Seat.starts_on)).where(Seat.position_id == Position.id, Seat.starts_on > day)
    is_open = Position.opens_on.is_(None) | (Position.opens_on <= day)
    query = select(Position, left.scalar_subquery(), comes.scalar_subquery()).where(is_open, ~taken)
    return [
        Vacancy(position, since or position.opens_on, next_on)
        for position, since, next_on in db.session.execute(query.order_by(Position.path))
    ]


def planned(day: date) -> Sequence[Position]:
    """Positions that open later than the day, the next one first."""
    return db.session.scalars(select(Position).where(Position.opens_on > day).order_by(Position.opens_on)).all()


def positions_of(user_id: int) -> Sequence[Seat]:
    """Every seat the person had, has or will have, latest first."""
    query = select(Seat).where(Seat.user_id == user_id).options(selectinload(Seat.position))
    return db.session.scalars(query.order_by(Seat.starts_on.desc())).all()


def seats_in(position_id: int) -> Sequence[Seat]:
    """Who sat, sits and will sit there, latest first."""
    query = select(Seat).where(Seat.position_id == position_id).options(selectinload(Seat.user))
    return db.session.scalars(query.order_by(Seat.starts_on.desc())).all()


def delegations_of(position_id: int) -> Sequence[Delegation]:
    """Who stood, stands and will stand in, latest first."""
    query = select(Delegation).where(Delegation.position_id == position_id).options(selectinload(Delegation.user))
    return db.session.scalars(query.order_by(Delegation.starts_on.desc())).all()


def covered_by(position_id: int) -> list[int]:
    """Its territories of the model in force."""
    mine = select(Coverage.territory_id).join(Territory, Territory.id == Coverage.territory_id)
    return list(db.session.scalars(mine.where(Coverage.position_id == position_id, IN_FORCE)))


def facts_of(position: Position) -> dict[str, str]:
    """The names of what the position points to, for its page."""
    names = db.session.execute(
        select(Unit.name, RampProfile.name)
        .select_from(Position)
        .outerjoin(Unit, Unit.id == Position.unit_id)
        .outerjoin(RampProfile, RampProfile.id == Position.ramp_id)
        .where(Position.id == position.id)
    ).one()
    return {"unit": names[0] or "", "ramp": names[1] or ""}
