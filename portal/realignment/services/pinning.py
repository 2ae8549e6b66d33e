"""Accounts that stay where they are."""

from sqlalchemy import select

from portal.accounts.models import Account
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.organization.queries import authorize, get

from ..models import Pin


def pin(actor: Actor, account_id: int, reason: str) -> Pin:
    """Keep the account out of every realignment; a second time only changes the reason."""
    authorize(actor, "territories.edit")
    get(actor, Account, account_id, lock=True)
    if not reason.strip():
        raise Refused("pins.no_reason", "Say why it stays, for whoever plans next.", "reason")
    found = db.session.scalar(select(Pin).where(Pin.account_id == account_id))
    if found is None:
        found = Pin(account_id=account_id, reason=reason.strip(), made_by=actor.name)
        db.session.add(found)
    found.reason = reason.strip()
    db.session.flush()
    return found


def unpin(actor: Actor, account_id: int) -> None:
    """Leave the account to the rules again."""
    authorize(actor, "territories.edit")
    get(actor, Account, account_id, lock=True)
    if found := db.session.scalar(select(Pin).where(Pin.account_id == account_id)):
        db.session.delete(found)
