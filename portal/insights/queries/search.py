"""Searching every area at once."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.kernel.actor import Actor
from portal.kernel.db import db, model_of
from portal.kernel.search import Hit, find
from portal.organization.queries import reach

NAMES = {
    "leads": "Leads",
    "opportunities": "Opportunities",
    "accounts": "Accounts",
    "contacts": "Contacts",
    "quotes": "Quotes",
    "orders": "Orders",
    "invoices": "Invoices",
    "catalog": "Products",
}
SEARCHED = 200
SHOWN = 8


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `total` counts what lies beyond the shown ones, too."""

    noun: str
    name: str
    hits: Sequence[Hit]
    total: int


def found(actor: Actor, words: str, only: str = "") -> list[Group]:
    """What the actor may see, best matches first, by kind. `only`: one noun, with all its hits."""
    nouns = [noun for noun in NAMES if actor.may(f"{noun}.view") and only in ("", noun)]
    groups = []
    for noun in nouns:
        hits = _visible(actor, noun, find(words, nouns=[noun], limit=SEARCHED))
        if hits:
            groups.append(Group(noun, NAMES[noun], hits if only else hits[:SHOWN], len(hits)))
    return groups


def _visible(actor: Actor, noun: str, hits: Sequence[Hit]) -> list[Hit]:
    if not hits:
        return []
    model = model_of(noun)
    ids = model.id  # type: ignore[attr-defined]
    mine = select(ids).where(ids.in_([hit.record_id for hit in hits]), reach(actor, model, f"{noun}.view"))
    allowed = set(db.session.scalars(mine))
    return [hit for hit in hits if hit.record_id in allowed]
