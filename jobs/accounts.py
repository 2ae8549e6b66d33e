"""Contacts from files, and accounts handed over from their list."""

from collections.abc import Mapping, Sequence

from portal.accounts import services
from portal.accounts.services.imports import COLUMNS
from portal.kernel import clock
from portal.kernel.actor import Actor, acting
from portal.organization.queries import names_of_positions
from portal.workspace.rules import BulkAct, ImportKind, Outcome, offer_act, offer_import


def take_contacts(rows: Sequence[Mapping[str, str]]) -> Outcome:
    report = services.import_contact_rows(acting(), rows)
    return Outcome(report.refused, report.added, report.changed)


def hand_over(actor: Actor, account_id: int, owner: str) -> None:
    services.change_owner(actor, account_id, int(owner), "Handed over from the list")


def owners(actor: Actor) -> list[tuple[str, str]]:
    names = names_of_positions(clock.now().date())
    return sorted(((str(key), name) for key, name in names.items()), key=lambda pair: pair[1])


offer_import(
    ImportKind(
        "contacts", "Contacts", "contacts.edit", fields=tuple(COLUMNS.items()), required=("email",), take=take_contacts
    )
)
offer_act(BulkAct("accounts", "owner", "Change owner", "accounts.edit", hand_over, owners))
