"""Contacts: people, each with one address that is theirs alone."""

from typing import Any

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.organization.queries import authorize, get, own_position

from ..models import Account, Contact
from ..rules import normal_email, normal_phone

DETAILS = frozenset({
    "account_id", "first_name", "last_name", "job_title", "email", "phone", "mobile", "language",
})  # fmt: skip


def create_contact(
    actor: Actor, *, last_name: str, owner_id: int | None = None, territory_id: int | None = None, **details: Any
) -> Contact:
    """A new contact; without an owner or territory given, those of the account are taken.

    Raises Refused when somebody else has the address.
    """
    authorize(actor, "contacts.edit")
    account = db.session.get(Account, details["account_id"]) if details.get("account_id") else None
    values = clean({"last_name": last_name, **details}, account.country if account else "")
    contact = Contact(
        owner_id=owner_id or (account.owner_id if account else None) or own_position(actor),
        territory_id=territory_id or (account.territory_id if account else None),
        **values,
    )
    db.session.add(contact)
    db.session.flush()
    return contact


def update_contact(actor: Actor, contact_id: int, *, version: int | None, **details: Any) -> Contact:
    """Raises Stale when the contact is no longer in the `version` that was shown."""
    contact = get(actor, Contact, contact_id, lock=True)
    authorize(actor, "contacts.edit", contact)
    contact.expect(version)
    account = db.session.get(Account, details.get("account_id") or contact.account_id or 0)
    for column, value in clean(details, account.country if account else "").items():
        setattr(contact, column, value)
    db.session.flush()
    return contact


def clean(details: dict[str, Any], country: str = "") -> dict[str, Any]:
    """The details in the form in which they are stored; numbers are read as dialled in `country`. Raises Refused."""
    if unknown := details.keys() - DETAILS:
        raise TypeError(f"contacts have no {sorted(unknown)}")
    values = {key: value.strip() if isinstance(value, str) else value for key, value in details.items()}
    if "last_name" in values and not values["last_name"]:
        raise Refused("contact.no_name", "A contact has a last name.", "last_name")
    if "email" in values:
        values["email"] = normal_email(values["email"]) if values["email"] else None
    for field in ("phone", "mobile"):
        if field in values:
            values[field], values[f"{field}_e164"] = normal_phone(values[field], country, field)
    return values
