"""Contacts from a file, by email."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.organization.queries import authorize, own_position
from portal.workspace.rules import Outcome
from portal.workspace.services.imports import Candidate, Reading, known_rows, split, store

from ...models import Contact
from ...rules import name_key
from .cells import (
    THEIRS,
    home,
    name_after_address,
    read_cells,
    read_country,
    read_email,
    read_language,
    read_name,
    read_phone,
)
from .companies import accounts_named

CONTACT_FIELDS = {
    "email": "Email",
    "first_name": "First name",
    "last_name": "Last name",
    "full_name": "Full name",
    "job_title": "Role",
    "phone": "Phone",
    "mobile": "Mobile",
    "language": "Language",
    "account": "Account (number or name)",
    "country": "Country (to read the numbers)",
}


def import_contact_rows(actor: Actor, rows: Sequence[Mapping[str, str]]) -> Outcome:
    """Add or change contacts by email, in the caller's unit of work. Rows have some of `CONTACT_FIELDS`."""
    authorize(actor, "contacts.edit")
    accounts = accounts_named(actor, {text for row in rows if (text := (row.get("account") or "").strip())})
    reading, at_home = Reading(), home()
    for at, row in enumerate(rows, 1):
        one = read_cells(at, row, CONTACT_FIELDS)
        try:
            one.key = one.values["email"] = read_email(row, one)
        except Refused as refusal:
            reading.refuse(at, refusal)
            continue
        read_name(one)
        account = _account_of(one, accounts)
        country = read_country(one) or (account["country"] if account else "") or at_home
        one.values.pop("country", None)
        read_phone(one, "phone", country)
        read_phone(one, "mobile", country)
        read_language(one)
        reading.candidates.append(one)
    here = known_rows(actor, Contact, "contacts.edit", Contact.email.in_([one.key for one in reading.candidates]))
    fresh, differing = split(reading, {row["email"]: row for row in here}, THEIRS)
    by_id = {row["id"]: row for row in accounts.values() if row}
    return store(Contact, reading, [_contact(one, by_id, own_position(actor)) for one in fresh], differing)


def _contact(one: Candidate, accounts: Mapping[int, RowMapping], mine: int | None) -> dict[str, Any]:
    name_after_address(one)
    account = accounts.get(one.values.get("account_id", 0))
    owner, territory = (account["owner_id"], account["territory_id"]) if account else (mine, None)
    return {"owner_id": owner, "territory_id": territory, **one.values}


def _account_of(one: Candidate, accounts: Mapping[str, RowMapping | None]) -> RowMapping | None:
    named = one.values.pop("account", "")
    if not named:
        return None
    account = accounts.get(named) or accounts.get(f"name {name_key(named)}")
    if account is None:
        one.notes.append(("account", f"There is no one account called {named[:60]}; the contact came in without."))
        return None
    one.values["account_id"] = account["id"]
    return account
