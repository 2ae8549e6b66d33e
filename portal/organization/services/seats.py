"""Who sits in a position, and who stands in for them."""

from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select

from portal.identity.models import User
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused

from ..models import Delegation, Position, Seat
from ..queries import authorize, authorize_delegation, get, running

FULL_TIME = Decimal(1)


def seat(actor: Actor, position_id: int, user_id: int, starts_on: date, *, leaves_others: bool = False) -> Seat:
    """The person sits there from that day; whoever sat there until then leaves.

    `leaves_others`: the person gives up every other position that day. Raises Refused when seats overlap.
    """
    authorize(actor, "organization.edit")
    position = get(actor, Position, position_id, lock=True)
    person = db.session.get(User, user_id, with_for_update=True)
    if person is None or not person.active:
        raise Refused("seat.nobody", "This person cannot sign in.", "user_id")
    later = select(Seat.id).where(Seat.position_id == position.id, Seat.starts_on >= starts_on)
    if db.session.scalar(later.limit(1)):
        raise Refused("seat.later", "Somebody is already planned from that day or later.", "starts_on")
    if position.opens_on and starts_on < position.opens_on:
        raise Refused("seat.not_open", f"The position opens on {position.opens_on}.", "starts_on")
    if leaves_others:
        for held in db.session.scalars(select(Seat).where(Seat.user_id == user_id, _from(starts_on))):
            _end(held, starts_on)
    _vacate(position, starts_on)
    db.session.flush()
    _check_share(position, person, starts_on)
    taken = Seat(position_id=position.id, user_id=user_id, starts_on=starts_on)
    db.session.add(taken)
    return taken


def _from(day: date) -> ColumnElement[bool]:
    return Seat.ends_on.is_(None) | (Seat.ends_on > day)


def _check_share(position: Position, person: User, day: date) -> None:
    """Nobody works more than full time."""
    held = select(func.sum(Position.capacity), func.min(Position.title)).join(Seat, Seat.position_id == Position.id)
    share, title = db.session.execute(held.where(Seat.user_id == person.id, _from(day))).one()
    if share and share + position.capacity > FULL_TIME:
        text = f"{person.name} has {title} then, which leaves no share of full time for this. Let them leave it first."
        raise Refused("seat.overlap", text, "user_id")


def vacate(actor: Actor, position_id: int, ends_on: date) -> None:
    """Nobody sits there from that day on. The position keeps its records."""
    authorize(actor, "organization.edit")
    if not _vacate(get(actor, Position, position_id, lock=True), ends_on):
        raise Refused("seat.vacant", "Nobody sits there on that day.", "ends_on")


def _vacate(position: Position, day: date) -> bool:
    held = list(
        db.session.scalars(select(Seat).where(Seat.position_id == position.id, _from(day), Seat.starts_on < day))
    )
    for one in held:
        one.ends_on = day
    return bool(held)


def _end(held: Seat, day: date) -> None:
    if held.starts_on < day:
        held.ends_on = day
    else:
        db.session.delete(held)  # it had not begun


def delegate(
    actor: Actor, position_id: int, user_id: int, starts_on: date, ends_on: date, *, reason: str = ""
) -> Delegation:
    """The person stands in for whoever sits there, until the day before `ends_on`. Raises Refused."""
    position = get(actor, Position, position_id, lock=True)
    authorize_delegation(actor, position)
    if ends_on <= starts_on:
        raise Refused("delegation.order", "The last day comes before the first.", "last_day")
    person = db.session.get(User, user_id)
    if person is None or not person.active:
        raise Refused("delegation.nobody", "This person cannot sign in.", "deputy_id")
    if user_id == actor.user_id:
        raise Refused("delegation.self", "Nobody makes themselves a deputy. Ask somebody above you.", "deputy_id")
    sits = select(Seat.id).where(Seat.position_id == position.id, Seat.user_id == user_id, running(Seat, starts_on))
    if db.session.scalar(sits.limit(1)):
        raise Refused("delegation.same", "This person sits there.", "deputy_id")
    overlap = select(Delegation).where(
        Delegation.position_id == position.id, Delegation.starts_on < ends_on, Delegation.ends_on > starts_on
    )
    if other := db.session.scalar(overlap.limit(1)):
        text = f"Somebody else stands in from {other.starts_on} until {other.ends_on}."
        raise Refused("delegation.overlap", text, "first_day")
    made = Delegation(
        position_id=position.id, user_id=user_id, starts_on=starts_on, ends_on=ends_on, reason=reason.strip()
    )
    db.session.add(made)
    db.session.flush()
    return made


def end_delegation(actor: Actor, position_id: int, delegation_id: int, today: date) -> None:
    """From now on nobody stands in; one that has not begun is taken back as if it had never been."""
    position = get(actor, Position, position_id, lock=True)
    authorize_delegation(actor, position)
    found = db.session.get(Delegation, delegation_id)
    if found is None or found.position_id != position.id:
        raise NotFound("delegation.not_found", "This is not here.")
    if found.starts_on >= today:
        db.session.delete(found)
    else:
        found.ends_on = min(found.ends_on, today)
