"""Drawing the tree and the rules, and planning in copies. Changing them moves nobody: records keep their territory."""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import IntegrityError

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Forbidden, Refused
from portal.kernel.states import check_move

from . import queries
from .models import Territory, TerritoryModel, TerritoryRule, note_change
from .states import MOVES, ModelState


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


def _check(actor: Actor) -> None:
    if not actor.may("territories.edit"):
        raise Forbidden("forbidden", "Territories are drawn by sales operations and leadership.")


def _drawn(model: TerritoryModel) -> None:
    """Raises Refused for a model that has been in force and is kept as it was."""
    if model.state == ModelState.ARCHIVED:
        raise Refused("territory_models.archived", "An archived model stays as it was. Copy it to change it.")


def add_territory(actor: Actor, *, name: str, parent_id: int | None, model_id: int | None = None) -> Territory:
    """A new leaf of the tree; of the active model's unless the parent or `model_id` says otherwise."""
    _check(actor)
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
    _check(actor)
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
    _check(actor)
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
    _check(actor)
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
    _check(actor)
    territory = queries.territory(actor, territory_id, lock=True)
    _drawn(territory.model)
    made = TerritoryRule(territory_id=territory.id, **_columns(values))
    _unnamed_elsewhere(made.account, territory.model_id, None)
    db.session.add(made)
    db.session.flush()
    return made


def change_rule(actor: Actor, rule_id: int, values: RuleValues) -> TerritoryRule:
    _check(actor)
    changed = queries.rule(actor, rule_id)
    _drawn(changed.territory.model)
    _unnamed_elsewhere(values.account.strip(), changed.territory.model_id, rule_id)
    for name, value in _columns(values).items():
        setattr(changed, name, value)
    db.session.flush()
    return changed


def remove_rule(actor: Actor, rule_id: int) -> None:
    _check(actor)
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


def _columns(values: RuleValues) -> dict[str, str | int | bool | None]:
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


def clone_model(actor: Actor, model_id: int, *, name: str, note: str = "") -> TerritoryModel:
    """A planned copy of a model: every territory stands for its original, and the rules come along."""
    _check(actor)
    source = queries.model(actor, model_id)
    if not name.strip():
        raise Refused("territory_models.no_name", "Give the plan a name.", "name")
    made = TerritoryModel(name=name.strip(), note=note.strip(), made_by=actor.name)
    db.session.add(made)
    db.session.flush()
    copies: dict[int, Territory] = {}
    for node in queries.tree(source.id):
        old = node.territory
        parent = copies.get(old.parent_id or 0)
        copy = Territory(
            model_id=made.id,
            stands_for_id=old.stands_for_id or old.id,
            name=old.name,
            is_default=old.is_default,
            parent_id=parent.id if parent else None,
        )
        db.session.add(copy)
        db.session.flush()
        copy.path = f"{parent.path if parent else '/'}{copy.id}/"
        copies[old.id] = copy
    _copy_rules(source.id, {old: copy.id for old, copy in copies.items()})
    return made


def _copy_rules(model_id: int, copies: dict[int, int]) -> None:
    kept = [column.key for column in TerritoryRule.__table__.columns if column.key not in ("id", "territory_id")]
    found = db.session.scalars(
        select(TerritoryRule)
        .join(TerritoryRule.territory)
        .where(Territory.model_id == model_id)
        .order_by(TerritoryRule.id)
    )
    copied = [{"territory_id": copies[rule.territory_id]} | {key: getattr(rule, key) for key in kept} for rule in found]
    db.session.add_all(TerritoryRule(**values) for values in copied)
    db.session.flush()


def change_model(actor: Actor, model_id: int, *, name: str, note: str, version: int | None) -> TerritoryModel:
    _check(actor)
    changed = queries.model(actor, model_id, lock=True)
    changed.expect(version)
    if not name.strip():
        raise Refused("territory_models.no_name", "Give the plan a name.", "name")
    changed.name, changed.note = name.strip(), note.strip()
    return changed


def remove_model(actor: Actor, model_id: int) -> None:
    """A plan that was never in force goes with its territories. Raises Refused for any other."""
    _check(actor)
    gone = queries.model(actor, model_id, lock=True)
    if gone.state != ModelState.PLANNING or gone.activated_at:
        raise Refused("territory_models.kept", "What has been in force is kept.")
    for node in reversed(queries.tree(gone.id)):
        db.session.delete(node.territory)
        db.session.flush()
    db.session.delete(gone)


def activate_model(actor: Actor, model_id: int) -> dict[int, int]:
    """Put the model in force and the active one into the archive. Moves nobody; that is the work of `realignment`.

    Returns which rows changed places: the row of the model -> the one it stood for.
    """
    _check(actor)
    chosen = queries.model(actor, model_id, lock=True)
    check_move(MOVES, chosen.state, ModelState.ACTIVE, noun="model")
    now, former = clock.now(), queries.active_model()
    swapped = _exchange(chosen.id)
    if former is not None:
        former.state, former.archived_at = ModelState.ARCHIVED, now
        db.session.flush()
    chosen.state, chosen.activated_at, chosen.archived_at = ModelState.ACTIVE, now, None
    db.session.flush()
    note_change()
    return swapped


def _exchange(model_id: int) -> dict[int, int]:
    """Each territory of the model changes places with the row it stands for: what refers to a row needs no change."""
    pairs = select(Territory.id, Territory.stands_for_id).where(Territory.model_id == model_id)
    originals = {row.id: row.stands_for_id for row in db.session.execute(pairs) if row.stands_for_id}
    swap = originals | {original: copy for copy, original in originals.items()}
    touched = select(Territory.model_id).where(Territory.id.in_(swap))
    table = Territory.__table__
    columns = select(table.c.id, table.c.model_id, table.c.name, table.c.parent_id, table.c.is_default)
    found = db.session.execute(columns.where(table.c.model_id.in_(touched)).order_by(table.c.path)).all()
    rows = {row.id: row for row in found}
    parents = {key: swap.get(p, p) for key in rows if (p := rows[swap.get(key, key)].parent_id)}
    final = [
        {
            "row": key,
            "model_id": rows[swap.get(key, key)].model_id,
            "name": rows[swap.get(key, key)].name,
            "is_default": rows[swap.get(key, key)].is_default,
            "parent_id": parents.get(key),
            "path": _path(key, parents),
        }
        for key in rows
    ]
    this = table.c.id == bindparam("row")
    apart = update(table).where(this).values(name=bindparam("name"), is_default=False)
    if rows:
        db.session.execute(
            apart, [{"row": key, "name": f"\N{BULLET}{key}"} for key in rows]
        )  # names are unique per model
        placed = {column: bindparam(column) for column in ("model_id", "name", "is_default", "parent_id", "path")}
        db.session.execute(update(table).where(this).values(version=table.c.version + 1, **placed), final)
    mine = select(TerritoryRule.id, TerritoryRule.territory_id).where(TerritoryRule.territory_id.in_(swap))
    moved = [{"rule": rule.id, "territory_id": swap[rule.territory_id]} for rule in db.session.execute(mine)]
    if moved:
        rules = TerritoryRule.__table__
        there = rules.c.id == bindparam("rule")
        db.session.execute(update(rules).where(there).values(territory_id=bindparam("territory_id")), moved)
    db.session.expire_all()
    return originals


def _path(key: int, parents: dict[int, int]) -> str:
    above = [key]
    while above[0] in parents:
        above.insert(0, parents[above[0]])
    return "/" + "".join(f"{part}/" for part in above)
