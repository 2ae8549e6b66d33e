"""What in a mail tells which of our messages it is about."""

import re
from email.message import Message
from email.utils import getaddresses
from typing import NamedTuple

from . import parts

_KEY = re.compile(r"<[^<>\s]+@[^<>\s]+>")
_NAMED = re.compile(r"(?im)^[ >\t]*message-id:[ \t]*(<[^<>\s]+@[^<>\s]+>)")


class Clues(NamedTuple):
    """Addresses it was sent to, one of which may be the return path of a message; Message-IDs, the most telling first."""

    addresses: list[str]
    keys: list[str]


def clues_of(mail: Message, envelope: str = "") -> Clues:
    to = [
        str(value)
        for name in ("Delivered-To", "X-Original-To", "Envelope-To", "To")
        for value in mail.get_all(name, [])
    ]
    addresses = [envelope, *(address for _, address in getaddresses(to))]
    copied = [str(value) for value in parts.copy(mail).get_all("Message-ID", [])]
    answered = [str(mail.get(name, "")) for name in ("In-Reply-To", "References")]
    told = _NAMED.findall(parts.written(mail, whole=True))
    keys = _KEY.findall(" ".join([*copied, *told, answered[0], " ".join(reversed(answered[1].split()))]))
    return Clues([one for one in dict.fromkeys(addresses) if one], list(dict.fromkeys(keys))[:50])
