"""Contacts and accounts from a file, a slice of rows at a time, with few statements whatever its size."""

from .cells import email_key
from .companies import ACCOUNT_FIELDS, account_key, import_account_rows
from .contacts import CONTACT_FIELDS, import_contact_rows

__all__ = ["ACCOUNT_FIELDS", "CONTACT_FIELDS", "account_key", "email_key", "import_account_rows", "import_contact_rows"]
