"""Transfers and what each of them moved."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base

from .states import TransferState

IS_PLANNED = text("state = 'planned'")


class Transfer(Base, Audited):
    """`account_ids` is what was asked for; the items say what moved in fact."""

    __tablename__ = "transfer"
    __table_args__ = (
        CheckConstraint("(state = 'planned' OR state = 'cancelled') = (done_at IS NULL)", name="done_when"),
        CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", name="undone_when"),
        Index("ix_transfer_planned", "effective_on", sqlite_where=IS_PLANNED, postgresql_where=IS_PLANNED),
    )
    noun = "transfers"
    unaudited = frozenset({"account_ids"})

    id: Mapped[int] = mapped_column(primary_key=True)
    account_ids: Mapped[list[Any]]
    to_position_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"))  # None: only the territory changes
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))  # None: territories stay
    reason: Mapped[str]
    effective_on: Mapped[date]
    hold_over_until: Mapped[date | None]
    state: Mapped[TransferState] = mapped_column(default=TransferState.PLANNED)
    by: Mapped[str]
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    made_at: Mapped[datetime] = mapped_column(default=clock.now)
    done_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]


class TransferItem(Base):
    """One record that changed hands, with whom and where it was before."""

    __tablename__ = "transfer_item"
    __table_args__ = (Index("ix_transfer_item_record", "noun_of", "record_id"),)

    transfer_id: Mapped[int] = mapped_column(ForeignKey("transfer.id", ondelete="CASCADE"), primary_key=True)
    noun_of: Mapped[str] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[int] = mapped_column(index=True)  # the account it belongs to
    from_owner_id: Mapped[int | None] = mapped_column(ForeignKey("position.id"))
    from_territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"))
