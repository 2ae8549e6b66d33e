"""Designed emails and their versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned
from portal.kernel.guards import append_only
from portal.organization.models import Owned


class Email(Base, Owned, Versioned, Audited):
    """The draft that is edited. What is sent is a version of it."""

    __tablename__ = "email"
    noun = "emails"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    subject: Mapped[str] = mapped_column(default="")
    preheader: Mapped[str] = mapped_column(default="")
    document: Mapped[dict[str, Any]] = mapped_column(default=dict)  # blocks; see `rules`
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


class EmailVersion(Base):
    """Compiled once and never changed: HTML with its styles inline and Liquid still in it, and the text part."""

    __tablename__ = "email_version"
    __table_args__ = (UniqueConstraint("email_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email_id: Mapped[int] = mapped_column(ForeignKey("email.id"))
    number: Mapped[int]
    language: Mapped[str] = mapped_column(default="en")
    subject: Mapped[str]
    preheader: Mapped[str] = mapped_column(default="")
    document: Mapped[dict[str, Any]]
    html: Mapped[str]  # every element of a block carries data-block="ID", which reports draw their heat map by
    text: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)


append_only("email_version")
