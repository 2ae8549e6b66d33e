"""The models, the tree of each, its rules, and the territory of a company."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import joinedload

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.kernel.settings import Setting

from .models import VERSION, Territory, TerritoryModel, TerritoryRule
from .rules import Facts, Index, Match, Rule, inherit, why
from .states import ModelState

__all__ = ["Facts", "Node", "Placement", "place"]

IN_FORCE = Territory.model_id.in_(select(TerritoryModel.id).where(TerritoryModel.state == ModelState.ACTIVE))
_compiled: dict[str, "Placing"] = {}


@dataclass(frozen=True)
class Placement:
    """Where a company belongs and why, in words; no territory when no rule applies."""

    territory_id: int | None
    why: str


@dataclass(frozen=True)
class Area:
    """A territory of a model as plain data. `row_id` is its row; the id it has in force is what it `stands_for`."""

    row_id: int
    name: str
    path: str
    is_leaf: bool


@dataclass(frozen=True)
class Placing:
    """One model, compiled for placing companies. Territories go by the id they have once the model is in force."""

    index: Index
    default_id: int | None
    areas: dict[int, Area]  # in the order of the tree

    def place(self, facts: Facts) -> Placement:
        """The territory of a company with the reason, in words a rep understands."""
        rule = self.index.first(facts)
        territory_id = rule.territory_id if rule else self.default_id
        if territory_id is None:
            return Placement(None, "No territory rule covers this address")
        return Placement(territory_id, f"{self.areas[territory_id].name}. {self.why(rule)}")

    @staticmethod
    def why(rule: Rule | None) -> str:
        return why(rule) if rule else "No rule applies, it takes the rest"


@dataclass(frozen=True)
class Node:
    """One territory of the tree with its depth below the root."""

    territory: Territory
    depth: int
    rules: tuple[Rule, ...]


def active_model() -> TerritoryModel | None:
    """The model in force; None before the first territory is drawn."""
    return db.session.scalar(select(TerritoryModel).where(TerritoryModel.state == ModelState.ACTIVE))


def model(actor: Actor, model_id: int, *, lock: bool = False) -> TerritoryModel:
    """Only who draws territories sees models other than the active one. Raises NotFound."""
    query = select(TerritoryModel).where(TerritoryModel.id == model_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None or not _seen(actor, found):
        raise NotFound("territory_models.not_found", "This model is not here.")
    return found


def _seen(actor: Actor, found: TerritoryModel) -> bool:
    return found.state == ModelState.ACTIVE or actor.may("territories.edit")


def models(actor: Actor) -> Sequence[TerritoryModel]:
    """The active one, then the planned ones, then the archived ones, latest first."""
    found = db.session.scalars(select(TerritoryModel).order_by(TerritoryModel.id.desc())).all()
    order = [ModelState.ACTIVE, ModelState.PLANNING, ModelState.ARCHIVED]
    return sorted((one for one in found if _seen(actor, one)), key=lambda one: order.index(one.state))


def rules(model_id: int | None = None) -> list[Rule]:
    """Every rule of the model, of the active one when none is named, best first."""
    paths = db.session.execute(select(Territory.id, Territory.path).where(_in(model_id)))
    return sorted(_rules(model_id, {row.id: row.path for row in paths}), key=lambda rule: rule.order)


def _rules(model_id: int | None, paths: dict[int, str]) -> list[Rule]:
    query = select(TerritoryRule).join(TerritoryRule.territory).where(_in(model_id)).order_by(TerritoryRule.id)
    found = db.session.scalars(query.execution_options(populate_existing=True))
    return inherit((plain(rule) for rule in found), paths)


def _in(model_id: int | None) -> ColumnElement[bool]:
    return IN_FORCE if model_id is None else Territory.model_id == model_id


def plain(rule: TerritoryRule) -> Rule:
    return Rule(
        id=rule.id,
        territory_id=rule.territory_id,
        priority=rule.priority,
        country=rule.country or "",
        region=rule.region or "",
        postcode_from=rule.postcode_from or "",
        postcode_to=rule.postcode_to or "",
        industry=rule.industry or "",
        employees_from=rule.employees_from,
        employees_to=rule.employees_to,
        product=rule.product or "",
        account=rule.account or "",
        inherited=rule.inherited,
    )


def placing(model_id: int | None = None) -> Placing:
    """The model, the active one when none is named, compiled for placing many companies in a row. Two queries."""
    columns = (Territory.id, Territory.stands_for_id, Territory.name, Territory.path, Territory.is_default)
    rows = db.session.execute(select(*columns, Territory.parent_id).where(_in(model_id)).order_by(Territory.path)).all()
    called = {str(row.id): row.name for row in rows}
    rows = sorted(rows, key=lambda row: [called.get(part, "") for part in row.path.strip("/").split("/")])
    known = {row.id: row.stands_for_id or row.id for row in rows}
    parents = {row.parent_id for row in rows}
    areas = {known[row.id]: Area(row.id, row.name, row.path, row.id not in parents) for row in rows}
    default = next((known[row.id] for row in rows if row.is_default), None)
    compiled = [
        replace(rule, territory_id=known[rule.territory_id]) for rule in _rules(model_id, {r.id: r.path for r in rows})
    ]
    return Placing(Index(compiled), default, areas)


def _current() -> Placing:
    """The active model, compiled, and kept in this process until somebody changes a territory or a rule."""
    version = db.session.scalar(select(Setting.value).where(Setting.key == VERSION))
    if version and version in _compiled:
        return _compiled[version]
    made = placing()
    if version:
        _compiled.clear()
        _compiled[version] = made
    return made


def index() -> Index:
    """The compiled rules of the active model."""
    return _current().index


def names(model_id: int | None = None) -> dict[int, str]:
    """Territory -> its name: of the model, of the active one when none is named."""
    return {row.id: row.name for row in db.session.execute(select(Territory.id, Territory.name).where(_in(model_id)))}


def name_of(territory_id: int | None) -> str:
    """Of any model: records of closed periods keep the territory they were closed in."""
    return db.session.scalar(select(Territory.name).where(Territory.id == territory_id)) or ""


def place(facts: Facts) -> Placement:
    """Where the active model puts a company, and why."""
    return _current().place(facts)


def explain(facts: Facts) -> Match | None:
    """The rule that decides, with those it beat, for the try-out form."""
    return index().match(facts)


def territory(actor: Actor, territory_id: int, *, lock: bool = False) -> Territory:
    """Everybody who may see territories sees those of the active model. Raises NotFound."""
    query: Select[Territory] = select(Territory).where(Territory.id == territory_id)
    if lock:
        query = query.with_for_update(of=Territory).execution_options(populate_existing=True)
    found = db.session.scalar(query.options(joinedload(Territory.model, innerjoin=True)))
    if found is None or not _seen(actor, found.model):
        raise NotFound("territories.not_found", "This territory is not here.")
    return found


def rule(actor: Actor, rule_id: int) -> TerritoryRule:
    found = db.session.get(TerritoryRule, rule_id)
    if found is None or not _seen(actor, found.territory.model):
        raise NotFound("territories.rule_not_found", "This rule is not here.")
    return found


def tree(model_id: int | None = None) -> list[Node]:
    """Every territory of the model below its parent, siblings by name."""
    found = list(db.session.scalars(select(Territory).where(_in(model_id)).order_by(Territory.name)))
    below: dict[int | None, list[Territory]] = {}
    for one in found:
        below.setdefault(one.parent_id, []).append(one)
    by_territory: dict[int, list[Rule]] = {}
    for some in rules(model_id):
        by_territory.setdefault(some.territory_id, []).append(some)
    nodes: list[Node] = []

    def walk(parent_id: int | None, depth: int) -> None:
        for one in below.get(parent_id, []):
            nodes.append(Node(one, depth, tuple(by_territory.get(one.id, ()))))
            walk(one.id, depth + 1)

    walk(None, 0)
    return nodes


def ancestors(territory_id: int) -> list[int]:
    """The territory and those above it, nearest first."""
    path = db.session.scalar(select(Territory.path).where(Territory.id == territory_id)) or "/"
    return [int(part) for part in reversed(path.strip("/").split("/")) if part]


def has_children(territory_id: int) -> bool:
    query = select(func.count()).select_from(Territory).where(Territory.parent_id == territory_id)
    return bool(db.session.scalar(query))
