"""The demo company, its people in their positions, and the territories they cover."""

from portal.identity import services
from portal.identity.rules import Role
from portal.kernel.db import db
from portal.organization.models import Company, Coverage, Position, Seat
from portal.territories.models import Territory, TerritoryRule

from .world import World

FIRST_DAY = "2005-07-01"  # of the files: since when everybody sits where they sit
ZONES = {
    "france": "Europe/Paris",
    "germany": "Europe/Berlin",
    "united-kingdom": "Europe/London",
    "australia": "Australia/Sydney",
}


def load(world: World) -> None:
    db.session.add(_company(world))
    _territories(world)
    services.ensure_roles()
    for row in world.rows("people"):
        world.people[row["key"]] = services.add_user(
            row["email"],
            row["name"],
            [Role(row["role"])],
            timezone=ZONES.get(row["territory"], world.company["timezone"]),
            demo_order=int(row["demo_order"]) if row["demo_order"] else None,
            demo_note=row["sees"] or None,
        )
        world.positions[row["key"]] = _position(world, row)


def _company(world: World) -> Company:
    facts, bank = world.company, world.company["bank"]
    same = ("name", "legal_name", "street", "city", "region", "postcode", "country", "phone", "email", "currency")
    return Company(
        **{name: facts[name] for name in same},
        vat_id=facts["tax_id"],
        website=f"https://www.{facts['email_domain']}",
        fiscal_year_start=facts["fiscal_year_start_month"],
        timezone=facts["timezone"],
        locale=facts["locale"].partition("_")[0],
        accent=facts["accent"],
        bank_name=bank["name"],
        iban=bank["iban"],
        bic=bank["bic"],
    )


def _territories(world: World) -> None:
    for row in world.rows("territories"):
        parent = world.territories.get(row["parent"])
        territory = Territory(name=row["name"], parent_id=parent.id if parent else None)
        db.session.add(territory)
        db.session.flush()
        territory.path = f"{parent.path if parent else '/'}{territory.id}/"
        world.territories[row["key"]] = territory
    for row in world.rows("territory_rules"):
        db.session.add(
            TerritoryRule(
                territory_id=world.territories[row["territory"]].id,
                priority=int(row["priority"]),
                country=row["country"],
                region=row["region"] or None,
                postcode_from=row["postcode_from"] or None,
                postcode_to=row["postcode_to"] or None,
            )
        )


def _position(world: World, row: dict[str, str]) -> Position:
    """The person's position, with them in it, covering their territory."""
    boss = world.positions.get(row["reports_to"])
    covered = world.territories.get(row["territory"])
    title = f"{row['title']}, {covered.name}" if covered and row["role"] == "rep" else row["title"]
    position = Position(title=title, reports_to_id=boss.id if boss else None, carries_quota=row["role"] == "rep")
    db.session.add(position)
    db.session.flush()
    position.path = f"{boss.path if boss else '/'}{position.id}/"
    db.session.add(Seat(position_id=position.id, user_id=world.people[row["key"]].id, starts_on=world.shift(FIRST_DAY)))
    if covered:
        db.session.add(Coverage(position_id=position.id, territory_id=covered.id))
    return position
