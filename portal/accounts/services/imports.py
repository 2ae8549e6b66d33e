"""Contacts from a file, a slice of rows at a time, with few statements whatever its size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.organization.queries import authorize, own_position, reach
from portal.workspace.rules import Refusal

from ..models import Account, Contact
from ..rules import name_key
from .contacts import clean

COLUMNS = {
    "email": "Email",
    "first_name": "First name",
    "last_name": "Last name",
    "job_title": "Role",
    "phone": "Phone",
    "mobile": "Mobile",
    "language": "Language",
    "account": "Account (number or name)",
}


@dataclass
class ImportReport:
    """What became of the rows."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[Refusal] = field(default_factory=list)


def import_contact_rows(actor: Actor, rows: Sequence[Mapping[str, str]]) -> ImportReport:
    """Add or change contacts by email, in the caller's unit of work. Give about 500 rows at a time.

    A row has some of `COLUMNS`; an empty cell leaves a known contact's value alone. `account` is the number or name of an
    account. Rows that cannot be right are refused one by one, the others go in.
    """
    authorize(actor, "contacts.edit")
    report = ImportReport()
    accounts = _accounts(rows)
    by_id = {account.id: account for account in accounts.values() if account}
    read = _read(rows, accounts, report)
    there = select(Contact, reach(actor, Contact, "contacts.edit").label("mine")).where(Contact.email.in_(read))
    known = {contact.email: (contact, mine) for contact, mine in db.session.execute(there)}
    added: list[Contact] = []
    for email, (at, values) in read.items():
        contact, mine = known.get(email, (None, True))
        if contact is None and not values.get("last_name"):
            report.refused.append(Refusal(at, "last_name", "A new contact needs a last name."))
        elif not mine:
            report.refused.append(Refusal(at, "email", "This contact belongs to somebody else."))
        elif contact is None:
            account = by_id.get(values.get("account_id", 0))
            added.append(
                Contact(
                    owner_id=account.owner_id if account else own_position(actor),
                    territory_id=account and account.territory_id,
                    **values,
                )
            )
        elif differing := {key: new for key, new in values.items() if getattr(contact, key) != new}:
            report.changed += 1
            for key, new in differing.items():
                setattr(contact, key, new)
        else:
            report.unchanged += 1
    report.added = len(added)
    db.session.add_all(added)
    db.session.flush()  # one statement each for new rows, changed rows, audit and search
    report.refused.sort()
    return report


def _accounts(rows: Sequence[Mapping[str, str]]) -> dict[str, Account | None]:
    """Number or name key -> account; None where several have the name."""
    named = {text for row in rows if (text := (row.get("account") or "").strip())}
    if not named:
        return {}
    keys = {name_key(text) for text in named}
    found: dict[str, Account | None] = {}
    for account in db.session.scalars(
        select(Account).where(or_(Account.number.in_(named), Account.name_key.in_(keys)))
    ):
        found[account.name_key] = None if account.name_key in found else account
        found[account.number] = account
    return found


def _read(
    rows: Sequence[Mapping[str, str]], accounts: Mapping[str, Account | None], report: ImportReport
) -> dict[str, tuple[int, dict[str, Any]]]:
    """Email -> (row, clean values); what cannot be read goes to the report. Of two rows with one address the first counts."""
    read: dict[str, tuple[int, dict[str, Any]]] = {}
    for at, row in enumerate(rows, 1):
        try:
            values = _values(row, accounts)
        except Refused as refusal:
            report.refused.append(Refusal(at, refusal.field or "", refusal.message))
            continue
        if values["email"] in read:
            report.refused.append(Refusal(at, "email", "This address stands in an earlier row."))
        else:
            read[values["email"]] = (at, values)
    return read


def _values(row: Mapping[str, str], accounts: Mapping[str, Account | None]) -> dict[str, Any]:
    given = {key: text for key in COLUMNS if (text := (row.get(key) or "").replace("\0", "").strip())}
    if "email" not in given:
        raise Refused("import.no_email", "Contacts are told apart by their email address.", "email")
    account = None
    if named := given.pop("account", ""):
        account = accounts.get(named) or accounts.get(name_key(named))
        if account is None:
            raise Refused("import.no_account", f"There is no one account called {named}.", "account")
    values = clean(dict(given), account.country if account else "")
    return values | ({"account_id": account.id} if account else {})
