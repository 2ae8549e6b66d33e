"""Saved views, notifications, stored files, long work."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base

from .states import WorkState

IS_OPEN = text("state IN ('queued', 'running')")


class SavedView(Base, Audited):
    """A named query string of one list page."""

    __tablename__ = "saved_view"
    __table_args__ = (UniqueConstraint("user_id", "listing", "name"),)
    noun = "saved_views"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    listing: Mapped[str] = mapped_column(index=True)
    name: Mapped[str]
    query: Mapped[str]
    shared: Mapped[bool] = mapped_column(default=False)


class Notification(Base):
    __tablename__ = "notification"
    __table_args__ = (Index("ix_notification_user", "user_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    text: Mapped[str]
    url: Mapped[str]
    reason: Mapped[str] = mapped_column(unique=True)  # the same reason notifies once: "lead:12:assigned:3"
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    read_at: Mapped[datetime | None]


class StoredFile(Base, Audited):
    __tablename__ = "stored_file"
    __table_args__ = (Index("ix_stored_file_record", "noun_of", "record_id"),)
    noun = "files"

    id: Mapped[int] = mapped_column(primary_key=True)
    noun_of: Mapped[str]
    record_id: Mapped[int]
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    key: Mapped[str]
    uploaded_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    removed_at: Mapped[datetime | None]


class LongWork(Base):
    """Import, export, bulk act: resumes after `done` rows when its worker is lost."""

    __tablename__ = "long_work"
    __table_args__ = (
        CheckConstraint("done >= 0 AND (total IS NULL OR done <= total)", name="progress"),
        Index("ix_long_work_open", "id", postgresql_where=IS_OPEN, sqlite_where=IS_OPEN),
    )
    noun = "long_work"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    kind: Mapped[str]
    title: Mapped[str]
    spec: Mapped[dict[str, Any]]
    state: Mapped[WorkState] = mapped_column(default=WorkState.QUEUED)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    noted: Mapped[int] = mapped_column(default=0)  # rows that were taken, but for a field
    result_key: Mapped[str | None]
    result_name: Mapped[str | None]
    error: Mapped[str | None]
    cancel_wanted: Mapped[bool] = mapped_column(default=False)
    worker: Mapped[str | None]
    lease_until: Mapped[datetime | None]  # a worker that is silent for longer has lost the work
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]  # when somebody asked for it to be undone


class WorkRemark(Base):
    """Why one row was refused, or what was left out of one that was taken."""

    __tablename__ = "work_remark"

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("long_work.id", ondelete="CASCADE"), index=True)
    row: Mapped[int]
    field: Mapped[str]
    reason: Mapped[str]
    taken: Mapped[bool]


class WorkTrace(Base):
    """What one slice of an import did, so that it can be undone: [record, version since, what it said before or null]."""

    __tablename__ = "work_trace"

    id: Mapped[int] = mapped_column(primary_key=True)
    work_id: Mapped[int] = mapped_column(ForeignKey("long_work.id", ondelete="CASCADE"), index=True)
    traces: Mapped[list[Any]]
