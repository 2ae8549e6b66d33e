"""Versions: what was compiled, in all its languages."""

from collections.abc import Sequence

from sqlalchemy import select

from portal.consent.queries import unsubscribe_token
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.kernel.public import absolute
from portal.messages.models import Message, MessageContent
from portal.messages.rules.tracking import make_token, read_token, unmarked
from portal.messages.rules.words import Words, words_of

from ..models import Email, EmailVersion
from ..rules.compile import Compiled, compile_document
from ..rules.source import compile_source
from ..rules.tokens import required
from ..states import Missing
from .brand import look_of
from .drafts import email
from .people import values_of


def compile_draft(draft: Email, *, own_text: bool = True) -> Compiled:
    """What would be sent if the draft were published now; without `own_text` with the text part made for it.

    Raises Refused for MJML that cannot be read.
    """
    text = draft.text if own_text else ""
    if draft.source:
        made = compile_source(draft.source, text=text)
    else:
        titles = {"subject": draft.subject, "preheader": draft.preheader}
        made = compile_document(draft.document, look_of(draft.language), text=text, **titles)
    if draft.missing is Missing.REFUSE:
        return Compiled(required(made.html), required(made.text))
    return made


def versions(actor: Actor, email_id: int) -> Sequence[EmailVersion]:
    """Newest first."""
    mine = select(EmailVersion).where(EmailVersion.email_id == email(actor, email_id).id)
    return db.session.scalars(mine.order_by(EmailVersion.number.desc())).all()


def version(actor: Actor, email_id: int, number: int) -> EmailVersion:
    found = db.session.scalar(
        select(EmailVersion).where(EmailVersion.email_id == email(actor, email_id).id, EmailVersion.number == number)
    )
    if found is None:
        raise NotFound("emails.no_version", "There is no such version.")
    return found


def latest(email_id: int) -> EmailVersion | None:
    mine = select(EmailVersion).where(EmailVersion.email_id == email_id)
    return db.session.scalar(mine.order_by(EmailVersion.number.desc()).limit(1))


def languages_of(found: EmailVersion) -> dict[str, EmailVersion]:
    """Language -> the version in it. Who has another language gets the first one, which is the original."""
    others = select(EmailVersion).where(EmailVersion.translates_id == found.id).order_by(EmailVersion.id)
    return {found.language: found} | {one.language: one for one in db.session.scalars(others)}


def sent_html(token: str) -> str:
    """The HTML of one message as its recipient got it, its links plain. Raises NotFound for a token not made here."""
    message_id, _ = read_token(token) or (0, 0)
    found = db.session.execute(
        select(Message, MessageContent).join(MessageContent).where(Message.id == message_id)
    ).one_or_none()
    if found is None or not found.MessageContent.html:
        raise NotFound("link.not_found", "This mail is no longer kept.")
    return as_read(*found).html


def as_read(message: Message, content: MessageContent) -> Words:
    """What the recipient reads, or would read if it went now, as the sender fills it; its links lead straight on.

    Raises LiquidError where it cannot be filled for this recipient.
    """
    values = message.values
    if content.is_template and values is None and message.contact_id:
        values = values_of([message.contact_id], content.language).get(message.contact_id)
    words = words_of(content, values, links_of(message))
    return words._replace(html=unmarked(words.html))


def links_of(message: Message) -> dict[str, str]:
    """What `links` means in the mail of this recipient."""
    service = absolute(f"/c/{unsubscribe_token(message.channel, message.address, message.topic_id, message.id)}")
    token = make_token(message.id, message.content_id or 0)
    return {"unsubscribe": service, "preferences": service, "web_view": absolute(f"/e/v/{token}"), "invitee": token}
