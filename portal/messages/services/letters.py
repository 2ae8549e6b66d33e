"""From rows to the bytes that leave the house."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select

from portal.accounts.models import Account, Contact
from portal.consent.states import Channel, Purpose
from portal.kernel import files
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.kernel.mime import Attachment, Mailbox, build_email
from portal.organization.queries import company

from ..models import Message, MessageContent
from ..rules.headers import Links, Signer, headers_of, return_path

NOBODY = Mailbox("nobody@portal.invalid")  # before the company is set up; RFC 2606


@dataclass(frozen=True)
class Desk:
    """What letters are written with; it comes from outside, as it needs addresses of pages and keys."""

    links: Callable[[Any], Links]  # of a message, as its row
    fill: Callable[[str, Mapping[str, Any]], str]  # a template with the values of a recipient
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
    rows = db.session.execute(
        select(*Message.__table__.c).where(Message.id.in_(ids)).order_by(Message.priority, Message.due_at, Message.id)
    ).all()
    contents = _contents({row.content_id for row in rows})
    people = _people({row.contact_id for row in rows if contents[row.content_id].is_template and row.values is None})
    seller = company()
    house = Mailbox(seller.email, seller.name) if seller else NOBODY
    about_us = {"name": house.name, "email": house.address}
    for row in rows:
        content = contents[row.content_id]
        values = row.values
        if content.is_template and values is None:
            values = {**people.get(row.contact_id, UNKNOWN), "company": about_us}
        try:
            yield _letter(row, content, house, desk, values)
        except (ValueError, DomainError) as error:
            refuse(row.id, str(error))


def _letter(row: Any, content: Any, house: Mailbox, desk: Desk, values: Mapping[str, Any] | None) -> Letter:
    links = desk.links(row)
    subject, text, html = content.subject, content.text, content.html
    if content.is_template:
        known = {**(values or {}), "links": links.named()}
        subject, text, html = (desk.fill(part, known) for part in (subject, text, html))
        html = links.track(html)
    raw = compose(row, content, house, desk, subject=subject, text=text, html=html, links=links)
    domain = house.address.rpartition("@")[2]
    back = return_path(row.id, row.message_id, desk.return_domain(domain)) or house.address
    shown = subject or text[:80]
    return Letter(row.id, row.channel, row.purpose, back, row.address, shown, raw, row.resent, row.domain, values)


def compose(
    row: Any, content: Any, house: Mailbox, desk: Desk, *, subject: str, text: str, html: str, links: Links
) -> bytes:
    """The bytes that are handed over; the same ones at every attempt. Raises ValueError when it cannot be built."""
    if row.channel == Channel.SMS:
        return text.encode()
    sender = Mailbox(house.address, content.sender or house.name)
    raw = build_email(
        message_id=row.message_id,
        sent_at=row.dated_at or row.created_at,
        sender=sender,
        to=Mailbox(row.address, row.recipient),
        subject=subject,
        text=text,
        html=html,
        headers=headers_of(row, links, house),
        attachments=[Attachment(a["name"], files.read(a["key"]), a["media_type"]) for a in content.attachments],
    )
    signer = desk.signer(house.address.rpartition("@")[2])
    return signer(raw) if signer else raw


def _contents(ids: set[int]) -> dict[int, Row[Any]]:
    rows = db.session.execute(select(*MessageContent.__table__.c).where(MessageContent.id.in_(ids)))
    return {row.id: row for row in rows}


UNKNOWN: Mapping[str, Any] = {"contact": {}, "account": {}}
PERSON = ("first_name", "last_name", "job_title", "email", "language", "country")
HOUSE = ("name", "industry", "city", "country", "website")


def _people(ids: set[int | None]) -> dict[int, Mapping[str, Any]]:
    """What templates may say of each contact and its account."""
    if not ids - {None}:
        return {}
    person, house = ([getattr(model, name) for name in names] for model, names in ((Contact, PERSON), (Account, HOUSE)))
    query = select(Contact.id, *person, *house).outerjoin(Account, Contact.account_id == Account.id)
    found = db.session.execute(query.where(Contact.id.in_(ids))).all()
    split = 1 + len(PERSON)
    return {
        row[0]: {
            "contact": dict(zip(PERSON, row[1:split], strict=True)),
            "account": {name: value or "" for name, value in zip(HOUSE, row[split:], strict=True)},
        }
        for row in found
    }
