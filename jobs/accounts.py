"""Contacts and accounts from files."""

from collections.abc import Mapping, Sequence

from portal.accounts import services
from portal.accounts.models import Account, Contact
from portal.accounts.services.imports import ACCOUNT_FIELDS, CONTACT_FIELDS, account_key, email_key
from portal.consent.services import CONSENT_FIELDS, take_over
from portal.kernel.actor import acting
from portal.workspace.rules import ImportKind, Outcome, offer_import


def take_contacts(rows: Sequence[Mapping[str, str]]) -> Outcome:
    outcome = services.import_contact_rows(acting(), rows)
    take_over(rows, {refusal.row for refusal in outcome.refused}, source=f"import by {acting().name}")
    return outcome


def take_accounts(rows: Sequence[Mapping[str, str]]) -> Outcome:
    return services.import_account_rows(acting(), rows)


offer_import(
    ImportKind(
        "contacts", "Contacts", "contacts.edit",
        fields=(*CONTACT_FIELDS.items(), *CONSENT_FIELDS.items()), required=("email",), take=take_contacts,
        key=("email", email_key), model=Contact,
    )
)  # fmt: skip
offer_import(
    ImportKind(
        "accounts", "Accounts", "accounts.edit",
        fields=tuple(ACCOUNT_FIELDS.items()), required=("name",), take=take_accounts,
        key=("name", account_key), model=Account,
    )
)  # fmt: skip
