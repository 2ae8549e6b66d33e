"""Making and changing accounts and contacts."""

from .accounts import create_account, update_account
from .assignment import KEEP, reassign
from .care import join_team, leave_team, set_care
from .contacts import create_contact, update_contact
from .imports import import_account_rows, import_contact_rows

__all__ = [
    "KEEP",
    "create_account",
    "create_contact",
    "import_account_rows",
    "import_contact_rows",
    "join_team",
    "leave_team",
    "reassign",
    "set_care",
    "update_account",
    "update_contact",
]
