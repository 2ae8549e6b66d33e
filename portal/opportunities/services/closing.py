"""Closing deals as won or lost, and taking that back."""

from datetime import datetime
from decimal import Decimal

from portal.kernel import clock
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.errors import Refused
from portal.kernel.outbox import emit
from portal.kernel.states import check_move
from portal.organization.queries import authorize, get

from ..events import OpportunityLost, OpportunityWon
from ..models import Opportunity
from ..states import MOVES, PROBABILITY, OpportunityState, Stage
from .editing import locked
from .editing import note as tell
from .stages import step


def win(
    actor: Actor, opportunity_id: int, *, actual_revenue: Decimal, at: datetime, note: str, version: int | None = None
) -> int:
    """Close as won by hand."""
    deal = get(actor, Opportunity, opportunity_id, lock=True)
    authorize(actor, "opportunities.edit", deal)
    deal.expect(version)
    close_won(actor, opportunity_id, actual_revenue=actual_revenue, at=at, note=note)
    return deal.id


def close_won(actor: Actor, opportunity_id: int, *, actual_revenue: Decimal, at: datetime, note: str) -> None:
    """Won, once: a won deal stays as it is. The caller answers for who may; a customer's acceptance closes deals too."""
    deal = get(SYSTEM, Opportunity, opportunity_id, lock=True)
    if deal.state == OpportunityState.WON:
        return
    check_move(MOVES, deal.state, OpportunityState.WON, noun="opportunity")
    if deal.stage != Stage.CLOSE:
        step(actor, deal, Stage.CLOSE, at)
    deal.state, deal.closed_at, deal.actual_revenue = OpportunityState.WON, at, actual_revenue
    deal.close_note, deal.probability = note, 100
    deal.next_step, deal.next_step_on = "", None
    tell(deal, actor, f"Won: {deal.name}", body=note)
    emit(OpportunityWon(deal.id, actor.user_id))


def close_lost(
    actor: Actor, opportunity_id: int, *, reason: str, competitor: str = "", note: str = "", version: int | None = None
) -> int:
    deal = locked(actor, opportunity_id, version=version)
    if not reason.strip():
        raise Refused("opportunity.loss_reason", "Say why it was lost.", "reason")
    deal.state, deal.closed_at, deal.loss_reason = OpportunityState.LOST, clock.now(), reason.strip()
    deal.competitor, deal.close_note, deal.probability = competitor or deal.competitor, note, 0
    deal.next_step, deal.next_step_on = "", None
    tell(deal, actor, f"Lost: {deal.name}, {reason.strip().lower()}", body=note)
    emit(OpportunityLost(deal.id, deal.loss_reason))
    return deal.id


def reopen(actor: Actor, opportunity_id: int, *, reason: str, version: int | None = None) -> int:
    """Back to open in the stage it was closed in. What was said at closing stays in the history of changes."""
    deal = get(actor, Opportunity, opportunity_id, lock=True)
    authorize(actor, "opportunities.edit", deal)
    deal.expect(version)
    check_move(MOVES, deal.state, OpportunityState.OPEN, noun="opportunity")
    if not reason.strip():
        raise Refused("opportunity.reopen_reason", "Say why it is opened again.", "reason")
    deal.state, deal.closed_at, deal.actual_revenue = OpportunityState.OPEN, None, None
    deal.loss_reason, deal.close_note, deal.stage_since = "", "", clock.now()
    deal.probability, deal.probability_overridden = PROBABILITY[deal.stage], False
    tell(deal, actor, f"Reopened: {deal.name}", body=reason.strip())
    return deal.id
