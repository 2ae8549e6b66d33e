"""Designed emails with their steps and versions, the brand they wear, saved blocks and pictures."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, query_expression

from portal.kernel import clock
from portal.kernel.audit import Audited
from portal.kernel.db import Base, Versioned, refuse_on
from portal.kernel.errors import Refused
from portal.kernel.guards import append_only
from portal.organization.models import Owned

from .states import Missing

TRANSLATION = text("translation_of_id IS NOT NULL")


class Email(Base, Owned, Versioned, Audited):
    """The draft that is edited. What is sent is a version of it."""

    __tablename__ = "email"
    __table_args__ = (
        Index(
            "uq_email_translation",
            "translation_of_id",
            "language",
            unique=True,
            sqlite_where=TRANSLATION,
            postgresql_where=TRANSLATION,
        ),
    )
    noun = "emails"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(default="en")
    translation_of_id: Mapped[int | None] = mapped_column(ForeignKey("email.id"))
    subject: Mapped[str] = mapped_column(default="")
    preheader: Mapped[str] = mapped_column(default="")
    document: Mapped[dict[str, Any]] = mapped_column(default=lambda: {"blocks": []})  # see `rules.document`
    source: Mapped[str] = mapped_column(default="")  # HTML or MJML that was brought along; then there are no blocks
    text: Mapped[str] = mapped_column(default="")  # text part as somebody wrote it; "": made from the rest
    missing: Mapped[Missing] = mapped_column(default=Missing.BLANK)
    step: Mapped[int] = mapped_column(default=0)  # which of its steps is shown
    archived: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    changed_at: Mapped[datetime] = mapped_column(default=clock.now)
    published: Mapped[int | None] = query_expression()  # number of its latest version, filled by the list
    unaudited = frozenset({"version", "document", "source", "text", "step", "changed_at"})  # its steps tell more


class EmailStep(Base):
    """What the draft said after one change: undo goes back to the one before, redo forward."""

    __tablename__ = "email_step"
    __table_args__ = (UniqueConstraint("email_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email_id: Mapped[int] = mapped_column(ForeignKey("email.id", ondelete="CASCADE"))
    number: Mapped[int]
    what: Mapped[str]  # "moved Heading"
    content: Mapped[dict[str, Any]]  # every field of `services.drafts.CONTENT`
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)


class EmailVersion(Base):
    """Compiled once and never changed: HTML with its styles inline and Liquid still in it, and the text part."""

    __tablename__ = "email_version"
    __table_args__ = (UniqueConstraint("email_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    email_id: Mapped[int] = mapped_column(ForeignKey("email.id"))
    number: Mapped[int]
    translates_id: Mapped[int | None] = mapped_column(ForeignKey("email_version.id"), index=True)
    language: Mapped[str] = mapped_column(default="en")
    subject: Mapped[str]
    preheader: Mapped[str] = mapped_column(default="")
    document: Mapped[dict[str, Any]]
    source: Mapped[str] = mapped_column(default="")
    html: Mapped[str]  # every element of a block carries data-block="ID", which reports draw their heat map by
    text: Mapped[str]
    text_by_hand: Mapped[bool] = mapped_column(default=False)  # else made from the blocks
    sender: Mapped[str] = mapped_column(default="")  # of the brand when it was published; "": the company's
    reply_to: Mapped[str] = mapped_column(default="")
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)


append_only("email_version")


class BrandKit(Base, Versioned, Audited):
    """What all emails wear. An empty field is as the company says."""

    __tablename__ = "brand_kit"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)
    noun = "brand"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    sender: Mapped[str] = mapped_column(default="")  # name that people see
    reply_to: Mapped[str] = mapped_column(default="")
    accent: Mapped[str] = mapped_column(default="")
    font: Mapped[str] = mapped_column(default="sans")
    logo: Mapped[str] = mapped_column(default="")  # address of a picture
    address: Mapped[str] = mapped_column(default="")  # legal name and postal address
    social: Mapped[str] = mapped_column(default="")  # one "Name https://..." per line


class SavedBlock(Base, Audited):
    """A block, or a section with all in it, to be used again."""

    __tablename__ = "saved_block"
    noun = "saved_blocks"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    block: Mapped[dict[str, Any]]
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    unaudited = frozenset({"block"})


class EmailPicture(Base, Audited):
    """A picture that mails show: at an address that nobody guesses and that never shows anything else."""

    __tablename__ = "email_picture"
    noun = "email_pictures"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    key: Mapped[str] = mapped_column(unique=True)  # of kernel.files, and its address
    digest: Mapped[str] = mapped_column(unique=True)  # the same picture is kept once
    media_type: Mapped[str]
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    by: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=clock.now)

    @property
    def path(self) -> str:
        return f"/mail-pictures/{self.key}.{self.media_type.rpartition('/')[2]}"


refuse_on(
    "uq_email_translation",
    "email.translation_of_id",
    say=Refused("emails.translated", "There is a translation into this language already.", "language"),
)
refuse_on(
    "uq_saved_block_name", "saved_block.name", say=Refused("emails.block_name", "Another block has this name.", "name")
)
