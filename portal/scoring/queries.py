"""The model and the receipts."""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from sqlalchemy import select

from portal.kernel import persons
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.organization.queries import get

from .models import ScoreReceipt, ScoreRule
from .rules import FIT, Rule


def all_rules() -> Sequence[ScoreRule]:
    """Every rule, also those switched off: fit first, most points first."""
    found = db.session.scalars(select(ScoreRule)).all()
    return sorted(found, key=lambda r: (r.part != FIT, not r.active, -r.points, r.id))


def model() -> list[Rule]:
    """The rules in force."""
    return [plain(rule) for rule in all_rules() if rule.active]


def plain(rule: ScoreRule) -> Rule:
    return Rule(
        rule.id, rule.part, rule.label, rule.fact, rule.operator, rule.value, rule.points, rule.half_life, rule.cap
    )


def score_rule(actor: Actor, rule_id: int, *, lock: bool = False) -> ScoreRule:
    return get(actor, ScoreRule, rule_id, lock=lock)


def receipts(noun: str, record_ids: Sequence[int]) -> dict[int, list[ScoreReceipt]]:
    """The receipts behind the current score of each record, in the order in which they were added up."""
    found: dict[int, list[ScoreReceipt]] = defaultdict(list)
    if record_ids:
        query = select(ScoreReceipt).where(ScoreReceipt.noun_of == noun, ScoreReceipt.record_id.in_(record_ids))
        for receipt in db.session.scalars(query.order_by(ScoreReceipt.id)):
            found[receipt.record_id].append(receipt)
    return found


persons.leave(persons.Trail("scores", ScoreReceipt, partial(persons.about, ScoreReceipt), {"why": ""}))
