"""What is kept for a person."""

from sqlalchemy import func, or_, select

from portal.kernel.actor import Actor
from portal.kernel.db import db

from .models import Notification, SavedView


def unread_count(actor: Actor) -> int:
    """Notifications not yet opened."""
    query = select(func.count()).select_from(Notification)
    return db.session.scalar(query.where(Notification.user_id == actor.user_id, Notification.read_at.is_(None))) or 0


def views_for(actor: Actor, listing: str) -> list[SavedView]:
    """The person's own views of a list and those others share, by name."""
    query = select(SavedView).where(SavedView.listing == listing)
    mine = or_(SavedView.user_id == actor.user_id, SavedView.shared)
    return list(db.session.scalars(query.where(mine).order_by(SavedView.name)))
