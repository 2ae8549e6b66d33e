"""Acts on opportunities."""

from datetime import datetime
from decimal import Decimal

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.states import check_move
from portal.leads import models as _leads  # noqa: F401  an opportunity refers to its lead

from .models import Opportunity
from .states import MOVES, OpportunityState


def close_won(
    actor: Actor, opportunity_id: int, *, actual_revenue: Decimal, at: datetime, note: str = ""
) -> None:
    """Close as won; closing a won one again changes nothing."""
    deal = db.session.get(Opportunity, opportunity_id, with_for_update=True, populate_existing=True)
    if deal is None or deal.state == OpportunityState.WON:
        return
    check_move(MOVES, deal.state, OpportunityState.WON, noun="opportunity")
    deal.state, deal.closed_at, deal.actual_revenue, deal.close_note = OpportunityState.WON, at, actual_revenue, note
    deal.probability = 100
