"""Emails as they are edited."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import defer, with_expression

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.listing import Field, Listing
from portal.organization.queries import get, visible_to

from ..models import Email, EmailStep, EmailVersion
from ..rules.look import LANGUAGES

CONTENT = ("subject", "preheader", "document", "source", "text")  # what undo brings back


def email(actor: Actor, email_id: int, *, lock: bool = False) -> Email:
    return get(actor, Email, email_id, lock=lock)


def content_of(draft: Email) -> dict[str, Any]:
    return {name: getattr(draft, name) for name in CONTENT}


def steps_around(draft: Email) -> tuple[EmailStep | None, EmailStep | None]:
    """The step that undo would take back, and the one that redo would bring."""
    rows = db.session.scalars(
        select(EmailStep).where(EmailStep.email_id == draft.id, EmailStep.number.in_((draft.step, draft.step + 1)))
    )
    found = {row.number: row for row in rows}
    first = db.session.scalar(select(func.min(EmailStep.number)).where(EmailStep.email_id == draft.id))
    return (None if draft.step == first else found.get(draft.step)), found.get(draft.step + 1)


def translations(draft: Email) -> Sequence[Email]:
    """The original and its translations, the original first."""
    root = draft.translation_of_id or draft.id
    family = select(Email).where((Email.id == root) | (Email.translation_of_id == root), ~Email.archived)
    return db.session.scalars(family.order_by(Email.translation_of_id.is_not(None), Email.language)).all()


def languages(draft: Email) -> list[str]:
    return [one.language for one in translations(draft)]


def _emails(actor: Actor) -> Select[Email]:
    """Originals; translations are found on their page."""
    number = select(func.max(EmailVersion.number)).where(EmailVersion.email_id == Email.id).scalar_subquery()
    return (
        visible_to(actor, Email)
        .where(Email.translation_of_id.is_(None))
        .options(
            with_expression(Email.published, number), defer(Email.document), defer(Email.source), defer(Email.text)
        )
    )


def email_choices(actor: Actor) -> list[tuple[int, str]]:
    """Those in use, by name: for a choice of email in a form."""
    used = visible_to(actor, Email).where(Email.translation_of_id.is_(None), ~Email.archived).order_by(Email.name)
    return [(row.id, row.name) for row in db.session.execute(used.with_only_columns(Email.id, Email.name))]


def _languages(actor: Actor) -> list[tuple[str, str]]:
    used = db.session.scalars(visible_to(actor, Email).with_only_columns(Email.language).distinct())
    return [(code, LANGUAGES.get(code, code)) for code in sorted(used)]


EMAILS = Listing(
    name="emails",
    query=_emails,
    identity=Email.id,
    fields=(
        Field("name", "Email", Email.name),
        Field("subject", "Subject", Email.subject),
        Field(
            "language",
            "Language",
            Email.language,
            value=lambda one: LANGUAGES.get(one.language, one.language),
            filter="choice",
            choices=_languages,
        ),
        Field(
            "published",
            "Version",
            value=lambda one: f"Version {one.published}" if one.published else "Draft",
            sortable=False,
        ),
        Field("changed_at", "Changed", Email.changed_at, kind="datetime"),
        Field(
            "archived",
            "Archived",
            Email.archived,
            value=lambda one: "yes" if one.archived else "no",
            filter="flag",
            shown=False,
        ),
    ),
    sort="-changed_at",
    words=(Email.name, Email.subject),
    views=(("In use", "archived=0"),),
)
