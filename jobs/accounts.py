"""Contacts from files."""

from collections.abc import Mapping, Sequence

from portal.accounts import services
from portal.accounts.services.imports import COLUMNS
from portal.kernel.actor import acting
from portal.workspace.rules import ImportKind, Outcome, offer_import


def take_contacts(rows: Sequence[Mapping[str, str]]) -> Outcome:
    report = services.import_contact_rows(acting(), rows)
    return Outcome(report.refused, report.added, report.changed)


offer_import(
    ImportKind(
        "contacts", "Contacts", "contacts.edit", fields=tuple(COLUMNS.items()), required=("email",), take=take_contacts
    )
)
