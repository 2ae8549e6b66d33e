"""Writing the timeline and working off tasks."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, insert, literal, or_, select, union_all, update
from sqlalchemy.orm import aliased

from portal.accounts.models import Account
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import Base, db
from portal.kernel.errors import Refused
from portal.kernel.upsert import insert_row, insert_rows
from portal.organization.queries import authorize, get

from .models import Activity, Regarding
from .rules import TOUCHES
from .states import Kind

About = Sequence[tuple[str, int]]


def log(
    kind: Kind,
    subject: str,
    *,
    author: str,
    about: About,
    body: str = "",
    url: str = "",
    at: datetime | None = None,
    owner_id: int | None = None,
    territory_id: int | None = None,
    due_at: datetime | None = None,
) -> int:
    """Something that happened, shown on the timeline of every record in `about`. Returns its id."""
    at = at or clock.now()
    row = {
        "kind": kind,
        "subject": subject,
        "body": body,
        "author": author,
        "url": url,
        "at": at,
        "due_at": due_at,
        "owner_id": owner_id,
        "territory_id": territory_id,
    }
    activity_id = insert_row(Activity, row)
    links = [
        {"activity_id": activity_id, "noun_of": noun, "record_id": record_id}
        for noun, record_id in dict.fromkeys(about)
    ]
    insert_rows(Regarding, links)
    if kind in TOUCHES and due_at is None:  # what lies ahead has touched nobody yet
        _touch(about, at)
    return activity_id


def add_task(
    subject: str,
    *,
    due_at: datetime,
    about: About,
    owner_id: int | None,
    author: str,
    body: str = "",
    url: str = "",
    kind: Kind = Kind.TASK,
    territory_id: int | None = None,
) -> int:
    """Something to do; the position `owner_id` does it. A call or meeting ahead is a task of that kind."""
    return log(
        kind, subject, author=author, about=about, body=body, url=url, owner_id=owner_id, territory_id=territory_id,
        due_at=due_at,
    )  # fmt: skip


def _touch(about: About, at: datetime) -> None:
    """The accounts that these records are or belong to were spoken to: the latest moment stays with them."""
    by_noun = {noun: [record_id for one, record_id in about if one == noun] for noun, _ in about}
    accounts: list[ColumnElement[bool]] = [Account.id.in_(by_noun[Account.noun])] if Account.noun in by_noun else []
    for model in _of_accounts():
        if ids := by_noun.get(model.noun):
            accounts.append(Account.id.in_(select(model.account_id).where(model.id.in_(ids))))
    if accounts:
        older = or_(Account.last_touch_at.is_(None), Account.last_touch_at < at)
        touched = update(Account).where(or_(*accounts), older).values(last_touch_at=at)
        db.session.execute(touched.execution_options(synchronize_session=False))


def _of_accounts() -> Iterator[Any]:
    """The models of records that belong to an account."""
    models: Iterator[Any] = (mapper.class_ for mapper in Base.registry.mappers)
    return (model for model in models if getattr(model, "noun", "") and hasattr(model, "account_id"))


def complete_task(actor: Actor, activity_id: int) -> Activity:
    """Done now; a task that was done before stays as it was."""
    task = _task(actor, activity_id)
    if task.done_at is None:
        task.done_at = clock.now()
        if task.kind in TOUCHES:
            _touch([(record.noun_of, record.record_id) for record in task.regarding], task.done_at)
    return task


def reopen_task(actor: Actor, activity_id: int) -> Activity:
    """Takes a completion back."""
    task = _task(actor, activity_id)
    task.done_at = None
    return task


def snooze_task(actor: Actor, activity_id: int, until: datetime) -> Activity:
    """Due later. Raises Refused for a time that has passed and for a task that is done."""
    task = _task(actor, activity_id)
    if task.done_at is not None:
        raise Refused("task.done", "This task is done already.")
    if until <= clock.now():
        raise Refused("task.due_in_past", "Choose a time that is still to come.", "due_at")
    task.due_at = until
    return task


def _task(actor: Actor, activity_id: int) -> Activity:
    """The task, locked, for somebody who may change it."""
    task = get(actor, Activity, activity_id, lock=True)
    authorize(actor, "activities.edit", task)
    if task.due_at is None:
        raise Refused("activity.not_a_task", "This happened already; there is nothing left to do about it.")
    return task


def carry_over(from_: tuple[str, int], to: About) -> None:
    """Show everything on the timeline of `from_` on those of `to` as well, by one statement whatever the number."""
    noun, record_id = from_
    there = aliased(Regarding)
    copies = [
        select(Regarding.activity_id, literal(new_noun), literal(new_id)).where(
            Regarding.noun_of == noun,
            Regarding.record_id == record_id,
            ~exists().where(
                there.activity_id == Regarding.activity_id, there.noun_of == new_noun, there.record_id == new_id
            ),
        )
        for new_noun, new_id in dict.fromkeys(to)
    ]
    if copies:
        db.session.flush()
        columns = ["activity_id", "noun_of", "record_id"]
        db.session.execute(insert(Regarding).from_select(columns, union_all(*copies)))
    happened = Activity.due_at.is_(None) | Activity.done_at.is_not(None)
    touches = select(func.max(Activity.at)).join(Regarding).where(Activity.kind.in_(TOUCHES), happened)
    if latest := db.session.scalar(touches.where(Regarding.noun_of == noun, Regarding.record_id == record_id)):
        _touch(to, latest)


def read_touches() -> None:
    """The latest touch of every account, read anew from the timelines by one statement: after a bulk load."""
    happened = Activity.due_at.is_(None) | Activity.done_at.is_not(None)
    touched = select(Activity.at, Regarding.noun_of, Regarding.record_id).join(Regarding)
    reached = touched.where(Activity.kind.in_(TOUCHES), happened).cte()
    own = select(reached.c.record_id.label("account_id"), reached.c.at).where(reached.c.noun_of == Account.noun)
    parts = [own]
    for model in _of_accounts():
        of_model = (reached.c.noun_of == model.noun) & (reached.c.record_id == model.id)
        parts.append(select(model.account_id, reached.c.at).join(reached, of_model))
    latest = union_all(*parts).subquery()
    found = select(func.max(latest.c.at)).where(latest.c.account_id == Account.id).scalar_subquery()
    db.session.execute(update(Account).values(last_touch_at=found).execution_options(synchronize_session=False))
