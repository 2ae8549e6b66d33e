"""Making and changing accounts and contacts."""

from .accounts import create_account, update_account
from .assignment import KEEP, change_owner, reassign
from .contacts import create_contact, update_contact
from .imports import import_account_rows, import_contact_rows

__all__ = [
    "KEEP",
    "change_owner",
    "create_account",
    "create_contact",
    "import_account_rows",
    "import_contact_rows",
    "reassign",
    "update_account",
    "update_contact",
]
