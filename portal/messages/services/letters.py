"""From rows to the bytes that leave the house."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from portal.consent.queries import unsubscribe_token
from portal.consent.states import Channel, Purpose
from portal.kernel import files
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.kernel.mime import Attachment, Mailbox, build_email
from portal.organization.queries import company

from ..models import Message, MessageContent

NOBODY = Mailbox("nobody@portal.invalid")  # before the company is set up; RFC 2606


@dataclass(frozen=True)
class Letter:
    """One message as it leaves the house."""

    id: int
    channel: Channel
    purpose: Purpose
    sender: str
    address: str
    subject: str
    raw: bytes
    resent: bool


def letters(
    channel: Channel, ids: Sequence[int], unsubscribe_url: Callable[[str], str], refuse: Callable[[int, str], None]
) -> Iterator[Letter]:
    """The messages, finished, in the order they are owed. What cannot be built goes to `refuse` with the reason."""
    rows = db.session.execute(
        select(*Message.__table__.c).where(Message.id.in_(ids)).order_by(Message.priority, Message.due_at, Message.id)
    ).all()
    contents = _contents({row.content_id for row in rows})
    seller = company()
    house = Mailbox(seller.email, seller.name) if seller else NOBODY
    for row in rows:
        content = contents[row.content_id]
        subject = content.subject or content.text[:80]
        leave = ""
        if row.purpose == Purpose.COMMERCIAL:
            leave = unsubscribe_url(unsubscribe_token(channel, row.address, row.topic_id, row.id))
        try:
            raw = compose(row, content, house, leave)
        except (ValueError, DomainError) as error:
            refuse(row.id, str(error))
            continue
        yield Letter(row.id, row.channel, row.purpose, house.address, row.address, subject, raw, row.resent)


def compose(row: Any, content: Any, house: Mailbox, unsubscribe: str = "") -> bytes:
    """The bytes that are handed over; the same ones at every attempt. Raises ValueError when it cannot be built."""
    if row.channel == Channel.SMS:
        return str(content.text).encode()
    headers = {}
    if unsubscribe:
        headers = {"List-Unsubscribe": f"<{unsubscribe}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return build_email(
        message_id=row.message_id,
        sent_at=row.dated_at or row.created_at,
        sender=house,
        to=Mailbox(row.address, row.recipient),
        subject=content.subject,
        text=content.text,
        html=content.html,
        headers=headers,
        attachments=[Attachment(a["name"], files.read(a["key"]), a["media_type"]) for a in content.attachments],
    )


def _contents(ids: set[int]) -> dict[int, Row[Any]]:
    rows = db.session.execute(select(*MessageContent.__table__.c).where(MessageContent.id.in_(ids)))
    return {row.id: row for row in rows}
