"""Writing the timeline and working off tasks."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, insert, literal, select, union_all
from sqlalchemy.orm import aliased

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.upsert import insert_row, insert_rows
from portal.organization.queries import authorize, get

from .models import Activity, Regarding
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
    row = {
        "kind": kind,
        "subject": subject,
        "body": body,
        "author": author,
        "url": url,
        "at": at or clock.now(),
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


def complete_task(actor: Actor, activity_id: int) -> Activity:
    """Done now; a task that was done before stays as it was."""
    task = _task(actor, activity_id)
    if task.done_at is None:
        task.done_at = clock.now()
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
