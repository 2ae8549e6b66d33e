"""The links under our messages: they name the recipient to us and to nobody else, and need no row to be looked up."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from portal.kernel import clock
from portal.kernel.errors import NotFound

from ..states import Channel
from .addresses import derived_key

ENDED = NotFound("link.not_found", "This link has ended or was withdrawn.")
_LONGEST = 1000
CONFIRMATION, DATA = "confirmation", "data"  # uses of links that end
CONFIRM_WITHIN, FETCH_WITHIN = timedelta(days=7), timedelta(days=7)


class Reader(NamedTuple):
    """Who opened the link, and under which message it stood."""

    channel: Channel
    address: str
    topic_id: int | None = None
    message_id: int | None = None


def seal(reader: Reader) -> str:
    """The same reader always gives the same token, so that a message is byte for byte the same at every attempt."""
    return _seal("preferences", reader.channel, reader.topic_id or "", reader.message_id or "", reader.address)


def unseal(token: str) -> Reader:
    """Raises NotFound for a token that was not made here."""
    channel, topic, message, address = _unseal("preferences", token)
    return Reader(Channel(channel), address, int(topic) if topic else None, int(message) if message else None)


def seal_for(use: str, record_id: int, until: datetime) -> str:
    """A link for one use of one record that ends at `until`."""
    return _seal(use, record_id, int(until.timestamp()))


def unseal_for(use: str, token: str) -> int:
    """The record. Raises NotFound for a token that was not made here, not for this use, or has ended."""
    record_id, until = _unseal(use, token)
    if clock.now().timestamp() >= int(until):
        raise ENDED
    return int(record_id)


def _seal(use: str, *parts: object) -> str:
    plain = "\n".join(str(part) for part in parts).encode()
    return urlsafe_b64encode(AESSIV(derived_key(use)).encrypt(plain, None)).decode().rstrip("=")


def _unseal(use: str, token: str) -> list[str]:
    try:
        sealed = urlsafe_b64decode(token[:_LONGEST].encode("ascii") + b"==")
        return AESSIV(derived_key(use)).decrypt(sealed, None).decode().split("\n")
    except (ValueError, InvalidTag):
        raise ENDED from None
