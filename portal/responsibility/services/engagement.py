"""Setting the rules of engagement and the cadence, and holding transfers to them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from portal.accounts.models import AccountAssignment, Cadence
from portal.accounts.services.assignment import slices
from portal.accounts.states import Tier
from portal.kernel import clock
from portal.kernel.actor import Actor, Scope
from portal.kernel.db import db
from portal.kernel.errors import Forbidden, Refused
from portal.organization.models import Position
from portal.organization.queries import authorize

from ..models import Engagement
from ..queries.engagement import in_force

TERMS = frozenset({"named_first", "notice_days", "hold_over_days", "exclusive_days", "reps_give", "managers_give_out"})


def set_engagement(actor: Actor, starts_on: date, **terms: Any) -> Engagement:
    """These rules hold from that day on. Raises Refused for a day that has passed."""
    authorize(actor, "responsibility.edit")
    if unknown := terms.keys() - TERMS:
        raise TypeError(f"rules of engagement have no {sorted(unknown)}")
    if starts_on < clock.now().date():
        raise Refused("engagement.past", "Rules begin today or later; what happened stays as it was.", "starts_on")
    found = db.session.scalar(select(Engagement).where(Engagement.starts_on == starts_on).with_for_update())
    if found is None:
        found = Engagement(starts_on=starts_on, by=actor.name, **terms)
        db.session.add(found)
    for name, value in {**terms, "by": actor.name}.items():
        setattr(found, name, value)
    db.session.flush()
    return found


def set_cadence(actor: Actor, days: Mapping[Tier, int]) -> None:
    """How many days may pass between two touches, for each tier."""
    authorize(actor, "responsibility.edit")
    there = {row.tier: row for row in db.session.scalars(select(Cadence))}
    for tier, number in days.items():
        if number < 1:
            raise Refused("cadence.days", "At least one day.", f"cadence_{tier.value.lower()}")
        if tier in there:
            there[tier].days = number
        else:
            db.session.add(Cadence(tier=tier, days=number))


def check(actor: Actor, owners: Mapping[int, int | None], to_position_id: int | None, on: date) -> None:
    """Hold a transfer of these accounts (id -> owner now) to the rules. Raises Refused or Forbidden, saying which rule."""
    if actor.is_system or Scope.ALL in actor.grants["accounts.assign"]:
        return
    rules = in_force(clock.now().date())
    if Scope.SUBTREE not in actor.grants["accounts.assign"] and not rules.reps_give:
        raise Forbidden("engagement.reps", "Rules of engagement: your manager gives accounts away, not you.")
    if not rules.managers_give_out:
        _check_below(actor, to_position_id)
    others = [owner for owner in owners.values() if owner is not None and owner not in actor.position_ids]
    first_day = clock.now().date() + timedelta(days=rules.notice_days)
    if others and on < first_day:
        said = f"Rules of engagement: {rules.notice_days} days of notice, so {first_day:%-d %B %Y} or later."
        raise Refused("engagement.notice", said, "on")
    _check_exclusive(sorted(owners), rules.exclusive_days, on)


def _check_below(actor: Actor, to_position_id: int | None) -> None:
    path = db.session.scalar(select(Position.path).where(Position.id == to_position_id)) or ""
    if not any(path.startswith(own) for own in actor.paths):
        said = "Rules of engagement: accounts stay within your team. Operations or leadership may give them to others."
        raise Refused("engagement.below", said, "to_position_id")


def _check_exclusive(account_ids: Sequence[int], days: int, on: date) -> None:
    """An account that changed hands lately stays where it is for a while."""
    for ids in slices(account_ids) if days else ():
        taken = select(AccountAssignment.account_id).where(
            AccountAssignment.account_id.in_(ids), AccountAssignment.starts_on > on - timedelta(days=days)
        )
        history = select(AccountAssignment.account_id).where(AccountAssignment.account_id.in_(taken))
        moved = history.group_by(AccountAssignment.account_id).having(func.count() > 1).subquery()
        if number := db.session.scalar(select(func.count()).select_from(moved)):
            said = f"Rules of engagement: {number} of these changed hands within the last {days} days."
            raise Refused("engagement.exclusive", said)
