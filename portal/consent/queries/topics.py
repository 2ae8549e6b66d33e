"""What people can choose to hear about."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select

from portal.kernel.db import db

from ..models import Consent, Topic


def topics(*conditions: ColumnElement[bool]) -> Sequence[Topic]:
    """In the order in which they are offered."""
    return db.session.scalars(select(Topic).where(*conditions).order_by(Topic.archived, Topic.order, Topic.name)).all()


def offered() -> Sequence[Topic]:
    """What the preference page lists."""
    return topics(Topic.public.is_(True), ~Topic.archived)


def topic_choices() -> list[tuple[int, str]]:
    """For a choice of topic in a form."""
    return [(topic.id, topic.name) for topic in topics(~Topic.archived)]


def topic_names() -> dict[int, str]:
    """Of all topics, archived ones too: what evidence names."""
    return {topic.id: topic.name for topic in topics()}


def count_by_topic() -> dict[tuple[int | None, str], int]:
    """How many addresses have said what of each topic."""
    query = select(Consent.topic_id, Consent.state, func.count()).where(Consent.topic_id.is_not(None))
    rows = db.session.execute(query.group_by(Consent.topic_id, Consent.state))
    return {(topic_id, state.value): number for topic_id, state, number in rows}
