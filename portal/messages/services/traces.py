"""Where messages tell of a person."""

from sqlalchemy import ColumnElement, null, or_, select

from portal.kernel import persons

from ..models import CapturedMessage, Message, MessageContent, MessageEvent, written_to


def _to(person: persons.Person) -> ColumnElement[bool]:
    return or_(written_to(person.addresses), Message.contact_id.in_(person.of("contacts")))


def _written_to(person: persons.Person) -> ColumnElement[bool]:
    """Contents for this one person; those of batches name nobody."""
    return MessageContent.id.in_(select(Message.content_id).where(_to(person), Message.batch_id.is_(None)))


def _happened(person: persons.Person) -> ColumnElement[bool]:
    return MessageEvent.message_id.in_(select(Message.id).where(_to(person)))


persons.leave(
    persons.Trail("messages", Message, _to, {"address": "", "recipient": "", "values": null(), "domain": ""}),
    persons.Trail(
        "message contents", MessageContent, _written_to,
        {"subject": persons.NOBODY, "text": "", "html": "", "attachments": []},
    ),
    persons.Trail(
        "message events", MessageEvent, _happened,
        dict.fromkeys(("why", "network", "user_agent", "device"), "") | {"contact_id": None},
    ),
    persons.Trail("captured messages", CapturedMessage, lambda p: CapturedMessage.address.in_(p.addresses), None),
)  # fmt: skip
