"""The tree, its rules, and the territory of a company."""

from dataclasses import dataclass

from sqlalchemy import func, select

from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.kernel.settings import Setting

from .models import VERSION, Territory, TerritoryRule
from .rules import Facts, Index, Match, Rule

__all__ = ["Facts", "Node", "Placement", "place"]

_compiled: dict[str, tuple[Index, dict[int, str]]] = {}


@dataclass(frozen=True)
class Placement:
    """Where a company belongs and why, in words; no territory when no rule applies."""

    territory_id: int | None
    why: str


@dataclass(frozen=True)
class Node:
    """One territory of the tree with its depth below the root."""

    territory: Territory
    depth: int
    rules: tuple[Rule, ...]


def rules() -> list[Rule]:
    """Every rule, best first."""
    found = db.session.scalars(select(TerritoryRule).execution_options(populate_existing=True))
    return sorted((plain(rule) for rule in found), key=lambda rule: rule.order)


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
    )


def _current() -> tuple[Index, dict[int, str]]:
    """The compiled rules and the names, kept in this process until somebody changes a territory or a rule."""
    version = db.session.scalar(select(Setting.value).where(Setting.key == VERSION))
    if version and version in _compiled:
        return _compiled[version]
    made = (Index(rules()), names())
    if version:
        _compiled.clear()
        _compiled[version] = made
    return made


def index() -> Index:
    """The compiled rules, for placing many companies in a row."""
    return _current()[0]


def names() -> dict[int, str]:
    """Every territory -> its name."""
    return {row.id: row.name for row in db.session.execute(select(Territory.id, Territory.name))}


def place(facts: Facts) -> Placement:
    """The territory of a company with the reason, in words a rep understands."""
    compiled, called = _current()
    found = compiled.match(facts)
    if found is None:
        return Placement(None, "No territory rule covers this address")
    return Placement(found.rule.territory_id, f"{called[found.rule.territory_id]}. {found.why}")


def explain(facts: Facts) -> Match | None:
    """The rule that decides, with those it beat, for the try-out form."""
    return index().match(facts)


def territory(territory_id: int, *, lock: bool = False) -> Territory:
    """Everybody who may see territories sees all of them. Raises NotFound."""
    query = select(Territory).where(Territory.id == territory_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("territories.not_found", "This territory is not here.")
    return found


def rule(rule_id: int) -> TerritoryRule:
    found = db.session.get(TerritoryRule, rule_id)
    if found is None:
        raise NotFound("territories.rule_not_found", "This rule is not here.")
    return found


def tree() -> list[Node]:
    """Every territory below its parent, siblings by name."""
    found = list(db.session.scalars(select(Territory).order_by(Territory.name)))
    below: dict[int | None, list[Territory]] = {}
    for one in found:
        below.setdefault(one.parent_id, []).append(one)
    by_territory: dict[int, list[Rule]] = {}
    for some in rules():
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
