"""Founding the company, and who sits where, reports to whom and covers what."""

from datetime import date

from sqlalchemy import func, select, update

from portal.identity import queries as identity
from portal.identity.rules import Role
from portal.identity.services import introduce
from portal.kernel import audit, clock, files, settings
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.territories.models import Territory

from .models import Company, Coverage, Position, Seat
from .queries import authorize, company, get
from .rules import LOGO_LIMIT, picture_kind

SECOND_FACTOR_ROLES = (Role.ADMIN, Role.FINANCE)  # until somebody decides otherwise
FIRST_ROLES = (Role.ADMIN, Role.LEADERSHIP, Role.OPERATIONS, Role.FINANCE, Role.MARKETING)


def found_company(
    actor: Actor, *, company: str, sender: str, name: str, email: str, timezone: str, **facts: object
) -> None:
    """The first act on an empty portal: the company, and who its administrator is. Until others are invited they can do
    every work: all roles of the office and the top position."""
    authorize(actor, "company.edit")
    if db.session.get(Company, 1):
        raise NotFound("setup.done", "The company exists already.")
    db.session.add(Company(name=company, legal_name=company, email=sender, timezone=timezone, **facts))
    admin = identity.user(actor.user_id or 0)
    introduce(admin, name=name, email=email, timezone=timezone, roles=FIRST_ROLES)
    settings.put(identity.SECOND_FACTOR, " ".join(SECOND_FACTOR_ROLES))
    top = Position(title="Management")
    db.session.add(top)
    db.session.flush()
    top.path = f"/{top.id}/"
    db.session.add(Seat(position_id=top.id, user_id=admin.id, starts_on=clock.today(timezone)))


def edit_company(actor: Actor, version: int | None, **facts: object) -> None:
    """What stands on every document from now on; sent ones keep what they said."""
    authorize(actor, "company.edit")
    found = _company()
    found.expect(version)
    for name, value in facts.items():
        setattr(found, name, value)


def replace_logo(actor: Actor, content: bytes) -> None:
    """PNG or JPEG by its first bytes, whatever the name says. Raises Refused."""
    authorize(actor, "company.edit")
    if len(content) > LOGO_LIMIT:
        raise Refused("company.logo_size", f"The picture may have {LOGO_LIMIT // 1024} kB at most.", "logo")
    if picture_kind(content) is None:
        raise Refused("company.logo_kind", "Choose a PNG or JPEG picture.", "logo")
    _company().logo_key = files.put(content)


def remove_logo(actor: Actor) -> None:
    authorize(actor, "company.edit")
    _company().logo_key = None


def _company() -> Company:
    found = company()
    if found is None:
        raise NotFound("company.not_found", "There is no company yet.")
    return found


def add_position(actor: Actor, *, title: str, reports_to_id: int | None, carries_quota: bool = False) -> Position:
    authorize(actor, "organization.edit")
    boss = get(actor, Position, reports_to_id, lock=True) if reports_to_id else None
    position = Position(title=title.strip(), reports_to_id=boss.id if boss else None, carries_quota=carries_quota)
    db.session.add(position)
    db.session.flush()
    position.path = f"{boss.path if boss else '/'}{position.id}/"
    return position


def edit_position(
    actor: Actor, position_id: int, version: int | None, *, title: str, reports_to_id: int | None, carries_quota: bool
) -> None:
    """Also moves the position, with everything below it, under another one. Raises Refused for a circle."""
    authorize(actor, "organization.edit")
    position = get(actor, Position, position_id, lock=True)
    position.expect(version)
    position.title, position.carries_quota = title.strip(), carries_quota
    if reports_to_id == position.reports_to_id:
        return
    boss = get(actor, Position, reports_to_id, lock=True) if reports_to_id else None
    if boss and boss.path.startswith(position.path):
        raise Refused("position.circle", "Nobody can report to somebody below them.", "reports_to_id")
    old, new = position.path, f"{boss.path if boss else '/'}{position.id}/"
    position.reports_to_id = boss.id if boss else None
    db.session.flush()
    db.session.execute(
        update(Position)
        .where(Position.path.startswith(old, autoescape=True))
        .values(path=new + func.substr(Position.path, len(old) + 1))
        .execution_options(synchronize_session=False)
    )
    audit.record("organization", position.id, "moved", path=[old, new])


def seat(actor: Actor, position_id: int, user_id: int, starts_on: date) -> Seat:
    """The person sits there from that day; whoever sat there until then leaves. Raises Refused when it overlaps."""
    authorize(actor, "organization.edit")
    position = get(actor, Position, position_id, lock=True)
    later = select(Seat.id).where(Seat.position_id == position.id, Seat.starts_on >= starts_on)
    if db.session.scalar(later.limit(1)):
        raise Refused("seat.later", "Somebody is already planned from that day or later.", "starts_on")
    _vacate(position, starts_on)
    taken = Seat(position_id=position.id, user_id=user_id, starts_on=starts_on)
    db.session.add(taken)
    return taken


def vacate(actor: Actor, position_id: int, ends_on: date) -> None:
    """Nobody sits there from that day on. The position keeps its records."""
    authorize(actor, "organization.edit")
    if not _vacate(get(actor, Position, position_id, lock=True), ends_on):
        raise Refused("seat.vacant", "Nobody sits there on that day.", "ends_on")


def _vacate(position: Position, day: date) -> bool:
    seats = [s for s in position.seats if s.starts_on < day and (s.ends_on is None or s.ends_on > day)]
    for held in seats:
        held.ends_on = day
    return bool(seats)


def cover(actor: Actor, position_id: int, territory_ids: list[int]) -> None:
    """The position answers for exactly these territories."""
    authorize(actor, "organization.edit")
    position = get(actor, Position, position_id, lock=True)
    wanted = set(db.session.scalars(select(Territory.id).where(Territory.id.in_(territory_ids))))
    there = {c.territory_id: c for c in db.session.scalars(select(Coverage).where(Coverage.position_id == position.id))}
    for territory_id in there.keys() - wanted:
        db.session.delete(there[territory_id])
    for territory_id in sorted(wanted - there.keys()):
        db.session.add(Coverage(position_id=position.id, territory_id=territory_id))
