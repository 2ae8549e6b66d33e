"""Changing the tree and the rules. What changes moves nobody by itself: records keep their territory until placed anew."""

from dataclasses import dataclass

from sqlalchemy import func, update
from sqlalchemy.exc import IntegrityError

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Forbidden, Refused

from . import queries
from .models import Territory, TerritoryRule


@dataclass(frozen=True)
class RuleValues:
    """What a rule asks for; empty fields ask nothing."""

    priority: int = 100
    country: str = ""
    region: str = ""
    postcode_from: str = ""
    postcode_to: str = ""
    industry: str = ""
    employees_from: int | None = None
    employees_to: int | None = None


def _check(actor: Actor) -> None:
    if not actor.may("territories.edit"):
        raise Forbidden("forbidden", "Territories are drawn by sales operations and leadership.")


def add_territory(actor: Actor, *, name: str, parent_id: int | None) -> Territory:
    """A new leaf of the tree."""
    _check(actor)
    made = Territory(name=name.strip(), parent_id=parent_id)
    parent = queries.territory(parent_id, lock=True) if parent_id else None
    db.session.add(made)
    db.session.flush()
    made.path = f"{parent.path if parent else '/'}{made.id}/"
    return made


def change_territory(
    actor: Actor, territory_id: int, *, name: str, parent_id: int | None, version: int | None
) -> Territory:
    """Rename or move with everything below. Raises Refused when the territory would lie below itself."""
    _check(actor)
    changed = queries.territory(territory_id, lock=True)
    changed.expect(version)
    parent = queries.territory(parent_id, lock=True) if parent_id else None
    if parent and parent.path.startswith(changed.path):
        raise Refused("territories.cycle", "A territory cannot lie below itself.", "parent_id")
    old, new = changed.path, f"{parent.path if parent else '/'}{changed.id}/"
    changed.name, changed.parent_id, changed.path = name.strip(), parent_id, new
    if old != new:
        db.session.execute(
            update(Territory)
            .where(Territory.path.startswith(old, autoescape=True), Territory.id != changed.id)
            .values(path=new + func.substr(Territory.path, len(old) + 1), version=Territory.version + 1)
            .execution_options(synchronize_session=False)
        )
    return changed


def remove_territory(actor: Actor, territory_id: int) -> None:
    """Raises Refused while it has territories below, coverage, accounts, leads or anything else in it."""
    _check(actor)
    gone = queries.territory(territory_id, lock=True)
    if queries.has_children(territory_id):
        raise Refused("territories.has_children", "Move or remove the territories below it first.")
    db.session.delete(gone)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Refused("territories.in_use", "It is still covered or has records in it. Move those first.") from error


def add_rule(actor: Actor, territory_id: int, values: RuleValues) -> TerritoryRule:
    _check(actor)
    territory = queries.territory(territory_id, lock=True)
    made = TerritoryRule(territory_id=territory.id, **_columns(values))
    db.session.add(made)
    db.session.flush()
    return made


def change_rule(actor: Actor, rule_id: int, values: RuleValues) -> TerritoryRule:
    _check(actor)
    changed = queries.rule(rule_id)
    for name, value in _columns(values).items():
        setattr(changed, name, value)
    db.session.flush()
    return changed


def remove_rule(actor: Actor, rule_id: int) -> None:
    _check(actor)
    db.session.delete(queries.rule(rule_id))


def _columns(values: RuleValues) -> dict[str, str | int | None]:
    """Raises Refused for a range that is half or backwards, or a rule that asks for nothing."""
    low, high = values.postcode_from.strip(), values.postcode_to.strip()
    if bool(low) != bool(high):
        raise Refused("territories.postcode_pair", "Give both ends of the range.", "postcode_to")
    if low > high:
        raise Refused("territories.postcode_order", "The range runs backwards.", "postcode_to")
    least, most = values.employees_from, values.employees_to
    if least is not None and most is not None and least > most:
        raise Refused("territories.size_order", "The range runs backwards.", "employees_to")
    columns: dict[str, str | int | None] = {
        "country": values.country.upper() or None,
        "region": values.region.strip() or None,
        "postcode_from": low or None,
        "postcode_to": high or None,
        "industry": values.industry.strip() or None,
        "employees_from": least,
        "employees_to": most,
    }
    if all(value is None for value in columns.values()):
        raise Refused("territories.empty_rule", "Say at least one thing that the rule asks for.", "country")
    if columns["region"] and not columns["country"]:
        raise Refused("territories.region_alone", "A region needs its country.", "country")
    return {"priority": values.priority, **columns}
