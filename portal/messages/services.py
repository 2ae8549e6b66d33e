"""Queueing messages: one row per recipient and reason."""

import secrets
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from portal.consent.states import Channel, Purpose
from portal.kernel.db import db

from .models import Message, MessageContent


def queue_email(
    reason: str,
    *,
    to: str,
    recipient: str,
    subject: str,
    text: str,
    html: str,
    purpose: Purpose = Purpose.TRANSACTIONAL,
    attachments: Sequence[Mapping[str, str]] = (),
    noun_of: str | None = None,
    record_id: int | None = None,
    owner_id: int | None = None,
    territory_id: int | None = None,
    priority: int = 1,
) -> Message:
    """Join the caller's transaction; the same reason gives the message that is there already."""
    found = db.session.scalar(select(Message).where(Message.reason == reason))
    if found:
        return found
    content = MessageContent(subject=subject, text=text, html=html, attachments=[dict(part) for part in attachments])
    db.session.add(content)
    db.session.flush()
    message = Message(
        reason=reason,
        channel=Channel.EMAIL,
        purpose=purpose,
        priority=priority,
        address=to,
        recipient=recipient,
        content_id=content.id,
        message_id=f"<{secrets.token_hex(16)}@portal>",
        noun_of=noun_of,
        record_id=record_id,
        owner_id=owner_id,
        territory_id=territory_id,
    )
    db.session.add(message)
    return message
