"""The demo world: its files, the converter that makes them, what loads them, and the first start of a portal."""

import secrets
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

# In the order of the areas; an area without demo data has no file here.
LOADERS = (
    "organization", "catalog", "workspace", "accounts", "activities", "consent", "targets", "messages", "landing",
    "scoring", "leads", "opportunities", "quotes", "orders", "invoices", "responsibility",
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
            return f"Set it up at {settings.staff_url}/setup with this one-time password: {new_setup_code()}"
        return "Sign in with your email and password."


def new_setup_code() -> str:
    """A code for the set-up page; an earlier one ends."""
    from portal.kernel.db import transact
    from portal.organization.services import keep_setup_code

    code = "-".join(secrets.token_hex(2) for _ in range(4))
    transact(lambda: keep_setup_code(code))
    return code
