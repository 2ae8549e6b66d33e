"""Drafts: every change of what is sent is a step that can be taken back."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from sqlalchemy import delete

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.organization.queries import authorize, own_position

from ..models import Email, EmailStep
from ..queries import content_of, email, languages, steps_around
from ..rules.document import Document

STEPS_KEPT = 100


def add_email(actor: Actor, **values: Any) -> Email:
    authorize(actor, "emails.edit")
    made = Email(owner_id=own_position(actor), **values)
    db.session.add(made)
    db.session.flush()
    _keep(actor, made, "began")
    return made


def rename(actor: Actor, email_id: int, version: int | None, **values: Any) -> Email:
    """Name, language and what happens to empty values: nothing that undo brings back."""
    draft = _draft(actor, email_id)
    draft.expect(version)
    for name, value in values.items():
        setattr(draft, name, value)
    return draft


def edit_email(actor: Actor, email_id: int, version: int | None, what: str, **content: Any) -> Email:
    """Raises Stale when somebody else changed it since the form was opened."""
    draft = _draft(actor, email_id)
    draft.expect(version)
    return write(actor, draft, what, **content)


def change_blocks(actor: Actor, email_id: int, what: str, change: Callable[[Document], Document]) -> Email:
    """`change` makes a new tree from the one that is stored now. Raises what it raises."""
    draft = _draft(actor, email_id)
    if draft.source:
        raise Refused("emails.has_source", "This email was brought along as HTML; it has no blocks.")
    return write(actor, draft, what, document=change(draft.document))


def write(actor: Actor, draft: Email, what: str, **content: Any) -> Email:
    """One step further; what was undone before is gone then. No step when nothing changes."""
    if all(getattr(draft, name) == value for name, value in content.items()):
        return draft
    for name, value in content.items():
        setattr(draft, name, value)
    gone = (EmailStep.number > draft.step) | (EmailStep.number <= draft.step + 1 - STEPS_KEPT)
    db.session.execute(delete(EmailStep).where(EmailStep.email_id == draft.id, gone))
    draft.step += 1
    _keep(actor, draft, what)
    return draft


def undo(actor: Actor, email_id: int) -> str:
    """What was taken back, in words. Raises Refused at the first step."""
    draft = _draft(actor, email_id)
    last, _ = steps_around(draft)
    if last is None:
        raise Refused("emails.nothing_to_undo", "There is nothing to take back.")
    _show(draft, draft.step - 1)
    return last.what


def redo(actor: Actor, email_id: int) -> str:
    """What was done again, in words. Raises Refused at the last step."""
    draft = _draft(actor, email_id)
    _, following = steps_around(draft)
    if following is None:
        raise Refused("emails.nothing_to_redo", "There is nothing to do again.")
    _show(draft, following.number)
    return following.what


def copy_email(actor: Actor, email_id: int) -> Email:
    found = email(actor, email_id)
    return add_email(
        actor,
        name=f"Copy of {found.name}"[:120],
        language=found.language,
        missing=found.missing,
        **deepcopy(content_of(found)),
    )


def translate(actor: Actor, email_id: int, language: str) -> Email:
    """A translation begins as the original in its own words. Raises Refused when there is one already."""
    found = email(actor, email_id)
    root = email(actor, found.translation_of_id or found.id)
    if language in languages(root):
        raise Refused("emails.translated", "There is a translation into this language already.", "language")
    content = deepcopy(content_of(root)) | {"text": ""}
    return add_email(
        actor, name=root.name, language=language, translation_of_id=root.id, missing=root.missing, **content
    )


def archive(actor: Actor, email_id: int) -> Email:
    draft = _draft(actor, email_id)
    draft.archived = True
    return draft


def restore_email(actor: Actor, email_id: int) -> Email:
    draft = _draft(actor, email_id)
    draft.archived = False
    return draft


def _draft(actor: Actor, email_id: int) -> Email:
    authorize(actor, "emails.edit")
    draft = email(actor, email_id, lock=True)
    authorize(actor, "emails.edit", draft)
    return draft


def _keep(actor: Actor, draft: Email, what: str) -> None:
    draft.changed_at = clock.now()
    db.session.add(
        EmailStep(email_id=draft.id, number=draft.step, what=what[:120], content=content_of(draft), by=actor.name)
    )
    db.session.flush()


def _show(draft: Email, number: int) -> None:
    step = db.session.query(EmailStep).filter_by(email_id=draft.id, number=number).one()
    for name, value in step.content.items():
        setattr(draft, name, value)
    draft.step, draft.changed_at = number, clock.now()
