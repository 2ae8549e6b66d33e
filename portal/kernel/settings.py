"""Facts about this installation that the running system itself changes: flags and heartbeats."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from .db import Base, db


class Setting(Base):
    """For example `hold_sending`, set by a restore until a person releases it."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class Heartbeat(Base):
    """Last sign of life of a worker or the scheduler."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class ScheduleSlot(Base):
    """One run of a periodic job: whoever inserts the row does it."""

    __tablename__ = "schedule_slot"

    name: Mapped[str] = mapped_column(primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    taken_at: Mapped[datetime]


def get(key: str) -> str | None:
    found = db.session.get(Setting, key)
    return found.value if found else None


def put(key: str, value: str | None) -> None:
    """Set the flag, or clear it with None."""
    found = db.session.get(Setting, key)
    if found and value is None:
        db.session.delete(found)
    elif value is not None:
        db.session.merge(Setting(key=key, value=value))
