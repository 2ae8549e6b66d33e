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


def spend(nonce: str, result: str | int | None = None) -> FormNonce:
    """Use the nonce up in the current unit of work, and return it, for a later result. Raises AlreadyDone.

    A second click that comes at the same moment waits until the first has ended.
    """
    if db.session.scalar(select(FormNonce.nonce).where(FormNonce.nonce == nonce)) is not None:
        raise AlreadyDone("form.already_done", "This form was already sent.")
    spent = FormNonce(nonce=nonce, result=result)
    db.session.add(spent)
    db.session.flush()
    return spent


def result_of(nonce: str) -> str | int | None:
    """What the first submission of this form produced."""
    found = db.session.scalar(select(FormNonce.result).where(FormNonce.nonce == nonce))
    return found if isinstance(found, str | int) else None
