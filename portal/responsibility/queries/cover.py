"""Who is away, who stands in, and what waits for them."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from portal.accounts.models import Account
from portal.activities.models import Activity
from portal.identity.models import User
from portal.kernel.db import db
from portal.opportunities.models import Opportunity
from portal.opportunities.states import OpportunityState
from portal.organization.models import Delegation

AHEAD = timedelta(days=60)


class Absence(NamedTuple):
    """A delegation that runs or is to come; the counts are of today."""

    position_id: int
    deputy: str
    starts_on: date
    ends_on: date  # exclusive
    reason: str
    accounts: int
    tasks: int
    deals: int

    @property
    def last_day(self) -> date:
        return self.ends_on - timedelta(days=1)


def absences(today: date) -> Sequence[Absence]:
    """Running and coming within two months, next first. The deputy has the tasks and the reach on these days."""
    owned = select(func.count()).select_from(Account).where(Account.owner_id == Delegation.position_id)
    tasks = select(func.count()).select_from(Activity).where(
        Activity.owner_id == Delegation.position_id, Activity.due_at.is_not(None), Activity.done_at.is_(None)
    )  # fmt: skip
    deals = select(func.count()).select_from(Opportunity).where(
        Opportunity.owner_id == Delegation.position_id, Opportunity.state == OpportunityState.OPEN
    )  # fmt: skip
    query = (
        select(
            Delegation.position_id, User.name, Delegation.starts_on, Delegation.ends_on, Delegation.reason,
            owned.scalar_subquery(), tasks.scalar_subquery(), deals.scalar_subquery(),
        )
        .join(User, User.id == Delegation.user_id)
        .where(Delegation.ends_on > today, Delegation.starts_on <= today + AHEAD)
        .order_by(Delegation.starts_on, Delegation.id)
    )  # fmt: skip
    return [Absence(*row) for row in db.session.execute(query)]
