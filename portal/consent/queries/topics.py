"""What people can choose to hear about."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from portal.kernel.db import db

from ..models import Topic


def topics(*conditions: ColumnElement[bool]) -> Sequence[Topic]:
    """In the order in which they are offered."""
    return db.session.scalars(select(Topic).where(*conditions).order_by(Topic.archived, Topic.order, Topic.name)).all()


def offered() -> Sequence[Topic]:
    """What the preference page lists."""
    return topics(Topic.public.is_(True), ~Topic.archived)


def topic_choices() -> list[tuple[int, str]]:
    """For a choice of topic in a form."""
    return [(topic.id, topic.name) for topic in topics(~Topic.archived)]
