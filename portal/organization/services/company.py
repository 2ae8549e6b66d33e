"""Founding the company, and what stands on its documents."""

import hmac
from hashlib import sha256

from portal.identity import services as identity
from portal.identity.rules import Role
from portal.kernel import clock, files, settings
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused

from ..models import Company, Position, Seat
from ..queries import authorize, company
from ..rules import LOGO_LIMIT, picture_kind

SETUP_CODE = "setup_code"
FIRST_ROLES = (Role.ADMIN, Role.LEADERSHIP, Role.OPERATIONS, Role.FINANCE, Role.MARKETING)


def keep_setup_code(code: str) -> None:
    """The set-up page opens for this code; an earlier one ends."""
    settings.put(SETUP_CODE, sha256(code.encode()).hexdigest())


def found_company(
    *, code: str, company: str, sender: str, name: str, email: str, password_hash: str, timezone: str, **facts: object
) -> None:
    """The first act on an empty portal: the company and its administrator, who can do every work until others are
    invited: all roles of the office and the top position. Raises Refused for a wrong code."""
    expected = settings.get(SETUP_CODE) or ""
    if not hmac.compare_digest(expected, sha256(code.strip().encode()).hexdigest()):
        raise Refused("setup.code", "This is not the code that was printed at the start.", "code")
    if db.session.get(Company, 1):
        raise NotFound("setup.done", "The company exists already.")
    db.session.add(Company(name=company, legal_name=company, email=sender, timezone=timezone, **facts))
    admin = identity.add_user(email, name, FIRST_ROLES, timezone=timezone, locale="en")
    identity.set_password(admin, password_hash)
    top = Position(title="Management")
    db.session.add(top)
    db.session.flush()
    top.path = f"/{top.id}/"
    db.session.add(Seat(position_id=top.id, user_id=admin.id, starts_on=clock.today(timezone)))
    settings.put(SETUP_CODE, None)


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
