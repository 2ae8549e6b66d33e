"""What is kept for a person."""

from sqlalchemy import ColumnElement, Select, func, or_, select

from portal.kernel import clock, files, persons
from portal.kernel.actor import Actor
from portal.kernel.db import Base, db
from portal.kernel.errors import NotFound
from portal.kernel.listing import Field, Listing

from .models import IS_OPEN, LongWork, Notification, SavedView, StoredFile, WorkRemark, WorkTrace
from .rules import ImportKind, import_kind
from .states import OPEN, WorkState


def unread_count(actor: Actor) -> int:
    """Notifications not yet opened."""
    query = select(func.count()).select_from(Notification)
    return db.session.scalar(query.where(Notification.user_id == actor.user_id, Notification.read_at.is_(None))) or 0


def notifications(actor: Actor, before: int | None = None, limit: int = 50) -> list[Notification]:
    """The person's notifications, newest first, from the one with id `before` on."""
    query = select(Notification).where(Notification.user_id == actor.user_id)
    if before:
        query = query.where(Notification.id < before)
    return list(db.session.scalars(query.order_by(Notification.id.desc()).limit(limit)))


def notification(actor: Actor, notification_id: int) -> Notification:
    """Raises NotFound, also for those of other people."""
    mine = (Notification.id == notification_id, Notification.user_id == actor.user_id)
    found = db.session.scalar(select(Notification).where(*mine))
    if found is None:
        raise NotFound("notification.not_found", "This is not here, or not yours to see.")
    return found


def views_for(actor: Actor, listing: str) -> list[SavedView]:
    """The person's own views of a list and those others share, by name."""
    query = select(SavedView).where(SavedView.listing == listing)
    mine = or_(SavedView.user_id == actor.user_id, SavedView.shared)
    return list(db.session.scalars(query.where(mine).order_by(SavedView.name, SavedView.id)))


def files_of(record: Base) -> list[StoredFile]:
    """What is attached to a record the caller may see, newest first."""
    query = select(StoredFile).where(StoredFile.noun_of == record.noun, StoredFile.removed_at.is_(None))
    mine = query.where(StoredFile.record_id == record.id)  # type: ignore[attr-defined]
    return list(db.session.scalars(mine.order_by(StoredFile.id.desc())))


def stored_file(file_id: int, *, lock: bool = False) -> StoredFile:
    """The file, removed or not; who asks must see the record it hangs on. Raises NotFound."""
    query = select(StoredFile).where(StoredFile.id == file_id)
    found = db.session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("files.not_found", "This file is not here, or not yours to see.")
    return found


def import_file(actor: Actor, file_id: int) -> tuple[StoredFile, ImportKind]:
    """A file this person handed in for import, and what it is to become. Raises NotFound."""
    found = stored_file(file_id)
    noun, _, kind = found.noun_of.partition(":")
    if noun != "imports" or found.record_id != actor.user_id:
        raise NotFound("files.not_found", "This file is not here, or not yours to see.")
    return found, import_kind(kind)


def own_work(actor: Actor) -> Select[LongWork]:
    """Long work belongs to whoever started it; those who look after the system see all of it."""
    query = select(LongWork)
    return query if actor.may("system.view") else query.where(LongWork.user_id == actor.user_id)


def work(actor: Actor, work_id: int, *, lock: bool = False) -> LongWork:
    """Raises NotFound."""
    query = own_work(actor).where(LongWork.id == work_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("long_work.not_found", "This work is not here, or not yours to see.")
    return found


def remarks_of(work_id: int, limit: int | None = None) -> list[WorkRemark]:
    """What is to be said about single rows, in their order; the refused ones first."""
    query = select(WorkRemark).where(WorkRemark.work_id == work_id)
    return list(db.session.scalars(query.order_by(WorkRemark.taken, WorkRemark.row, WorkRemark.id).limit(limit)))


def can_be_undone(work: LongWork) -> bool:
    """An import that has ended, did something, and was not undone before."""
    ended = work.kind == "import" and work.state not in OPEN and work.undone_at is None
    return (
        ended
        and work.added + work.changed > 0
        and not work.spec.get("dry")
        and bool(import_kind(work.spec["kind"]).model)
    )


def traces_of(work_id: int) -> list[tuple[int, int]]:
    """(id, records) of what each slice of an import did, the last one first."""
    found = db.session.execute(select(WorkTrace.id, WorkTrace.traces).where(WorkTrace.work_id == work_id))
    return sorted(((row.id, len(row.traces)) for row in found), reverse=True)


def work_waits() -> bool:
    """Whether long work is queued, laid down, or lost by its worker."""
    free = or_(LongWork.lease_until.is_(None), LongWork.lease_until < clock.now())
    return db.session.scalar(select(LongWork.id).where(IS_OPEN, free).limit(1)) is not None


def _states(actor: Actor) -> list[tuple[str, str]]:
    return [(state.value, state.value.capitalize()) for state in WorkState]


LONG_WORK = Listing(
    name="long_work",
    query=own_work,
    identity=LongWork.id,
    fields=[
        Field("title", "Work", LongWork.title),
        Field("state", "State", LongWork.state, kind="state", filter="choice", choices=_states),
        Field("done", "Rows", LongWork.done, kind="number", filter="range"),
        Field("refused", "Refused", LongWork.refused, kind="number", filter="range"),
        Field("created_at", "Started", LongWork.created_at, kind="datetime", filter="range"),
        Field("ended_at", "Ended", LongWork.ended_at, kind="datetime"),
    ],
    sort="-created_at",
    words=[LongWork.title],
    views=[("Unfinished", "state=queued,running"), ("Failed", "state=failed")],
)


def _in_file(person: persons.Person) -> ColumnElement[bool]:
    """Imports and exports whose file has a row about the person: it was uploaded or written, and lies there since."""
    keys = LongWork.result_key, LongWork.spec["key"].as_string()
    works = db.session.execute(select(LongWork.id, *keys).where(or_(*(key.is_not(None) for key in keys))))
    return LongWork.id.in_([row[0] for row in works if any(key and files.names(key, person.words) for key in row[1:])])


persons.leave(
    persons.Trail("notifications", Notification, persons.naming(Notification, "text"), None),
    persons.Trail(
        "files", StoredFile, lambda person: persons.about(StoredFile, person), None, files=(StoredFile.key,)
    ),
    persons.Trail(
        "imported and exported files", LongWork, _in_file, {"result_key": None, "result_name": None},
        files=(LongWork.result_key, LongWork.spec["key"].as_string()),
    ),
    persons.mentions("mentions in long work", LongWork, "title", "error"),
    persons.mentions("mentions in what imports refused", WorkRemark, "reason"),
    persons.mentions("mentions in what imports changed", WorkTrace, "traces"),
    persons.mentions("mentions in saved views", SavedView, "name", "query"),
    persons.mentions("mentions in names of files", StoredFile, "name"),
)  # fmt: skip
