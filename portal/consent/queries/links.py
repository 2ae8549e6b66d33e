"""The links that stand under our messages, and who they belong to."""

from sqlalchemy import exists, select

from portal.kernel.db import db

from ..models import Suppression
from ..rules import ENDED, Reader, address_hash, normal_address, seal, unseal
from ..states import Channel, SuppressionReason
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
