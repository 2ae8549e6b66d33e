"""The demo customers: stores, and the people who buy for them."""

from datetime import UTC, datetime, time
from decimal import Decimal

from portal.accounts.models import Account, Contact
from portal.accounts.rules import domain_of
from portal.kernel.db import db

from .world import World

LANGUAGES = {"DE": "de", "AT": "de", "CH": "de"}


def load(world: World) -> None:
    contacts = world.rows("contacts")
    domains = {row["account"]: domain_of(row["email"]) for row in contacts}
    for row in world.rows("accounts"):
        world.accounts[row["number"]] = _account(world, row, domains.get(row["number"], ""))
    db.session.add_all(world.accounts.values())
    db.session.flush()
    for row in contacts:
        account = world.accounts[row["account"]]
        world.contacts[row["email"]] = Contact(
            account_id=account.id,
            first_name=row["first_name"],
            last_name=row["last_name"],
            job_title=row["job_title"],
            email=row["email"],
            phone=row["phone"],
            phone_e164=dialled(row["phone"]),
            language=account.language,
            owner_id=account.owner_id,
            territory_id=account.territory_id,
            created_at=account.created_at,
        )
    db.session.add_all(world.contacts.values())
    db.session.flush()


def _account(world: World, row: dict[str, str], domain: str) -> Account:
    opened = datetime.combine(world.shift(f"{max(int(row['year_opened']), 2000)}-07-01"), time(9), UTC)
    return Account(
        number=row["number"],
        name=row["name"],
        domain=domain,
        website=f"https://www.{domain}" if domain else "",
        industry=row["industry"],
        employees=int(row["employees"]),
        annual_revenue=Decimal(row["annual_revenue"]),
        phone=row["phone"],
        phone_e164=dialled(row["phone"]),
        street=", ".join(part for part in (row["street"], row["street_2"]) if part),
        city=row["city"],
        region=row["region"],
        postcode=row["postcode"],
        country=row["country"],
        currency=world.company["currency"],
        language=LANGUAGES.get(row["country"], "en"),
        owner_id=world.positions[row["owner"]].id,
        territory_id=world.territories[row["territory"]].id,
        created_at=opened,
    )


def dialled(readable: str) -> str:
    """The demo numbers stand in international form, so what remains is E.164."""
    return "+" + "".join(c for c in readable if c.isdigit()) if readable else ""
