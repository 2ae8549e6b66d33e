"""A message comes into being: once per reason, in the transaction of the fact that asks for it."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from portal.consent.queries import home_region
from portal.consent.rules import address_hash, normal_address
from portal.consent.states import Channel, Purpose
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.outbox import ring
from portal.kernel.upsert import insert_ignore
from portal.organization.queries import company

from ..models import Message, MessageContent
from ..states import MessageState

NO_HOST = "portal.invalid"  # before the company is set up; RFC 2606


def queue_email(
    reason: str, *, to: str, subject: str, text: str, html: str, recipient: str = "",
    attachments: Sequence[Mapping[str, str]] = (), **about: Any,
) -> Message:  # fmt: skip
    """Owe one email. The same reason again returns the message that exists. Raises Refused for a bad address.

    `attachments`: {"name", "media_type", "key"} with keys of kernel.files. `about`: purpose, priority, due_at,
    noun_of, record_id, owner_id, territory_id.
    """
    content = {"subject": subject, "text": text, "html": html, "attachments": [dict(a) for a in attachments]}
    return _queue(Channel.EMAIL, reason, to, recipient, content, **about)


def queue_sms(reason: str, *, to: str, text: str, recipient: str = "", **about: Any) -> Message:
    """Owe one SMS; see `queue_email`."""
    return _queue(Channel.SMS, reason, to, recipient, {"text": text}, **about)


def _queue(
    channel: Channel, reason: str, to: str, recipient: str, content: Mapping[str, Any], *,
    purpose: Purpose = Purpose.TRANSACTIONAL, priority: int = 1, due_at: datetime | None = None,
    noun_of: str | None = None, record_id: int | None = None,
    owner_id: int | None = None, territory_id: int | None = None,
) -> Message:  # fmt: skip
    if known := _by_reason(reason):
        return known
    address, now = normal_address(channel, to, home_region()), clock.now()
    written = write_content(**content)
    row = {
        "reason": reason, "channel": channel, "purpose": purpose, "priority": priority, "address": address,
        "address_hash": address_hash(channel, address), "recipient": recipient[:150], "content_id": written.id,
        "domain": address.rpartition("@")[2],
        "message_id": f"<{uuid.uuid4().hex}@{host_of_ids()}>", "state": MessageState.QUEUED, "state_reason": "",
        "due_at": due_at or now, "attempt": 0, "resent": False, "created_at": now, "noun_of": noun_of,
        "record_id": record_id, "owner_id": owner_id, "territory_id": territory_id,
    }  # fmt: skip
    if insert_ignore(Message, [row]):
        ring("mail")
    else:
        db.session.delete(written)  # somebody else queued it in this very moment
    queued = _by_reason(reason)
    assert queued is not None
    return queued


def write_content(**content: Any) -> MessageContent:
    """See the columns of MessageContent."""
    written = MessageContent(**content)
    db.session.add(written)
    db.session.flush()
    return written


def _by_reason(reason: str) -> Message | None:
    return db.session.scalar(select(Message).where(Message.reason == reason))


def host_of_ids() -> str:
    """The right side of a Message-ID: the company's mail domain."""
    seller = company()
    return seller.email.rpartition("@")[2].lower() if seller else NO_HOST
