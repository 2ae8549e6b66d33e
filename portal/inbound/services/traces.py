"""Where mail that came in tells of a person: what they wrote, and what servers said about their address."""

from sqlalchemy import ColumnElement, or_, select

from portal.kernel import persons
from portal.messages.models import Message
from portal.messages.services import sent_to

from ..models import InboundMail


def _of_person(person: persons.Person) -> ColumnElement[bool]:
    return or_(
        InboundMail.sender.in_(person.addresses),
        InboundMail.contact_id.in_(person.of("contacts")),
        InboundMail.message_id.in_(select(Message.id).where(sent_to(person))),
    )


persons.leave(
    persons.Trail(
        "inbound mail", InboundMail, _of_person,
        {"subject": persons.NOBODY, "notices": [], "key": ""} | dict.fromkeys(("sender", "envelope", "why", "text"), ""),
        files=(InboundMail.key,),
    ),
    persons.mentions("mentions in inbound mail", InboundMail, "subject", "notices", "why", "text"),
)  # fmt: skip
