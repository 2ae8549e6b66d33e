"""The demo world: its files, the converter that makes them, what loads them, and the first start of a portal."""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

# In the order of the areas; an area without demo data has no file here.
LOADERS = (
    "organization", "catalog", "workspace", "accounts", "channels", "activities", "consent", "targets",
    "campaigns", "social", "messages", "emails", "broadcasts", "landing", "events", "scoring", "leads", "opportunities", "quotes",
    "orders", "invoices", "compensation", "responsibility", "realignment", "strategy", "segments",
)  # fmt: skip


def load_demo() -> bool:
    """The whole demo company in one unit of work; False when there is a company already."""
    from portal.kernel.db import transact
    from portal.organization.queries import company

    from .world import empty_world

    def load() -> bool:
        if company() is not None:
            return False
        world = empty_world()
        for area in LOADERS:
            if find_spec(f"{__name__}.{area}"):
                import_module(f"{__name__}.{area}").load(world)
        return True

    return transact(load)


def first_start(app: "Flask") -> str:
    """Fill an empty database and say how to sign in."""
    settings = app.extensions["settings"]
    from portal.organization.queries import company

    with app.app_context():
        if settings.demo and load_demo():
            return "The demo company is loaded. Choose a person on the sign-in page."
        if settings.demo:
            return "Choose a person on the sign-in page."
        if company() is None:
            return _first_admin()
        return "Sign in with your email and password."


def _first_admin() -> str:
    """Who opens an empty portal, and how. Each start gives a new password until somebody has chosen their own."""
    from flask_security import hash_password

    from portal.identity import services
    from portal.kernel.db import transact

    password = services.one_time_password()
    hashed = hash_password(password)
    email = transact(lambda: services.ensure_first_admin(hashed))
    if email is None:
        return "Sign in with the password you chose and finish the set-up."
    return f"Sign in as {email} with the one-time password {password}"
