"""From the draft to a version that never changes."""

from copy import deepcopy

from sqlalchemy import func, select

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.liquid import LiquidError, parse
from portal.organization.queries import authorize

from ..models import Email, EmailVersion
from ..queries import brand, compile_draft, content_of, email, latest, translations, version
from .drafts import write


def publish(actor: Actor, email_id: int) -> EmailVersion:
    """The email as it stands, with its translations; the version that exists when nothing changed since.

    Raises Refused for Liquid or MJML that cannot be read.
    """
    authorize(actor, "emails.edit")
    draft = email(actor, email_id, lock=True)
    root = draft if draft.translation_of_id is None else email(actor, draft.translation_of_id, lock=True)
    original = _version(actor, root, None)
    for one in translations(root)[1:]:
        _version(actor, one, original)
    return original


def restore(actor: Actor, email_id: int, number: int) -> Email:
    """The draft says what that version said; it can be undone."""
    authorize(actor, "emails.edit")
    draft, old = email(actor, email_id, lock=True), version(actor, email_id, number)
    content = {name: deepcopy(getattr(old, name)) for name in content_of(draft) if name != "text"}
    text = old.text if old.text_by_hand else ""
    return write(actor, draft, f"went back to version {number}", **content, text=text)


def _version(actor: Actor, draft: Email, original: EmailVersion | None) -> EmailVersion:
    made, kit = compile_draft(draft), brand()
    for template, escapes in ((draft.subject, False), (draft.preheader, False), (made.text, False), (made.html, True)):
        try:
            parse(template, escapes)
        except LiquidError as error:
            raise Refused("emails.liquid", f"{draft.name}: {error}") from error
    facts = {
        "subject": draft.subject, "preheader": draft.preheader, "document": draft.document, "source": draft.source,
        "html": made.html, "text": made.text, "language": draft.language, "sender": kit.sender, "reply_to": kit.reply_to,
        "text_by_hand": bool(draft.text),
    }  # fmt: skip
    before = latest(draft.id)
    of = original and original.id
    if before and before.translates_id == of and all(getattr(before, name) == value for name, value in facts.items()):
        return before
    number = db.session.scalar(select(func.max(EmailVersion.number)).where(EmailVersion.email_id == draft.id)) or 0
    new = EmailVersion(email_id=draft.id, number=number + 1, translates_id=of, by=actor.name, **facts)
    db.session.add(new)
    db.session.flush()
    return new
