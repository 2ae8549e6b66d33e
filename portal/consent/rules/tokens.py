"""The links under our messages: they name the recipient to us and to nobody else, and need no row to be looked up."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from portal.kernel.errors import NotFound

from ..states import Channel
from .addresses import derived_key

ENDED = NotFound("link.not_found", "This link has ended or was withdrawn.")
_LONGEST = 1000


class Reader(NamedTuple):
    """Who opened the link, and under which message it stood."""

    channel: Channel
    address: str
    topic_id: int | None = None
    message_id: int | None = None


def seal(reader: Reader) -> str:
    """The same reader always gives the same token, so that a message is byte for byte the same at every attempt."""
    plain = "\n".join([reader.channel, str(reader.topic_id or ""), str(reader.message_id or ""), reader.address])
    return urlsafe_b64encode(_cipher().encrypt(plain.encode(), None)).decode().rstrip("=")


def unseal(token: str) -> Reader:
    """Raises NotFound for a token that was not made here."""
    try:
        sealed = urlsafe_b64decode(token[:_LONGEST].encode("ascii") + b"==")
        channel, topic, message, address = _cipher().decrypt(sealed, None).decode().split("\n")
    except (ValueError, InvalidTag):
        raise ENDED from None
    return Reader(Channel(channel), address, int(topic) if topic else None, int(message) if message else None)


def _cipher() -> AESSIV:
    return AESSIV(derived_key("preferences"))
