"""Accounts and contacts for tests."""

from typing import Any

from portal.accounts.models import Account, Contact
from tests import world


def make_account(name: str = "Alpine Ski House", owner: str = "rep", **values: Any) -> Account:
    """An account of the person's position; the number is made of the name."""
    number = values.pop("number", f"A-{name}")
    return world.add(Account(number=number, name=name, owner_id=world.position(owner).id, **values))


def make_contact(last_name: str = "Meyer", owner: str = "rep", **values: Any) -> Contact:
    return world.add(Contact(last_name=last_name, owner_id=world.position(owner).id, **values))
