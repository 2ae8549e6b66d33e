"""Mailboxes that are fetched: entering, changing and forgetting them, and how far each was read."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.organization.queries import authorize

from ..models import Mailbox
from .intake import take_in


def enter(actor: Actor, values: Mapping[str, Any]) -> Mailbox:
    """Raises Refused for a name that is taken."""
    authorize(actor, "company.edit")
    if db.session.scalar(select(Mailbox.id).where(Mailbox.name == values["name"])):
        raise Refused("mailbox.name", "There is a mailbox of this name already.", "name")
    made = Mailbox(**values)
    db.session.add(made)
    db.session.flush()
    return made


def switch(actor: Actor, mailbox_id: int) -> Mailbox:
    """Fetch it no more, or again."""
    found = _editable(actor, mailbox_id)
    found.active = not found.active
    return found


def forget(actor: Actor, mailbox_id: int) -> None:
    """What was fetched stays."""
    db.session.delete(_editable(actor, mailbox_id))


def _editable(actor: Actor, mailbox_id: int) -> Mailbox:
    authorize(actor, "company.edit")
    found = db.session.get(Mailbox, mailbox_id, with_for_update=True)
    if found is None:
        raise NotFound("mailbox.not_found", "This mailbox is no longer here.")
    return found


def take_one(mailbox_id: int, external_id: str, raw: bytes, place: str) -> bool:
    """One mail and how far the mailbox is read, together. Whether it was new."""
    box = db.session.get(Mailbox, mailbox_id, with_for_update=True)
    if box is None:
        return False
    new = take_in(raw, box.name, external_id=f"mailbox:{mailbox_id}:{external_id}") is not None
    box.place = place
    return new


def polled(mailbox_id: int, problem: str) -> None:
    if box := db.session.get(Mailbox, mailbox_id, with_for_update=True):
        box.polled_at, box.problem = clock.now(), problem[:300]
