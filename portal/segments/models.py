"""Segments and who is in them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, query_expression

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused
from portal.organization.models import Owned

from .states import SegmentKind, Source

INSIDE = text("left_at IS NULL")


class Segment(Base, Owned, Versioned, Audited):
    """`size` and `changed_at` follow the members. `pending`: the rule was not worked out for everybody yet."""

    __tablename__ = "segment"
    noun = "segments"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    note: Mapped[str] = mapped_column(default="")
    kind: Mapped[SegmentKind] = mapped_column(default=SegmentKind.DYNAMIC)
    rule: Mapped[dict[str, Any]] = mapped_column(default=dict)
    taken_from_id: Mapped[int | None] = mapped_column(ForeignKey("segment.id", ondelete="SET NULL"))  # of a snapshot
    size: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime | None]  # when somebody entered or left last
    counted_at: Mapped[datetime | None]
    pending: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    uses: Mapped[int | None] = query_expression()  # filled by the list of segments
    unaudited = frozenset({"version", "size", "changed_at", "counted_at", "pending"})


class SegmentPart(Base):
    """A segment that the rule of another one names: so it cannot be deleted, and no circle can close."""

    __tablename__ = "segment_part"

    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id", ondelete="CASCADE"), primary_key=True)
    part_id: Mapped[int] = mapped_column(ForeignKey("segment.id"), primary_key=True, index=True)


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
        Index("ix_segment_member_entered", "segment_id", "entered_at", "contact_id"),
        Index("ix_segment_member_left", "segment_id", "left_at", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id", ondelete="CASCADE"))
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"))
    source: Mapped[Source]
    entered_at: Mapped[datetime] = mapped_column(default=clock.now)
    left_at: Mapped[datetime | None]


class SegmentOverride(Base):
    """What somebody decided by hand about a contact and a dynamic segment: it beats the rule and stays."""

    __tablename__ = "segment_override"
    __table_args__ = (Index("ix_segment_override_contact", "contact_id"),)

    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id", ondelete="CASCADE"), primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), primary_key=True)
    inside: Mapped[bool]
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)


class SegmentTouch(Base):
    """A contact about whom something changed. Rows are only added and taken away, so nobody waits for anybody."""

    __tablename__ = "segment_touch"

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int]


refuse_on(
    "uq_segment_name", "segment.name", say=Refused("segment.name_taken", "Another segment has this name.", "name")
)
