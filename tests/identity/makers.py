"""Passwords for the people of the test world."""

from flask_security import hash_password

from portal.identity import services
from portal.identity.models import User
from portal.kernel.db import unit_of_work
from tests import world

PASSWORD = "seven lemons on a ladder"


def with_password(key: str, password: str = PASSWORD, *, must_change: bool = False) -> User:
    """The person, able to sign in with the password."""
    hashed = hash_password(password)
    with unit_of_work():
        services.set_password(world.user(key), hashed, must_change=must_change)
    return world.user(key)
