"""Saying who is credited with a deal."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import delete, select

from portal.kernel import audit
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.organization.models import Position
from portal.organization.queries import authorize, get

from ..models import Opportunity, OpportunitySplit
from ..rules import NewSplit, check_splits


def set_splits(actor: Actor, opportunity_id: int, wanted: Sequence[NewSplit], *, version: int | None = None) -> None:
    """Exactly these from now on; without any, the owner is credited. What a locked statement says stays.

    Raises Refused unless revenue splits add up to 100 percent.
    """
    deal = get(actor, Opportunity, opportunity_id, lock=True)
    authorize(actor, "opportunities.split", deal)
    deal.expect(version)
    check_splits(wanted)
    known = set(db.session.scalars(select(Position.id).where(Position.id.in_([one.position_id for one in wanted]))))
    if missing := next((one for one in wanted if one.position_id not in known), None):
        raise Refused("split.no_position", f"There is no position {missing.position_id}.", "position_id")
    before = db.session.scalars(select(OpportunitySplit).where(OpportunitySplit.opportunity_id == deal.id)).all()
    told = [_told(NewSplit(one.kind, one.position_id, one.percent)) for one in before]
    db.session.execute(delete(OpportunitySplit).where(OpportunitySplit.opportunity_id == deal.id))
    for one in wanted:
        row = OpportunitySplit(
            opportunity_id=deal.id, kind=one.kind, position_id=one.position_id, percent=Decimal(one.percent)
        )
        db.session.add(row)
    audit.record("opportunities", deal.id, "split", splits=[told, [_told(one) for one in wanted]])


def _told(one: NewSplit) -> str:
    return f"{one.percent.normalize():f} % {one.kind} to position {one.position_id}"
