"""From rows to the bytes that leave the house."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from portal.consent.queries import may_track
from portal.consent.states import Channel, Purpose
from portal.kernel import files
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.kernel.mime import Attachment, Mailbox, build_email
from portal.organization.queries import company

from ..models import Message, MessageContent
from ..rules.headers import Links, Signer, headers_of, return_path
from ..rules.words import Words, words_of

NOBODY = Mailbox("nobody@portal.invalid")  # before the company is set up; RFC 2606


@dataclass(frozen=True)
class Desk:
    """What letters are written with; it comes from outside, as it needs addresses of pages and keys."""

    links: Callable[[Any], Links]  # of a message, as its row
    values_of: Callable[
        [Sequence[int], str], Mapping[int, Mapping[str, Any]]
    ]  # contacts and a language -> what is known
    signer: Callable[[str], Signer | None]  # of a sender domain
    return_domain: Callable[[str], str]  # of a sender domain: where bounces come back to; "": to the sender


@dataclass(frozen=True)
class Letter:
    """One message as it leaves the house. `sender` is the envelope's; `values` are to be kept with the message."""

    id: int
    channel: Channel
    purpose: Purpose
    sender: str
    address: str
    subject: str
    raw: bytes
    resent: bool
    domain: str = ""
    values: Mapping[str, Any] | None = None


def letters(channel: Channel, ids: Sequence[int], desk: Desk, refuse: Callable[[int, str], None]) -> Iterator[Letter]:
    """The messages, finished, in the order they are owed. What cannot be built goes to `refuse` with the reason."""
    rows: Sequence[Any] = db.session.execute(
        select(*Message.__table__.c, may_track(Message.channel, Message.address).label("tracked"))
        .where(Message.id.in_(ids))
        .order_by(Message.priority, Message.due_at, Message.id)
    ).all()
    contents = _contents({row.content_id for row in rows})
    people = _people(desk, [row for row in rows if contents[row.content_id].is_template], contents)
    seller = company()
    house = Mailbox(seller.email, seller.name) if seller else NOBODY
    for row in rows:
        content = contents[row.content_id]
        values = row.values or people.get(row.id)
        try:
            yield _letter(row, content, house, desk, values)
        except (ValueError, DomainError) as error:
            refuse(row.id, str(error))


def _letter(row: Any, content: Any, house: Mailbox, desk: Desk, values: Mapping[str, Any] | None) -> Letter:
    links = desk.links(row)
    words = words_of(content, values, links.named() if content.is_template else {})
    if content.is_template and words.html:
        words = words._replace(html=links.track(words.html))
    raw = compose(row, content, house, desk, words, links)
    domain = house.address.rpartition("@")[2]
    back = return_path(row.id, row.message_id, desk.return_domain(domain)) or house.address
    shown = words.subject or words.text[:80]
    return Letter(row.id, row.channel, row.purpose, back, row.address, shown, raw, row.resent, row.domain, values)


def compose(row: Any, content: Any, house: Mailbox, desk: Desk, words: Words, links: Links) -> bytes:
    """The bytes that are handed over; the same ones at every attempt. Raises ValueError when it cannot be built."""
    if row.channel == Channel.SMS:
        return words.text.encode()
    sender = Mailbox(house.address, content.sender or house.name)
    raw = build_email(
        message_id=row.message_id,
        sent_at=row.dated_at or row.created_at,
        sender=sender,
        to=Mailbox(row.address, row.recipient),
        subject=words.subject,
        text=words.text,
        html=words.html,
        reply_to=Mailbox(content.reply_to) if content.reply_to else None,
        headers=headers_of(row, links, house),
        attachments=[Attachment(a["name"], files.read(a["key"]), a["media_type"]) for a in content.attachments],
    )
    signer = desk.signer(house.address.rpartition("@")[2])
    return signer(raw) if signer else raw


def _contents(ids: set[int]) -> dict[int, Row[Any]]:
    rows = db.session.execute(select(*MessageContent.__table__.c).where(MessageContent.id.in_(ids)))
    return {row.id: row for row in rows}


def _people(desk: Desk, rows: Sequence[Row[Any]], contents: Mapping[int, Row[Any]]) -> dict[int, Mapping[str, Any]]:
    """Message -> what its template may say of the recipient, as of now; the first attempt keeps it for the others."""
    found: dict[int, Mapping[str, Any]] = {}
    for language in {contents[row.content_id].language for row in rows}:
        mine = [row for row in rows if contents[row.content_id].language == language and row.values is None]
        known = desk.values_of([row.contact_id for row in mine if row.contact_id], language)
        found |= {row.id: known[row.contact_id] for row in mine if row.contact_id in known}
    return found
