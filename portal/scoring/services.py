"""Changing the model, and keeping the receipts of a score."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.outbox import emit
from portal.organization.queries import authorize

from . import queries
from .events import ModelChanged
from .models import ScoreReceipt, ScoreRule
from .rules import ENGAGEMENT, FIT, Score, problem

DEFAULT: tuple[tuple[str, str, str, str, str, int, int | None, int | None], ...] = (
    (FIT, "Has a company", "company", "known", "", 5, None, None),
    (FIT, "Left a phone number", "phone", "known", "", 5, None, None),
    (FIT, "Ten people or more", "employees", "at_least", "10", 10, None, None),
    (FIT, "Thirty people or more", "employees", "at_least", "30", 10, None, None),
    (FIT, "Buys or decides", "job_title", "contains", "buyer; purchas; owner; director; manager", 15, None, None),
    (FIT, "Was recommended or met us", "source", "in", "Referral; Trade fair", 10, None, None),
    (FIT, "Wants our news", "news_wanted", "yes", "", 5, None, None),
    (FIT, "Private mail address", "free_mail", "yes", "", -15, None, None),
    (FIT, "Looks for a job", "message", "contains", "application; vacancy; internship", -30, None, None),
    (ENGAGEMENT, "Sent a form", "form", "happened", "", 20, 14, 30),
    (ENGAGEMENT, "Met us", "meeting", "happened", "", 20, 30, 30),
    (ENGAGEMENT, "Spoke with us", "call", "happened", "", 12, 21, 24),
)


def ensure_default_model() -> None:
    """Give an installation without any rule a model to start from. Safe to call again."""
    if db.session.scalar(select(ScoreRule.id).limit(1)) is None:
        names = ("part", "label", "fact", "operator", "value", "points", "half_life", "cap")
        db.session.add_all(ScoreRule(**dict(zip(names, row, strict=True))) for row in DEFAULT)
        db.session.flush()


def _checked(values: Mapping[str, Any]) -> dict[str, Any]:
    """Raises Refused for a rule that could never apply."""
    if wrong := problem(values["fact"], values["operator"], values["value"]):
        raise Refused("scoring.bad_rule", wrong[1], wrong[0])
    if values["points"] == 0:
        raise Refused("scoring.no_points", "A rule gives points or takes some.", "points")
    if values["part"] == FIT and (values.get("half_life") or values.get("cap") or values["operator"] == "happened"):
        raise Refused("scoring.fit_stays", "Fit is about who they are: it neither fades nor happens.", "part")
    return dict(values)


def add_rule(actor: Actor, **values: Any) -> ScoreRule:
    authorize(actor, "scoring.edit")
    made = ScoreRule(**_checked(values))
    db.session.add(made)
    db.session.flush()
    emit(ModelChanged(after_id=0))
    return made


def change_rule(actor: Actor, rule_id: int, version: int | None, **values: Any) -> ScoreRule:
    """Raises Stale when somebody else changed the rule first."""
    authorize(actor, "scoring.edit")
    changed = queries.score_rule(actor, rule_id, lock=True)
    changed.expect(version)
    for name, value in _checked(values).items():
        setattr(changed, name, value)
    emit(ModelChanged(after_id=0))
    return changed


def switch_rule(actor: Actor, rule_id: int, *, on: bool) -> ScoreRule:
    """Take a rule out of the model or back in; what it says is kept."""
    authorize(actor, "scoring.edit")
    changed = queries.score_rule(actor, rule_id, lock=True)
    changed.active = on
    emit(ModelChanged(after_id=0))
    return changed


def keep_receipts(noun: str, scores: Mapping[int, Score], at: datetime) -> None:
    """Replace the receipts of these records by those of their new scores."""
    if not scores:
        return
    old = delete(ScoreReceipt).where(ScoreReceipt.noun_of == noun, ScoreReceipt.record_id.in_(list(scores)))
    db.session.execute(old.execution_options(synchronize_session=False))
    rows = [
        {
            "noun_of": noun,
            "record_id": record_id,
            "rule_id": receipt.rule_id,
            "part": receipt.part,
            "label": receipt.label,
            "points": receipt.points,
            "why": receipt.why,
            "happened_at": receipt.happened_at,
            "scored_at": at,
        }
        for record_id, found in scores.items()
        for receipt in found.receipts
    ]
    if rows:
        db.session.execute(insert(ScoreReceipt), rows)
