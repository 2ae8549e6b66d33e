"""Documents that are printed once: where their PDF is, or what stood in the way."""

from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Mapped, mapped_column

from .db import db


class Printed:
    """Mixin: a worker prints it after it was frozen."""

    pdf_key: Mapped[str | None]
    pdf_problem: Mapped[str] = mapped_column(default="")


def keep_paper(model: Any, record_id: int, key: str | None, problem: str = "") -> bool:
    """Store where the PDF is, once; False when another run was first."""
    changed = db.session.execute(
        update(model)
        .where(model.id == record_id, model.pdf_key.is_(None))
        .values(pdf_key=key, pdf_problem=problem)
        .returning(model.id)
        .execution_options(synchronize_session=False)
    )
    return changed.first() is not None


def unprinted(model: Any, problem: str, *conditions: ColumnElement[bool]) -> list[int]:
    """Documents whose paper waits because of a problem that begins so."""
    waiting = (model.pdf_key.is_(None), model.pdf_problem.startswith(problem, autoescape=True))
    return list(db.session.scalars(select(model.id).where(*waiting, *conditions)))
