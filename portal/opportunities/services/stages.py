"""Moving a deal through its stages; the gates hold on the server."""

from datetime import datetime

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.outbox import emit

from ..events import StageChanged
from ..models import Opportunity, StageChange
from ..queries.deal import facts_of
from ..rules import is_back, missing
from ..states import PROBABILITY, Stage
from .editing import locked, note


def move_stage(
    actor: Actor, opportunity_id: int, wanted: Stage, *, reason: str = "", version: int | None = None
) -> int:
    """Forward when every gate on the way is met, back with a reason. Moving to where it stands does nothing."""
    deal = locked(actor, opportunity_id, version=version)
    if deal.stage == wanted:
        return deal.id
    if is_back(deal.stage, wanted):
        if not reason.strip():
            raise Refused("stage.reason_needed", "Say why it goes back.", "reason")
    elif open_steps := missing(deal.stage, wanted, facts_of(deal)):
        todo = "; ".join(f"{stage.capitalize()}: {step.text.lower()}" for stage, step in open_steps)
        raise Refused("stage.gate", f"{deal.name} cannot move to {wanted.capitalize()} yet. Still to do in {todo}.")
    before = deal.stage
    step(actor, deal, wanted, clock.now(), reason.strip())
    note(deal, actor, f"{before.capitalize()} → {wanted.capitalize()}", body=reason.strip())
    return deal.id


def step(actor: Actor, deal: Opportunity, wanted: Stage, at: datetime, reason: str = "") -> None:
    """Write the move into the history; the probability follows unless it was set by hand."""
    days = max((at - deal.stage_since).days, 0)
    db.session.add(
        StageChange(
            opportunity_id=deal.id,
            from_stage=deal.stage,
            to_stage=wanted,
            at=at,
            by=actor.signs(deal.owner_id),
            reason=reason,
            days=days,
        )
    )
    emit(StageChanged(deal.id, deal.stage.value, wanted.value))
    deal.stage, deal.stage_since = wanted, at
    if not deal.probability_overridden:
        deal.probability = PROBABILITY[wanted]
