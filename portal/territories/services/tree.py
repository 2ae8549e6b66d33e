"""Drawing the tree and the rules. Changing them moves nobody: records keep their territory until placed anew."""

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Forbidden, Refused

from .. import queries
from ..models import Territory, TerritoryModel, TerritoryRule
from ..rules import overlaps
from ..states import ModelState


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
    product: str = ""
    account: str = ""
    inherited: bool = False


def check(actor: Actor) -> None:
    if not actor.may("territories.edit"):
        raise Forbidden("forbidden", "Territories are drawn by sales operations and leadership.")


def _drawn(model: TerritoryModel) -> None:
    """Raises Refused for a model that has been in force and is kept as it was."""
    if model.state == ModelState.ARCHIVED:
        raise Refused("territory_models.archived", "An archived model stays as it was. Copy it to change it.")


def add_territory(actor: Actor, *, name: str, parent_id: int | None, model_id: int | None = None) -> Territory:
    """A new leaf of the tree; of the active model's unless the parent or `model_id` says otherwise."""
    check(actor)
    parent = queries.territory(actor, parent_id, lock=True) if parent_id else None
    if parent and model_id not in (None, parent.model_id):
        raise Refused("territories.other_model", "Choose a territory of the same model.", "parent_id")
    made = Territory(name=name.strip(), parent_id=parent_id)
    if model_id or parent:
        made.model_id = model_id or parent.model_id  # type: ignore[union-attr]
        _drawn(queries.model(actor, made.model_id))
    db.session.add(made)
    db.session.flush()
    made.path = f"{parent.path if parent else '/'}{made.id}/"
    return made


def change_territory(
    actor: Actor, territory_id: int, *, name: str, parent_id: int | None, version: int | None
) -> Territory:
    """Rename or move with everything below. Raises Refused when the territory would lie below itself."""
    check(actor)
    changed = queries.territory(actor, territory_id, lock=True)
    _drawn(changed.model)
    changed.expect(version)
    parent = queries.territory(actor, parent_id, lock=True) if parent_id else None
    if parent and parent.path.startswith(changed.path):
        raise Refused("territories.cycle", "A territory cannot lie below itself.", "parent_id")
    if parent and parent.model_id != changed.model_id:
        raise Refused("territories.other_model", "Choose a territory of the same model.", "parent_id")
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
    check(actor)
    gone = queries.territory(actor, territory_id, lock=True)
    _drawn(gone.model)
    if queries.has_children(territory_id):
        raise Refused("territories.has_children", "Move or remove the territories below it first.")
    db.session.delete(gone)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Refused("territories.in_use", "It is still covered or has records in it. Move those first.") from error


def set_default(actor: Actor, territory_id: int, takes_rest: bool) -> None:
    """The territory takes what no rule of its model places; another one that did so no longer does."""
    check(actor)
    chosen = queries.territory(actor, territory_id, lock=True)
    _drawn(chosen.model)
    others = select(Territory).where(
        Territory.model_id == chosen.model_id, Territory.is_default, Territory.id != chosen.id
    )
    for other in db.session.scalars(others):
        other.is_default = False
    db.session.flush()
    chosen.is_default = takes_rest


def add_rule(actor: Actor, territory_id: int, values: RuleValues) -> TerritoryRule:
    check(actor)
    territory = queries.territory(actor, territory_id, lock=True)
    _drawn(territory.model)
    made = TerritoryRule(territory_id=territory.id, **columns_of(values))
    _unnamed_elsewhere(made.account, territory.model_id, None)
    db.session.add(made)
    db.session.flush()
    _decided(made.id, territory.model_id)
    return made


def change_rule(actor: Actor, rule_id: int, values: RuleValues) -> TerritoryRule:
    check(actor)
    changed = queries.rule(actor, rule_id)
    _drawn(changed.territory.model)
    _unnamed_elsewhere(values.account.strip(), changed.territory.model_id, rule_id)
    for name, value in columns_of(values).items():
        setattr(changed, name, value)
    db.session.flush()
    _decided(rule_id, changed.territory.model_id)
    return changed


def remove_rule(actor: Actor, rule_id: int) -> None:
    check(actor)
    gone = queries.rule(actor, rule_id)
    _drawn(gone.territory.model)
    db.session.delete(gone)


def _unnamed_elsewhere(account: str | None, model_id: int, rule_id: int | None) -> None:
    """Raises Refused when another rule of the model names the account: of two, only their age would decide."""
    if not account:
        return
    query = select(Territory.name).join(TerritoryRule).where(Territory.model_id == model_id)
    other = db.session.scalar(query.where(TerritoryRule.account == account, TerritoryRule.id != (rule_id or 0)))
    if other is not None:
        raise Refused("territories.named_twice", f"{other} names this account already.", "account")


def _decided(rule_id: int, model_id: int) -> None:
    """Raises Refused when a rule of another territory asks for as much with the same priority and can apply too."""
    for pair in overlaps(queries.rules(model_id)):
        if rule_id in (pair[0].id, pair[1].id):
            other = pair[0] if pair[1].id == rule_id else pair[1]
            name = queries.names(model_id)[other.territory_id]
            text = (
                f"{name} has a rule ({other.words()}) that can apply too, with this priority. Give one a lower number."
            )
            raise Refused("territories.overlap", text, "priority")


def columns_of(values: RuleValues) -> dict[str, str | int | bool | None]:
    """Raises Refused for a range that is half or backwards, or a rule that asks for nothing."""
    low, high = values.postcode_from.strip(), values.postcode_to.strip()
    if bool(low) != bool(high):
        raise Refused("territories.postcode_pair", "Give both ends of the range.", "postcode_to")
    if low > high:
        raise Refused("territories.postcode_order", "The range runs backwards.", "postcode_to")
    least, most = values.employees_from, values.employees_to
    if least is not None and most is not None and least > most:
        raise Refused("territories.size_order", "The range runs backwards.", "employees_to")
    columns: dict[str, str | int | bool | None] = {
        "country": values.country.upper() or None,
        "region": values.region.strip() or None,
        "postcode_from": low or None,
        "postcode_to": high or None,
        "industry": values.industry.strip() or None,
        "employees_from": least,
        "employees_to": most,
        "product": values.product.strip() or None,
    }
    account = values.account.strip() or None
    asked = [value for value in columns.values() if value is not None]
    if not asked and not account:
        raise Refused("territories.empty_rule", "Say at least one thing that the rule asks for.", "country")
    if account and (asked or values.inherited):
        raise Refused("territories.named_and_more", "A rule that names an account asks nothing else.", "account")
    if columns["region"] and not columns["country"]:
        raise Refused("territories.region_alone", "A region needs its country.", "country")
    return {"priority": values.priority, "account": account, "inherited": values.inherited, **columns}
