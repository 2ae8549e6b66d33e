"""Where messages tell of a person."""

from sqlalchemy import ColumnElement, null, or_, select

from portal.kernel import persons

from ..models import CapturedMessage, Message, MessageContent, MessageEvent, MessageLink, written_to


def sent_to(person: persons.Person) -> ColumnElement[bool]:
    return or_(written_to(person.addresses), Message.contact_id.in_(person.of("contacts")))


def _written_to(person: persons.Person) -> ColumnElement[bool]:
    """Contents for this one person; those of batches name nobody."""
    return MessageContent.id.in_(select(Message.content_id).where(sent_to(person), Message.batch_id.is_(None)))


def _linked(person: persons.Person) -> ColumnElement[bool]:
    return MessageLink.content_id.in_(select(MessageContent.id).where(_written_to(person)))


def _happened(person: persons.Person) -> ColumnElement[bool]:
    return MessageEvent.message_id.in_(select(Message.id).where(sent_to(person)))


persons.leave(
    persons.Trail(
        "messages", Message, sent_to,
        dict.fromkeys(("address", "recipient", "domain", "state_reason"), "") | {"values": null()},
    ),
    persons.Trail(
        "message contents", MessageContent, _written_to,
        {"subject": persons.NOBODY, "text": "", "html": "", "attachments": []},
    ),
    persons.Trail("links in messages", MessageLink, _linked, {"url": ""}),
    persons.Trail(
        "message events", MessageEvent, _happened,
        dict.fromkeys(("why", "network", "user_agent", "device"), "") | {"contact_id": None},
    ),
    persons.Trail("captured messages", CapturedMessage, lambda p: CapturedMessage.address.in_(p.addresses), None),
)  # fmt: skip
