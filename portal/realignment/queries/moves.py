"""Which accounts a model moves, from where to where, from whom to whom, and why."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import select

from portal.accounts.models import Account, AccountAssignment
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.organization.models import Coverage, Position
from portal.organization.queries import get
from portal.territories import queries as territories
from portal.territories.queries import Placing
from portal.territories.rules import Rule, applies

from ..rules import Load
from .book import Customer, book, customer

Covered = Mapping[int, Sequence[int]]  # territory -> the positions that cover it, the one that gets new work first
Former = Mapping[int, tuple[int | None, int | None]]  # account -> owner, territory
Held = Mapping[int | None, int]  # position -> how many accounts it has


class Move(NamedTuple):
    """`to_owner_id` is None where the owner stays."""

    customer: Customer
    to: int
    to_owner_id: int | None
    why: str


@dataclass(frozen=True)
class Preview:
    """What putting a model in force would move. `stuck`: pins and unplaced accounts in territories that it does not have."""

    placing: Placing
    accounts: int
    moves: Sequence[Move]
    pinned: int
    unplaced: int
    stuck: Sequence[Customer]
    positions: Covered  # afterwards

    def flows(self) -> list[tuple[int | None, int, Load, set[tuple[int | None, int | None]]]]:
        """From territory, to territory, what moves, and between which owners; most accounts first."""
        loads: dict[tuple[int | None, int], Load] = {}
        owners: dict[tuple[int | None, int], set[tuple[int | None, int | None]]] = defaultdict(set)
        for move in self.moves:
            key = (move.customer.territory_id, move.to)
            loads[key] = loads.get(key, Load()).plus(move.customer.load)
            owners[key].add((move.customer.owner_id, move.to_owner_id))
        ordered = sorted(loads.items(), key=lambda item: (-item[1].accounts, item[0][1]))
        return [(key[0], key[1], load, owners[key]) for key, load in ordered]


def decide(asked: Customer, placing: Placing) -> tuple[int | None, Rule | None]:
    """Where an account belongs, and the rule that says so: pin > named account > rule > rule of a parent > default."""
    if asked.pinned:
        return asked.territory_id, None
    rule = placing.index.first(asked.facts)
    return (rule.territory_id if rule else placing.default_id), rule


def covered(placing: Placing) -> dict[int, list[int]]:
    """Territory -> positions. In a plan a territory is covered as in force, unless somebody else is planned for it."""
    rows: dict[int, list[int]] = defaultdict(list)
    for row in db.session.execute(select(Coverage.territory_id, Coverage.position_id).order_by(Coverage.id)):
        rows[row.territory_id].append(row.position_id)
    return {key: rows.get(area.row_id) or rows.get(key, []) for key, area in placing.areas.items()}


def staffed(territory_ids: Iterable[int], positions: Covered) -> dict[int, float]:
    """Territory -> how many people share its load: who covers several divides themselves, nobody at all counts as one."""
    keys = list(territory_ids)
    split = Counter(position for key in keys for position in positions.get(key, ()))
    capacity = dict(db.session.execute(select(Position.id, Position.capacity).where(Position.id.in_(split))).all())
    shares = {key: sum(float(capacity.get(p, 1)) / split[p] for p in positions.get(key, ())) for key in keys}
    return {key: share or 1.0 for key, share in shares.items()}


def preview(model_id: int, customers: Sequence[Customer] | None = None) -> Preview:
    """What the model would move, against how things are."""
    wanted, here = territories.placing(model_id), territories.placing()
    customers = book(wanted.index.rules) if customers is None else customers
    after, before = covered(wanted), covered(here)
    held, former = Counter(one.owner_id for one in customers), _former()
    moves, stuck, unplaced = [], [], 0
    for one in customers:
        to, rule = decide(one, wanted)
        if to is None or to not in wanted.areas:
            unplaced += to is None
            if one.territory_id is not None and one.territory_id not in wanted.areas:
                stuck.append(one)
            continue
        owner = _handed_to(one, to, before, after, former, held)
        held[owner] += owner is not None
        if to != one.territory_id or owner is not None:
            moves.append(Move(one, to, owner, _words(one, to, rule, wanted)))
    return Preview(wanted, len(customers), moves, sum(bool(one.pinned) for one in customers), unplaced, stuck, after)


def _handed_to(one: Customer, to: int, before: Covered, after: Covered, former: Former, held: Held) -> int | None:
    """Who gets the account; None where its owner keeps it.

    Back in the territory it came from it goes to who had it there. Else its owner keeps it who covers the territory
    afterwards too, or answers for the account without covering it now; of the others, who has the fewest accounts gets it.
    """
    covering = after.get(to, ())
    owner, territory = former.get(one.id, (None, None))
    if one.pinned or not covering:
        return None
    if owner is not None and territory == to != one.territory_id:
        return owner if owner != one.owner_id else None
    if one.owner_id in covering or (to == one.territory_id and one.owner_id not in before.get(to, ())):
        return None
    return owner if owner in covering else min(covering, key=lambda position: held[position])


def _former() -> Former:
    """Account -> who had it, in which territory, before it came where it is."""
    row = AccountAssignment
    ended = select(row.account_id, row.owner_id, row.territory_id).where(row.ends_on.is_not(None)).order_by(row.id)
    return {found.account_id: (found.owner_id, found.territory_id) for found in db.session.execute(ended)}


def _words(one: Customer, to: int | None, rule: Rule | None, placing: Placing) -> str:
    if one.pinned:
        return f"Pinned: {one.pinned}"
    if to is None:
        return "No territory rule covers this address"
    return placing.why(rule)


class Here(NamedTuple):
    """Where the active model puts an account: `belongs` may differ from where it is, until the next activation."""

    customer: Customer
    belongs: int | None
    why: str
    beaten: Sequence[Rule]
    names: Mapping[int, str]


def why_here(actor: Actor, account_id: int) -> Here:
    """Why an account is in its territory, from the same code as every preview. Raises NotFound."""
    get(actor, Account, account_id)
    placing = territories.placing()
    one = customer(account_id, placing.index.rules)
    assert one is not None
    to, rule = decide(one, placing)
    others = [r for r in placing.index.rules if r != rule and r.territory_id != to and applies(r, one.facts)]
    names = {key: area.name for key, area in placing.areas.items()}
    return Here(one, to, _words(one, to, rule, placing), others, names)
