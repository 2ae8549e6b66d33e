"""The links that stand under our messages, and who they belong to."""

from sqlalchemy import exists, select

from portal.kernel.db import db

from ..models import Consent, ConsentEvent, DataRequest, Suppression
from ..rules import CONFIRMATION, DATA, ENDED, Reader, address_hash, normal_address, seal, unseal, unseal_for
from ..states import Channel, ConsentState, SuppressionReason
from .standing import home_region


def unsubscribe_token(
    channel: Channel, address: str, topic_id: int | None = None, message_id: int | None = None
) -> str:
    """For List-Unsubscribe and the preference link of a message; `address` as the message has it. Asks no database.

    The page is at /c/TOKEN, the one-click POST of RFC 8058 at /c/TOKEN/one-click; its scope is the topic, if given.
    """
    return seal(Reader(channel, address, topic_id, message_id))


def preference_token(channel: Channel, address: str) -> str:
    """For an address as somebody typed it. Raises Refused when it is none."""
    return unsubscribe_token(channel, normal_address(channel, address, home_region()))


def reader_behind(token: str) -> Reader:
    """Raises NotFound for a token that was not made here or whose person was erased."""
    reader = unseal(token)
    digest = address_hash(reader.channel, reader.address)
    erased = select(
        exists().where(
            Suppression.channel == reader.channel,
            Suppression.address_hash == digest,
            Suppression.reason == SuppressionReason.ERASED,
        )
    )
    if db.session.scalar(erased):
        raise ENDED
    return reader


def asked_for(token: str) -> Consent:
    """What a mailed link confirms. Raises NotFound when it was not made here, is too old, or the person left since."""
    found = db.session.get(Consent, unseal_for(CONFIRMATION, token))
    if found is None or found.state == ConsentState.OPTED_OUT and question_of(found) is None:
        raise ENDED
    return found


def question_of(consent: Consent) -> ConsentEvent | None:
    """What a form asked last, if nothing was said since."""
    mine = (ConsentEvent.channel == consent.channel, ConsentEvent.address == consent.address,
            ConsentEvent.purpose == consent.purpose, ConsentEvent.topic_id == consent.topic_id)  # fmt: skip
    last = db.session.scalar(select(ConsentEvent).where(*mine).order_by(ConsentEvent.id.desc()).limit(1))
    return last if last and last.state == ConsentState.PENDING else None


def asked_data(token: str) -> DataRequest:
    """Raises NotFound for a link that was not made here, is too old, or whose person was erased."""
    found = db.session.get(DataRequest, unseal_for(DATA, token))
    if found is None or found.address is None:
        raise ENDED
    return found
