"""What happened to a record, and what somebody has to do."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, case, func, select, union_all
from sqlalchemy.orm import selectinload

from portal.identity.rules import PERMISSIONS
from portal.kernel import persons
from portal.kernel.actor import Actor
from portal.kernel.db import db, model_of
from portal.kernel.search import SearchEntry
from portal.organization.queries import reach, visible_to

from .models import Activity, Regarding
from .rules import FILTERS


class Linked(NamedTuple):
    """A record that an activity regards, as far as the reader may see it."""

    noun: str
    record_id: int
    title: str


class Entry(NamedTuple):
    activity: Activity
    links: Sequence[Linked]
    may_change: bool  # an open task that the reader may work off

    @property
    def is_open(self) -> bool:
        return self.activity.due_at is not None and self.activity.done_at is None


def timeline(actor: Actor, noun: str, record_id: int, limit: int = 100, show: str = "") -> list[Entry]:
    """What is still to do, next first, then what happened, latest first. `show`: a key of `rules.FILTERS`, or "".

    Whoever sees the record sees its timeline, so the caller has read the record through `get`.
    """
    if not actor.may("activities.view"):
        return []
    ahead = Activity.due_at.is_not(None) & Activity.done_at.is_(None)
    query = (
        select(Activity)
        .join(Regarding)
        .where(Regarding.noun_of == noun, Regarding.record_id == record_id)
        .options(selectinload(Activity.regarding))
        .order_by(
            case((ahead, 0), else_=1),
            case((ahead, Activity.due_at)),
            func.coalesce(Activity.done_at, Activity.at).desc(),
            Activity.id.desc(),
        )
        .limit(limit)
    )
    if show in FILTERS:
        query = query.where(Activity.kind.in_(FILTERS[show][1]))
    return with_links(actor, db.session.scalars(query).all(), besides=(noun, record_id))


def with_links(actor: Actor, activities: Sequence[Activity], besides: tuple[str, int] = ("", 0)) -> list[Entry]:
    """The activities with the titles of the other records they regard, all read by one statement."""
    about = {(r.noun_of, r.record_id) for activity in activities for r in activity.regarding} - {besides}
    titles = _titles(actor, about)
    ahead = [activity.id for activity in activities if activity.due_at and not activity.done_at]
    mine = select(Activity.id).where(Activity.id.in_(ahead), reach(actor, Activity, "activities.edit"))
    changeable = set(db.session.scalars(mine)) if ahead else set()
    return [
        Entry(
            activity,
            [titles[at] for r in activity.regarding if (at := (r.noun_of, r.record_id)) in titles],
            activity.id in changeable,
        )
        for activity in activities
    ]


def _titles(actor: Actor, about: set[tuple[str, int]]) -> dict[tuple[str, int], Linked]:
    by_noun: dict[str, list[int]] = defaultdict(list)
    for noun, record_id in about:
        if f"{noun}.view" in PERMISSIONS:
            by_noun[noun].append(record_id)
    parts = []
    for noun, ids in by_noun.items():
        model = model_of(noun)
        seen = select(model.id).where(model.id.in_(ids), reach(actor, model, f"{noun}.view"))  # type: ignore[attr-defined]
        columns = select(SearchEntry.noun_of, SearchEntry.record_id, SearchEntry.title)
        parts.append(columns.where(SearchEntry.noun_of == noun, SearchEntry.record_id.in_(seen)))
    if not parts:
        return {}
    return {(row[0], row[1]): Linked(*row) for row in db.session.execute(union_all(*parts))}


def open_tasks(actor: Actor, until: datetime | None = None, limit: int = 200) -> list[Entry]:
    """What the positions of the actor have to do, due before `until`, next first."""
    query = _own(actor).where(Activity.done_at.is_(None)).order_by(Activity.due_at, Activity.id).limit(limit)
    if until is not None:
        query = query.where(Activity.due_at < until)
    return with_links(actor, db.session.scalars(query).all())


def done_tasks(actor: Actor, limit: int = 50) -> list[Entry]:
    """What the positions of the actor did, latest first."""
    query = _own(actor).where(Activity.done_at.is_not(None)).order_by(Activity.done_at.desc(), Activity.id.desc())
    return with_links(actor, db.session.scalars(query.limit(limit)).all())


def count_tasks(actor: Actor, now: datetime) -> dict[str, int]:
    """How many tasks are open and how many of them are overdue."""
    query = select(func.count(), func.count().filter(Activity.due_at < now)).where(
        Activity.owner_id.in_(actor.position_ids), Activity.due_at.is_not(None), Activity.done_at.is_(None)
    )
    total, overdue = db.session.execute(query).one()
    return {"open": total, "overdue": overdue}


def _own(actor: Actor) -> Select[Activity]:
    return (
        visible_to(actor, Activity)
        .where(Activity.owner_id.in_(actor.position_ids), Activity.due_at.is_not(None))
        .options(selectinload(Activity.regarding))
    )


def _of_person(person: persons.Person) -> ColumnElement[bool]:
    return Activity.id.in_(select(Regarding.activity_id).where(persons.about(Regarding, person)))


persons.leave(
    persons.mentions("mentions in activities", Activity, "subject", "body", "url", "author"),
    persons.Trail("activities", Activity, _of_person, {"subject": persons.NOBODY, "body": "", "url": ""}),
    persons.Trail("said", Activity, lambda p: Activity.author.in_(p.names) & _of_person(p), {"author": persons.NOBODY}),
)
