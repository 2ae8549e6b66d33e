"""A text message that came in: a keyword changes what we may send, anything else is an answer."""

from sqlalchemy import select

from portal.accounts.models import Contact
from portal.activities.states import Kind
from portal.consent.queries import consents_of, contacts_at, home_region
from portal.consent.rules import normal_phone
from portal.consent.services import end_block, record, suppress
from portal.consent.states import Channel, ConsentState, Purpose, SuppressionReason
from portal.kernel import files
from portal.kernel.db import db
from portal.messages.models import Message
from portal.messages.services import record_event
from portal.messages.states import EventKind

from ..models import InboundMail
from ..rules.keywords import Keyword, keyword_in
from ..rules.parts import storable
from ..states import Verdict
from .intake import answered

SOURCE = "text message"
ENDED = SuppressionReason.STOP, SuppressionReason.UNSUBSCRIBED


def take_text(number: str, text: str, external_id: str) -> Keyword | None:
    """One text message in the caller's unit of work, once by its id. Returns what it asked for. Raises Refused for a
    number that is none."""
    plain, text = normal_phone(number, home_region()), storable(text.strip(), 2_000)
    key = f"sms:{storable(external_id, 200)}"
    said = _meant(plain, text)
    if db.session.scalar(select(InboundMail.id).where(InboundMail.external_id == key)) is not None:
        return said
    message, contact = _last_to(plain), next(iter(contacts_at(Channel.SMS, plain)), None)
    kept = _keep(key, plain, text, message, contact)
    if said == Keyword.STOP:
        record(Channel.SMS, plain, Purpose.COMMERCIAL, ConsentState.OPTED_OUT, source=SOURCE, wording=text)
        suppress(Channel.SMS, plain, SuppressionReason.STOP, SOURCE)
        if message:
            record_event(message.id, EventKind.UNSUBSCRIBED, kept.received_at, source=SOURCE, external_id=key)
    elif said == Keyword.START:
        end_block(Channel.SMS, plain, ENDED, SOURCE)
        record(Channel.SMS, plain, Purpose.COMMERCIAL, ConsentState.OPTED_IN, source=SOURCE, wording=text)
    elif said is None:
        if message:
            record_event(message.id, EventKind.REPLIED, kept.received_at, source=SOURCE, external_id=key)
        answered(kept, message, contact, Kind.SMS)
    return said


def _meant(plain: str, text: str) -> Keyword | None:
    said = keyword_in(text)
    if said != Keyword.YES:
        return said
    words = {one.state for one in consents_of(Channel.SMS, plain)}
    return Keyword.START if words & {ConsentState.PENDING, ConsentState.OPTED_OUT} else None


def _last_to(plain: str) -> Message | None:
    """What a text answers is not said; it is taken to be the last one that was sent there."""
    mine = select(Message).where(Message.channel == Channel.SMS, Message.address == plain, Message.sent_at.is_not(None))
    return db.session.scalar(mine.order_by(Message.id.desc()).limit(1))


def _keep(key: str, plain: str, text: str, message: Message | None, contact: Contact | None) -> InboundMail:
    why = (
        "It is taken to answer the last text message to this number." if message else "We sent nothing to this number."
    )
    kept = InboundMail(
        external_id=key, source=SOURCE, sender=plain, subject=text[:80], text=text, size=len(text.encode()),
        key=files.put(text.encode()), verdict=Verdict.REPLY, why=why,
        message_id=message.id if message else None, contact_id=contact.id if contact else None,
    )  # fmt: skip
    db.session.add(kept)
    db.session.flush()
    return kept
