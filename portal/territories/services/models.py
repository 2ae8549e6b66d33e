"""Planning in copies of a model, and putting one in force."""

from typing import Any

from sqlalchemy import Table, bindparam, select, update

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.states import check_move

from .. import queries
from ..models import Territory, TerritoryModel, TerritoryRule, note_change
from ..states import MOVES, ModelState
from .tree import check


def clone_model(actor: Actor, model_id: int, *, name: str, note: str = "") -> TerritoryModel:
    """A planned copy of a model: every territory stands for its original, and the rules come along."""
    check(actor)
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
    check(actor)
    changed = queries.model(actor, model_id, lock=True)
    changed.expect(version)
    if not name.strip():
        raise Refused("territory_models.no_name", "Give the plan a name.", "name")
    changed.name, changed.note = name.strip(), note.strip()
    return changed


def remove_model(actor: Actor, model_id: int) -> None:
    """A plan that was never in force goes with its territories. Raises Refused for any other."""
    check(actor)
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
    check(actor)
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
    table: Table = Territory.__table__  # type: ignore[assignment]
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
        placed: dict[str, Any] = {
            column: bindparam(column) for column in ("model_id", "name", "is_default", "parent_id", "path")
        }
        db.session.execute(update(table).where(this).values(version=table.c.version + 1, **placed), final)
    mine = select(TerritoryRule.id, TerritoryRule.territory_id).where(TerritoryRule.territory_id.in_(swap))
    moved = [{"rule": rule.id, "territory_id": swap[rule.territory_id]} for rule in db.session.execute(mine)]
    if moved:
        rules: Table = TerritoryRule.__table__  # type: ignore[assignment]
        there = rules.c.id == bindparam("rule")
        db.session.execute(update(rules).where(there).values(territory_id=bindparam("territory_id")), moved)
    db.session.expire_all()
    return originals


def _path(key: int, parents: dict[int, int]) -> str:
    above = [key]
    while above[0] in parents:
        above.insert(0, parents[above[0]])
    return "/" + "".join(f"{part}/" for part in above)
