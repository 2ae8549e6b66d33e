"""What a transfer does to the pay of those who give and of who gets."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select

from portal.accounts.models import Account
from portal.compensation.queries import Future, OpenDeal, future_commissions
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.opportunities.models import Opportunity
from portal.opportunities.states import OpportunityState

MOST = 2_000  # deals, the largest


def commissions(
    actor: Actor, ids: Sequence[int], *, to_position_id: int | None, on: date, hold_over_until: date | None
) -> list[Future]:
    """Deals that close before the day, or within the hold-over, still count for who gives."""
    if to_position_id is None:
        return []
    D = Opportunity
    query = select(D.id, D.name, D.amount, D.currency, D.owner_id, D.account_id, D.close_on).where(
        D.account_id.in_(ids), D.state == OpportunityState.OPEN, D.owner_id == Account.owner_id
    )
    largest = query.join(Account, Account.id == D.account_id).order_by(D.amount.desc(), D.id).limit(MOST)
    deals = [OpenDeal(*row) for row in db.session.execute(largest)]
    return future_commissions(
        actor, deals, ids, to_position_id=to_position_id, credited_from=max(on, hold_over_until or on)
    )
