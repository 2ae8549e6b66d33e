"""user, seed: who may sign in, and the demo company."""

from typing import TYPE_CHECKING, Any

import click

from ..cli import fail, say, settings, with_json

if TYPE_CHECKING:
    from flask import Flask

    from portal.identity.models import User


def _app() -> "Flask":
    from ..serve import load_app

    return load_app(settings())


@click.group()
def user() -> None:
    """People who sign in."""


@user.command("create-admin")
@click.argument("email")
@click.option("--name", default="Administrator", show_default=True)
@with_json
def create_admin(email: str, name: str) -> None:
    """Add an administrator and print a password that works once."""
    from flask_security import hash_password

    from portal.identity import services
    from portal.identity.rules import Role
    from portal.kernel.db import transact

    with _app().app_context():
        password = services.one_time_password()
        hashed = hash_password(password)

        def act() -> None:
            services.set_password(services.add_user(email, name, [Role.ADMIN]), hashed, must_change=True)

        transact(act)
    say({"email": email, "password": password}, f"{email} signs in with {password} and then chooses an own password")


@user.command("password")
@click.argument("email")
@with_json
def password(email: str) -> None:
    """Print a new password for EMAIL that works once; all devices are signed out."""
    from flask_security import hash_password

    from portal.identity import services

    fresh = services.one_time_password()
    with _app().app_context():
        hashed = hash_password(fresh)
        _change(email, lambda found: services.set_password(found, hashed, must_change=True))
    say({"email": email, "password": fresh}, f"{email} signs in with {fresh} and then chooses an own password")


@user.command("disable")
@click.argument("email")
@with_json
def disable(email: str) -> None:
    """End the sign-in of EMAIL and all its devices."""
    from portal.identity import services
    from portal.kernel.actor import SYSTEM

    with _app().app_context():
        _change(email, lambda found: services.disable_user(SYSTEM, found))
    say({"email": email, "active": False}, f"{email} cannot sign in any more")


@user.command("enable")
@click.argument("email")
@with_json
def enable(email: str) -> None:
    """Let EMAIL sign in again."""
    from portal.identity import services
    from portal.kernel.actor import SYSTEM

    with _app().app_context():
        _change(email, lambda found: services.enable_user(SYSTEM, found))
    say({"email": email, "active": True}, f"{email} can sign in")


@user.command("list")
@with_json
def list_people() -> None:
    """Everybody who can sign in, with roles."""
    from portal.identity.queries import everybody

    with _app().app_context():
        rows: list[dict[str, Any]] = [
            {"email": one.email, "name": one.name, "roles": sorted(one.role_names), "active": one.active}
            for one in everybody()
        ]
    say(rows, "\n".join(f"{r['email']:45} {r['name']:30} {', '.join(r['roles'])}" for r in rows))


def _change(email: str, act: "Any") -> None:
    from portal.identity.queries import user_called
    from portal.kernel.db import transact

    def once() -> None:
        found: User | None = user_called(email)
        if found is None:
            raise fail(f"nobody signs in as {email}")
        act(found)

    transact(once)


@click.group()
def seed() -> None:
    """Data to look around with."""


@seed.command("demo")
@with_json
def seed_demo() -> None:
    """Load the demo company into an empty portal."""
    from portal.seeds import load_demo

    with _app().app_context():
        loaded = load_demo()
    said = "the demo company is loaded" if loaded else "there is a company already: nothing was loaded"
    say({"loaded": loaded}, said)


COMMANDS = (user, seed)
