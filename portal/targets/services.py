"""Setting quotas."""

from decimal import Decimal

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.organization.models import Position
from portal.organization.queries import authorize, get

from .models import Quota
from .queries import currency, quota_in
from .rules import Period
from .states import Metric


def set_quota(actor: Actor, position_id: int, period: Period, amount: Decimal, *, version: int | None = None) -> int:
    """Make or change the number of a position for a quarter; the changes stay in the audit. Raises Stale."""
    authorize(actor, "targets.edit")
    if db.session.get(Position, position_id) is None:
        raise Refused("target.no_position", "There is no such position.", "position_id")
    before = quota_in(actor, position_id, period.starts_on)
    if before is None:
        return _new(position_id, period, amount)
    changed = get(actor, Quota, before.id, lock=True)
    changed.expect(version)
    changed.amount = amount
    return changed.id


def _new(position_id: int, period: Period, amount: Decimal) -> int:
    made = Quota(
        owner_id=position_id,
        metric=Metric.BOOKINGS,
        starts_on=period.starts_on,
        ends_on=period.ends_on,
        amount=amount,
        currency=currency(),
    )
    db.session.add(made)
    db.session.flush()
    return made.id
