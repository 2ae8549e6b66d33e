"""A form sent twice acts once: the second answer leads to the result of the first."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, select
from sqlalchemy.orm import Mapped, mapped_column

from . import clock
from .db import Base, db, refuse_on
from .errors import Refused


class FormNonce(Base):
    __tablename__ = "form_nonce"

    nonce: Mapped[str] = mapped_column(primary_key=True)
    result: Mapped[Any] = mapped_column(JSON)
    used_at: Mapped[datetime] = mapped_column(default=clock.now)


class AlreadyDone(Refused):
    """This very form was accepted before."""


refuse_on("pk_form_nonce", "form_nonce.nonce", say=AlreadyDone("form.already_done", "This form was already sent."))


def spend(nonce: str, result: str | int | None) -> None:
    """Use the nonce up in the current unit of work; its commit raises AlreadyDone when it was used before."""
    db.session.add(FormNonce(nonce=nonce, result=result))


def result_of(nonce: str) -> str | int | None:
    """What the first submission of this form produced."""
    found = db.session.scalar(select(FormNonce.result).where(FormNonce.nonce == nonce))
    return found if isinstance(found, str | int) else None


def is_spent(nonce: str) -> bool:
    return db.session.scalar(select(FormNonce.nonce).where(FormNonce.nonce == nonce)) is not None
