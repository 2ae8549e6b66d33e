"""The demo company: units, people in their positions, a vacancy, deputies, plans, and the territories they cover."""

from datetime import date, timedelta
from decimal import Decimal

from portal.identity import services
from portal.identity.rules import Role
from portal.kernel.db import db
from portal.organization.models import Company, Coverage, Delegation, Position, RampProfile, Seat, Unit
from portal.organization.states import PositionRole, UnitKind
from portal.territories.models import Territory, TerritoryRule

from .world import World

UNITS = {  # who heads it: name, kind, the head of the whole it is a part of, cost centre
    "ken-sanchez": ("Adventure Works Cycles", UnitKind.COMPANY, "", "1000"),
    "brian-welcker": ("Sales", UnitKind.UNIT, "ken-sanchez", "4000"),
    "stephen-jiang": ("Sales North America", UnitKind.TEAM, "brian-welcker", "4100"),
    "amy-alberts": ("Sales Europe", UnitKind.TEAM, "brian-welcker", "4200"),
    "syed-abbas": ("Sales Pacific", UnitKind.TEAM, "brian-welcker", "4300"),
    "karen-berg": ("Sales Operations", UnitKind.TEAM, "brian-welcker", "4900"),
    "david-bradley": ("Marketing", UnitKind.UNIT, "ken-sanchez", "3000"),
    "laura-norman": ("Finance", UnitKind.UNIT, "ken-sanchez", "2000"),
    "paula-barreto-de-mattos": ("Human Resources", UnitKind.UNIT, "laura-norman", "2500"),
    "jean-trenary": ("Information Services", UnitKind.UNIT, "ken-sanchez", "2900"),
}
ROLES = {
    "leadership": PositionRole.LEADERSHIP,
    "manager": PositionRole.MANAGER,
    "rep": PositionRole.ACCOUNT_EXECUTIVE,
    "operations": PositionRole.OPERATIONS,
}
LEAVER, STAND_IN = "tete-mensa-annan", "david-campbell"  # the position and its accounts wait for a successor
AWAY, DEPUTY = "jae-pak", "jose-saraiva"
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
    ramp = RampProfile(name="Account executive, six months", percents=[0, 20, 40, 60, 80, 90])
    db.session.add(ramp)
    db.session.flush()
    units: dict[str, Unit] = {}
    for row in world.rows("people"):
        world.people[row["key"]] = services.add_user(
            row["email"],
            row["name"],
            [Role(row["role"])],
            timezone=ZONES.get(row["territory"], world.company["timezone"]),
            demo_order=int(row["demo_order"]) if row["demo_order"] else None,
            demo_note=row["sees"] or None,
        )
        world.positions[row["key"]] = _position(world, row, units, ramp)
    _changes(world, units, ramp)


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


def _unit(key: str, units: dict[str, Unit]) -> Unit:
    name, kind, whole, cost_centre = UNITS[key]
    parent = units.get(whole)
    unit = Unit(name=name, kind=kind, parent_id=parent.id if parent else None, cost_centre=cost_centre)
    db.session.add(unit)
    db.session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    return unit


def _position(world: World, row: dict[str, str], units: dict[str, Unit], ramp: RampProfile) -> Position:
    """The person's position, with them in it since they were hired, covering their territory."""
    key, boss = row["key"], row["reports_to"]
    units[key] = _unit(key, units) if key in UNITS else units[boss]
    covered = world.territories.get(row["territory"])
    title = f"{row['title']}, {covered.name}" if covered and row["role"] == "rep" else row["title"]
    role = ROLES.get(row["role"], PositionRole.OTHER)
    position = _place(title, role, world.positions.get(boss), units[key], ramp)
    taken = Seat(position_id=position.id, user_id=world.people[key].id, starts_on=world.shift(row["since"]))
    if key == LEAVER:
        taken.ends_on = world.today - timedelta(days=21)
    db.session.add(taken)
    if covered:
        db.session.add(Coverage(position_id=position.id, territory_id=covered.id))
    return position


def _place(
    title: str, role: PositionRole, boss: Position | None, unit: Unit, ramp: RampProfile, opens_on: date | None = None
) -> Position:
    sells = role is PositionRole.ACCOUNT_EXECUTIVE
    position = Position(
        title=title,
        role=role,
        unit_id=unit.id,
        reports_to_id=boss.id if boss else None,
        carries_quota=sells,
        capacity=Decimal(1),
        ramp_id=ramp.id if sells else None,
        opens_on=opens_on,
    )
    db.session.add(position)
    db.session.flush()
    position.path = f"{boss.path if boss else '/'}{position.id}/"
    return position


def _changes(world: World, units: dict[str, Unit], ramp: RampProfile) -> None:
    """Who stands in today, and the positions that open soon."""
    week = timedelta(days=7)
    for absent, deputy, starts_on, ends_on, reason in (
        (LEAVER, STAND_IN, world.today - 3 * week, world.today + 8 * week, "Until the position is filled"),
        (AWAY, DEPUTY, world.today - timedelta(days=2), world.today + week, "Holiday"),
    ):
        db.session.add(
            Delegation(
                position_id=world.positions[absent].id,
                user_id=world.people[deputy].id,
                starts_on=starts_on,
                ends_on=ends_on,
                reason=reason,
            )
        )
    next_quarter = world.shift(date(2008, 1, 1))
    for title, role, team in (
        ("Sales Representative, Northeast (new)", PositionRole.ACCOUNT_EXECUTIVE, "stephen-jiang"),
        ("Sales Development Representative, Europe", PositionRole.SDR, "amy-alberts"),
    ):
        _place(title, role, world.positions[team], units[team], ramp, opens_on=next_quarter)
