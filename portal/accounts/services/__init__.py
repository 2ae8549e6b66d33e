"""Making and changing accounts and contacts."""

from .accounts import change_owner, create_account, update_account
from .contacts import create_contact, update_contact
from .imports import import_account_rows, import_contact_rows

__all__ = [
    "change_owner",
    "create_account",
    "create_contact",
    "import_account_rows",
    "import_contact_rows",
    "update_account",
    "update_contact",
]
