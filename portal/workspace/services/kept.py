"""What is kept for people: notifications, saved views, files."""

from datetime import datetime

from sqlalchemy import select, update

from portal.kernel import clock, files
from portal.kernel.actor import Actor
from portal.kernel.db import Base, db, refuse_on
from portal.kernel.errors import NotFound, Refused
from portal.kernel.listing import matching, named
from portal.kernel.tables import read_table
from portal.kernel.upsert import insert_ignore
from portal.organization.queries import authorize

from .. import queries
from ..documents import LONGEST_NAME, media_type_of
from ..models import Notification, SavedView, StoredFile
from ..rules import import_kind

refuse_on(
    "uq_saved_view_user_id_listing_name",
    "saved_view.user_id, saved_view.listing, saved_view.name",
    say=Refused("saved_view.name_taken", "You have a view of this list with that name already.", "name"),
)


def notify(user_id: int | None, text: str, url: str, reason: str) -> None:
    """Tell a person once, whatever happens twice: `reason` is unique ("lead:12:assigned:3"). Nobody is told nothing."""
    if user_id is not None:
        row = {"user_id": user_id, "text": text, "url": url, "reason": reason, "created_at": clock.now()}
        insert_ignore(Notification, [row])


def mark_read(actor: Actor, notification_id: int | None = None) -> None:
    """One notification of this person, or all of them."""
    unread = update(Notification).where(Notification.user_id == actor.user_id, Notification.read_at.is_(None))
    if notification_id is not None:
        unread = unread.where(Notification.id == notification_id)
    db.session.execute(unread.values(read_at=clock.now()).execution_options(synchronize_session=False))


def save_view(actor: Actor, listing: str, name: str, args: dict[str, str], query: str, shared: bool) -> SavedView:
    """Raises Refused when the list does not know the filters or the name is taken."""
    authorize(actor, "workspace.use")
    wanted = named(listing)
    matching(wanted, actor, args)
    wanted.order(args.get("sort") or wanted.sort)
    if shared:
        authorize(actor, "views.share")
    view = SavedView(user_id=actor.user_id, listing=listing, name=_named(name), query=query, shared=shared)
    db.session.add(view)
    return view


def rename_view(actor: Actor, view_id: int, name: str) -> None:
    _own_view(actor, view_id).name = _named(name)


def share_view(actor: Actor, view_id: int, shared: bool) -> None:
    authorize(actor, "views.share")
    _own_view(actor, view_id).shared = shared


def remove_view(actor: Actor, view_id: int) -> None:
    db.session.delete(_own_view(actor, view_id))


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= 60:
        raise Refused("saved_view.name", "Give the view a name of up to 60 characters.", "name")
    return name


def _own_view(actor: Actor, view_id: int) -> SavedView:
    found = db.session.scalar(select(SavedView).where(SavedView.id == view_id, SavedView.user_id == actor.user_id))
    if found is None:
        raise NotFound("saved_view.not_found", "This view is not here, or not yours to change.")
    return found


def attach(actor: Actor, record: Base, name: str, content: bytes) -> StoredFile:
    """Keep a file with a record the actor sees. Raises Refused for kinds of file that are not kept."""
    authorize(actor, "files.edit")
    name, media_type = media_type_of(name, content)
    stored = StoredFile(
        noun_of=record.noun,
        record_id=record.id,  # type: ignore[attr-defined]
        name=name,
        media_type=media_type,
        size=len(content),
        key=files.put(content),
        uploaded_by=actor.name,
    )
    db.session.add(stored)
    return stored


def remove_file(actor: Actor, file_id: int) -> StoredFile:
    """Out of sight, not gone: it can be restored."""
    return _removed(actor, file_id, clock.now())


def restore_file(actor: Actor, file_id: int) -> StoredFile:
    return _removed(actor, file_id, None)


def _removed(actor: Actor, file_id: int, at: datetime | None) -> StoredFile:
    authorize(actor, "files.edit")
    stored = queries.stored_file(file_id, lock=True)
    stored.removed_at = at
    return stored


def take_in(actor: Actor, kind: str, name: str, content: bytes) -> StoredFile:
    """Keep a file that is to be imported, for this person only. Raises Refused unless it reads as a table."""
    authorize(actor, "imports.run")
    authorize(actor, import_kind(kind).permission)
    read_table(content)
    stored = StoredFile(
        noun_of=f"imports:{kind}",
        record_id=actor.user_id or 0,
        name=name[:LONGEST_NAME],
        media_type="application/octet-stream",
        size=len(content),
        key=files.put(content),
        uploaded_by=actor.name,
    )
    db.session.add(stored)
    db.session.flush()
    return stored
