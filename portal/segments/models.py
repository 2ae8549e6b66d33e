"""Segments and who is in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned
from portal.organization.models import Owned

from .states import SegmentKind

INSIDE = text("left_at IS NULL")


class Segment(Base, Owned, Versioned, Audited):
    __tablename__ = "segment"
    noun = "segments"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[SegmentKind] = mapped_column(default=SegmentKind.DYNAMIC)
    rule: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class SegmentMember(Base):
    """A stay of a contact in a segment; the open one has no end."""

    __tablename__ = "segment_member"
    __table_args__ = (
        Index(
            "uq_segment_member_inside",
            "segment_id",
            "contact_id",
            unique=True,
            sqlite_where=INSIDE,
            postgresql_where=INSIDE,
        ),
        Index("ix_segment_member_contact", "contact_id", "segment_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id", ondelete="CASCADE"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    source: Mapped[str]  # rule, manual, import
    entered_at: Mapped[datetime] = mapped_column(default=clock.now)
    left_at: Mapped[datetime | None]
