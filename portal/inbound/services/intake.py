"""A mail that came in: kept as it is, read, matched with the message it answers, and acted on; all or nothing."""

from email import message_from_bytes
from email.message import Message as Mail
from email.utils import parseaddr
from hashlib import sha256

from sqlalchemy import select

from portal.accounts.models import Contact
from portal.activities.services import log
from portal.activities.states import Kind
from portal.kernel import audit, clock, files
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.outbox import emit
from portal.messages.models import Message
from portal.messages.rules.headers import message_behind
from portal.organization.queries import authorize, get, seated_user
from portal.workspace.services import notify

from ..events import ContactReplied
from ..models import InboundMail
from ..rules import Notice, read_mail
from ..rules.clues import clues_of
from ..rules.parts import header, storable
from ..rules.replies import reply_text, wants_out
from ..states import Verdict
from .effects import Fact, take_effect

NO_MESSAGE = "It names none of our messages, so it changes nothing."


def take_in(raw: bytes, source: str, *, envelope: str = "", external_id: str = "") -> InboundMail | None:
    """One mail in the caller's unit of work; None when it was taken in before."""
    external_id = external_id or f"{source}:{envelope}:{sha256(raw).hexdigest()}"
    if db.session.scalar(select(InboundMail.id).where(InboundMail.external_id == external_id)) is not None:
        return None
    mail = message_from_bytes(raw)
    kept = InboundMail(
        external_id=storable(external_id, 300), source=source, size=len(raw), key=files.put(raw),
        envelope=storable(envelope, 300),
        sender=storable(parseaddr(header(mail, "From"))[1].lower(), 300), subject=storable(header(mail, "Subject"), 300),
    )  # fmt: skip
    db.session.add(kept)
    db.session.flush()
    _read(kept, raw, mail)
    return kept


def reclassify(actor: Actor, inbound_id: int) -> InboundMail:
    """Read it again by the rules of today. What an earlier reading did to an address is not taken back."""
    authorize(actor, "inbound.edit")
    kept = get(actor, InboundMail, inbound_id, lock=True)
    raw = files.read(kept.key)
    _read(kept, raw, message_from_bytes(raw))
    audit.record(InboundMail.noun, kept.id, "read again")
    return kept


def _read(kept: InboundMail, raw: bytes, mail: Mail) -> None:
    notices = read_mail(raw)
    kept.verdict = notices[0].verdict
    message, kept.why = _message_of(mail, kept.envelope)
    kept.message_id, kept.contact_id = (message.id, message.contact_id) if message else (None, None)
    kept.notices = [_kept(notice) for notice in notices]
    if kept.verdict in (Verdict.REPLY, Verdict.AUTO_REPLY, Verdict.NONE):
        kept.text = storable(reply_text(raw), 20_000)
    if message is None:
        return
    if kept.verdict == Verdict.NONE:  # whoever writes to a return path, or keeps its Message-ID, answers
        kept.verdict = Verdict.REPLY
        notices = [Notice(Verdict.REPLY, kept.sender)]
    out = kept.verdict == Verdict.REPLY and wants_out(kept.subject, kept.text)
    about = [(f"mail:{kept.external_id}:{number}", notice) for number, notice in enumerate(notices)]
    facts = [Fact(one, message.id, key, kept.received_at, kept.source, out) for key, one in about]
    new = take_effect(facts)
    if new and kept.verdict == Verdict.REPLY:
        contact = db.session.get(Contact, message.contact_id) if message.contact_id else _contact_at(kept.sender)
        answered(kept, message, contact, Kind.EMAIL)


def _kept(notice: Notice) -> dict[str, str]:
    return {name: storable(str(value or ""), 500) for name, value in vars(notice).items()}


def _message_of(mail: Mail, envelope: str) -> tuple[Message | None, str]:
    """The message it is about, and how that was found. An address alone proves nothing: anybody can write one."""
    clues = clues_of(mail, envelope)
    for address in clues.addresses:
        number = message_behind(address)
        if number and (found := db.session.get(Message, number)):
            return found, f"It came to the return path of the message, {address}."
    by_key = {
        one.message_id: one for one in db.session.scalars(select(Message).where(Message.message_id.in_(clues.keys)))
    }
    for key in clues.keys:
        if key in by_key:
            return by_key[key], f"It names the message {key}."
    return None, NO_MESSAGE


def answered(kept: InboundMail, message: Message | None, contact: Contact | None, kind: Kind) -> None:
    """On the timeline of the contact and of what the message was about; whoever owns it is told."""
    kept.contact_id = contact.id if contact else None
    about = [("contacts", contact.id)] if contact else []
    if contact and contact.account_id:
        about.append(("accounts", contact.account_id))
    if message and message.noun_of and message.record_id and message.noun_of != "broadcasts":
        about.append((message.noun_of, message.record_id))
    name, url = (
        contact.name if contact else kept.sender,
        f"/contacts/{contact.id}?tab=timeline" if contact else f"/inbound/{kept.id}",
    )
    known = [one for one in (message, contact) if one]
    owner = next((one.owner_id for one in known if one.owner_id), None)
    log(kind, kept.subject or "Answer by mail", author=name, about=about, body=kept.text[:5000], owner_id=owner,
        territory_id=next((one.territory_id for one in reversed(known) if one.territory_id), None))  # fmt: skip
    told = seated_user(owner, clock.now().date()) if owner else None
    notify(told.id if told else None, f"{name} answered: {kept.subject}"[:200], url, f"inbound:{kept.id}:reply")
    if contact and message:
        emit(ContactReplied(contact_id=contact.id, message_id=message.id, inbound_id=kept.id))


def _contact_at(address: str) -> Contact | None:
    return db.session.scalar(select(Contact).where(Contact.email == address).limit(1))
