"""Founding the company, and what stands on its documents."""

from portal.identity import queries as identity
from portal.identity.rules import Role
from portal.identity.services import introduce
from portal.kernel import clock, files, settings
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused

from ..models import Company, Position, Seat
from ..queries import authorize, company
from ..rules import LOGO_LIMIT, picture_kind

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
