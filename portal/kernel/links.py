"""Signed links: 32 random bytes, stored hashed, bound to purpose, record, version and expiry; revocable."""

import secrets
from datetime import datetime
from hashlib import sha256

from sqlalchemy import Index, select, update
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .db import Base, db
from .errors import NotFound


class Link(Base):
    __tablename__ = "link"
    __table_args__ = (Index("ix_link_record", "purpose", "record_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    record_id: Mapped[int]
    record_version: Mapped[int]
    address: Mapped[str | None]  # who it was sent to
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def issue(
    purpose: str, record_id: int, record_version: int, *, expires_at: datetime, address: str | None = None
) -> str:
    """A new token; it is shown once and only its hash is kept."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        Link(
            token_hash=_hash(token),
            purpose=purpose,
            record_id=record_id,
            record_version=record_version,
            address=address,
            expires_at=expires_at,
        )
    )
    return token


def resolve(purpose: str, token: str) -> Link:
    """Raises NotFound for a token that is unknown, revoked, expired or meant for something else."""
    found = db.session.scalar(select(Link).where(Link.token_hash == _hash(token), Link.purpose == purpose))
    if found is None or found.revoked_at or found.expires_at <= clock.now():
        raise NotFound("link.not_found", "This link has ended or was withdrawn.")
    return found


def revoke(purpose: str, record_id: int) -> None:
    """End every link to the record."""
    db.session.execute(
        update(Link)
        .where(Link.purpose == purpose, Link.record_id == record_id, Link.revoked_at.is_(None))
        .values(revoked_at=clock.now())
        .execution_options(synchronize_session=False)
    )
