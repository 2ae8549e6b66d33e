"""A test to oneself."""

import secrets
from collections.abc import Mapping
from typing import Any

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.liquid import LiquidError, personalise
from portal.messages.models import MessageContent
from portal.messages.services import queue_email
from portal.organization.queries import authorize

from ..queries import compile_draft, email, links_of


def send_test(actor: Actor, email_id: int, *, to: str, values: Mapping[str, Any]) -> int:
    """The id of the message; its links are those of whoever gets it. Raises Refused for an address that is none, and for
    Liquid that cannot be filled with these values.
    """
    authorize(actor, "emails.edit")
    draft = email(actor, email_id)
    mail = compile_draft(draft)
    reason = f"email:{email_id}:test:{secrets.token_hex(8)}"
    queued = queue_email(
        reason,
        to=to,
        subject=draft.subject,
        text=mail.text,
        html=mail.html,
        noun_of="emails",
        record_id=email_id,
        owner_id=draft.owner_id,
    )
    content = db.session.get_one(MessageContent, queued.content_id)
    known = dict(values) | {"links": links_of(queued)}
    try:
        subject = personalise(draft.subject, known, escapes=False)
        content.text, content.html = personalise(mail.text, known, escapes=False), personalise(mail.html, known)
    except LiquidError as error:
        raise Refused("emails.liquid", str(error)) from error
    content.subject = f"[Test] {' '.join(subject.split())}"
    return queued.id
