"""A test to oneself."""

import secrets
from collections.abc import Callable, Mapping
from typing import Any

from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.kernel.liquid import LiquidError, personalise
from portal.messages.services import queue_email
from portal.organization.queries import authorize

from ..queries import compile_draft, email

TEST = "email-test:"


def send_test(
    actor: Actor, email_id: int, *, to: str, values: Mapping[str, Any], links: Callable[[str], Mapping[str, str]]
) -> int:
    """The id of the message. `links` makes the addresses of `links.*` for the reason of the message.

    Raises Refused for an address that is none, and for Liquid that cannot be filled with these values.
    """
    authorize(actor, "emails.edit")
    draft = email(actor, email_id)
    reason = f"{TEST}{email_id}:{secrets.token_hex(8)}"
    mail, known = compile_draft(draft), dict(values) | {"links": links(reason)}
    try:
        subject = personalise(draft.subject, known, escapes=False)
        text, html = personalise(mail.text, known, escapes=False), personalise(mail.html, known)
    except LiquidError as error:
        raise Refused("emails.liquid", str(error)) from error
    subject = f"[Test] {' '.join(subject.split())}"
    queued = queue_email(
        reason,
        to=to,
        subject=subject,
        text=text,
        html=html,
        noun_of="emails",
        record_id=email_id,
        owner_id=draft.owner_id,
    )
    return queued.id
