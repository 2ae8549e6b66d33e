"""Saved blocks and pictures."""

from collections.abc import Sequence

from sqlalchemy import select

from portal.kernel.db import db
from portal.kernel.errors import NotFound

from ..models import EmailPicture, SavedBlock

PICTURES_SHOWN = 60


def saved_blocks() -> Sequence[SavedBlock]:
    return db.session.scalars(select(SavedBlock).order_by(SavedBlock.name)).all()


def saved_block(block_id: int) -> SavedBlock:
    found = db.session.get(SavedBlock, block_id)
    if found is None:
        raise NotFound("emails.no_saved_block", "This saved block is no longer there.")
    return found


def pictures(limit: int = PICTURES_SHOWN) -> Sequence[EmailPicture]:
    """The newest first."""
    return db.session.scalars(select(EmailPicture).order_by(EmailPicture.id.desc()).limit(limit)).all()


def picture_at(key: str) -> EmailPicture:
    found = db.session.scalar(select(EmailPicture).where(EmailPicture.key == key))
    if found is None:
        raise NotFound("file.not_found", "There is no such picture.")
    return found
