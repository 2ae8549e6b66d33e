"""Activities and the records they regard."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.kernel import clock
from portal.kernel.db import Base, Versioned
from portal.organization.models import Owned

from .states import Kind

OPEN_TASK = text("due_at IS NOT NULL AND done_at IS NULL")


class Activity(Base, Owned, Versioned):
    """With `due_at` it is something to do; the owner position does it. Otherwise it happened at `at`."""

    __tablename__ = "activity"
    __table_args__ = (
        Index("ix_activity_open", "owner_id", "due_at", sqlite_where=OPEN_TASK, postgresql_where=OPEN_TASK),
        CheckConstraint("done_at IS NULL OR due_at IS NOT NULL", name="only_tasks_are_done"),
    )
    noun = "activities"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[Kind]
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(default="")
    author: Mapped[str]
    url: Mapped[str] = mapped_column(default="")  # where to read more, a path of ours
    at: Mapped[datetime] = mapped_column(default=clock.now)
    due_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    regarding: Mapped[list["Regarding"]] = relationship(cascade="all, delete-orphan")


class Regarding(Base):
    __tablename__ = "regarding"
    __table_args__ = (Index("ix_regarding_record", "noun_of", "record_id", "activity_id"),)

    activity_id: Mapped[int] = mapped_column(ForeignKey("activity.id", ondelete="CASCADE"), primary_key=True)
    noun_of: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
