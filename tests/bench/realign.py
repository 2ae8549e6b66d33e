"""W9: every account is placed anew by the rules of a plan, and those that would move are listed with the reason."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from sqlalchemy import insert, text

from portal.accounts.models import Account
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.realignment.queries import outlines, preview
from portal.territories.models import Territory, TerritoryRule
from portal.territories.queries import active_model
from portal.territories.services import clone_model
from tests import world

from .frame import Pair, Round, require
from .place import Place

TITLE = "which accounts 200 rules move, with the reason; beside one SELECT that finds the best rule"
UNIT = "accounts"
SIZE = 100_000
STATES = sorted(outlines("US").keys() - {"box"})
PLAIN = """
    SELECT id, goes_to FROM (
        SELECT a.id, a.territory_id, (
            SELECT coalesce(t.stands_for_id, t.id) FROM territory_rule r JOIN territory t ON t.id = r.territory_id
            WHERE t.model_id = :model AND (r.country IS NULL OR r.country = a.country)
                AND (r.region IS NULL OR r.region = a.region) AND (r.industry IS NULL OR r.industry = a.industry)
                AND (r.postcode_from IS NULL OR a.postcode BETWEEN r.postcode_from AND r.postcode_to)
            ORDER BY r.priority, r.id LIMIT 1
        ) AS goes_to FROM account a
    ) AS placed WHERE goes_to <> territory_id
"""


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    with place.app().app_context():
        world.populate()
        chance = random.Random(7)
        with unit_of_work():
            _draw(chance)
            _settle(chance, size)
            current = active_model()
            assert current is not None
            plan = clone_model(SYSTEM, current.id, name="Next year").id
        found: dict[str, set[tuple[int, int]]] = {}

        def ours() -> Round:
            started = perf_counter()
            moves = {(move.customer.id, move.to): move.why for move in preview(plan).moves}
            seconds = perf_counter() - started
            found["ours"] = set(moves)
            require(all(moves.values()), "a move without a reason")
            return Round(seconds, [seconds / size] * size)

        def floor() -> Round:
            started = perf_counter()
            rows = db.session.execute(text(PLAIN), {"model": plan}).all()
            seconds = perf_counter() - started
            require({(row.id, row.goes_to) for row in rows} == found["ours"], "other accounts move than the rules say")
            return Round(seconds, [seconds / size] * size)

        yield Pair(ours=ours, floor=floor)


def _draw(chance: random.Random) -> None:
    """Twenty territories, a rule for each state, one for an industry in each, the rest for ranges of postcodes."""
    above = world.territory("World").id
    areas = [Territory(name=f"Area {n}", parent_id=above) for n in range(20)]
    db.session.add_all(areas)
    db.session.flush()
    for area in areas:
        area.path = f"/{above}/{area.id}/"
    wanted = [{"priority": 50, "region": state} for state in STATES]
    wanted += [{"priority": 40, "region": state, "industry": chance.choice(["Retail", "Mining"])} for state in STATES]
    for _ in range(200 - len(wanted)):
        low = chance.randrange(95_000)
        wanted.append({"priority": 30, "postcode_from": f"{low:05}", "postcode_to": f"{low + 900:05}"})
    db.session.add_all(TerritoryRule(territory_id=chance.choice(areas).id, country="US", **rule) for rule in wanted)


def _settle(chance: random.Random, size: int) -> None:
    owner, home = world.position("rep").id, world.territory("Southwest").id
    rows = [
        {
            "name": f"Shop {n}", "name_key": f"shop {n}", "number": f"S{n:07}", "country": "US", "owner_id": owner,
            "region": chance.choice(STATES), "postcode": f"{chance.randrange(100_000):05}", "territory_id": home,
            "industry": chance.choice(["Retail", "Mining", "Other"]),
        }
        for n in range(size)
    ]  # fmt: skip
    db.session.execute(insert(Account), rows)
