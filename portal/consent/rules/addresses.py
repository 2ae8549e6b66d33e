"""Addresses in one spelling, their keyed hash, and what a file says of consent."""

import hmac
import re
from collections.abc import Mapping

import phonenumbers

from portal.kernel.errors import Refused
from portal.kernel.mime import address as plain_email

from ..states import Channel, ConsentState, SuppressionReason

_key: list[bytes] = []
_DAY = re.compile(r"\d{6,}")

_YES = frozenset(
    ["yes", "y", "true", "1", "x", "on", "optin", "subscribed", "agreed", "granted", "ja", "j", "wahr", "oui", "si"]
)
_NO = frozenset(
    [
        "no",
        "n",
        "false",
        "0",
        "off",
        "optout",
        "unsubscribed",
        "refused",
        "declined",
        "none",
        "never",
        "nein",
        "falsch",
        "non",
    ]
)


def answer_in(row: Mapping[str, str]) -> ConsentState | None:
    """What a row of a file says of email news; None where it says nothing clear. A day counts as a yes of that day."""
    asked, ended = (_word(row.get(name, "")) for name in ("consent", "unsubscribed"))
    if asked in _NO or (ended and ended not in _NO):
        return ConsentState.OPTED_OUT
    return ConsentState.OPTED_IN if asked in _YES or _DAY.match(asked) else None


_REASONS = {
    SuppressionReason.COMPLAINT: "complaint spam abuse",
    SuppressionReason.HARD_BOUNCE: "bounce bounced invalid",
    SuppressionReason.UNSUBSCRIBED: "unsub optout optedout left",
}


def reason_in(text: str) -> SuppressionReason:
    """Why the file says an address is blocked; without a known word it is blocked for everything."""
    word = _word(text)
    found = (reason for reason, marks in _REASONS.items() if any(mark in word for mark in marks.split()))
    return next(found, SuppressionReason.MANUAL)


def _word(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def use_key(secret: str) -> None:
    """Set once, when the app is made. Changing it would lose every block of an erased person."""
    _key[:] = [hmac.digest(secret.encode(), b"consent", "sha256")]


def normal_address(channel: Channel, text: str, region: str = "US") -> str:
    """One spelling per mailbox or number: lower-case email with an ASCII domain, E.164 phone. Raises Refused."""
    return normal_email(text) if channel == Channel.EMAIL else normal_phone(text, region)


def normal_email(text: str) -> str:
    try:
        return plain_email(text.strip().lower()).lower()
    except ValueError as error:
        raise Refused("consent.bad_email", "Write one e-mail address, like name@example.com.", "address") from error


def normal_phone(text: str, region: str = "US") -> str:
    """Numbers without a country code are read as numbers of the region (ISO 3166)."""
    try:
        number = phonenumbers.parse(text.strip()[:40], region)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or number.extension or not phonenumbers.is_possible_number(number):
        raise Refused(
            "consent.bad_phone", "Write a phone number with its country code, like +1 425 555 0100.", "address"
        )
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def address_hash(channel: Channel, address: str) -> str:
    """Of a normal address; says nothing to whoever lacks the key."""
    return hmac.digest(_key[0], f"{channel}:{address}".encode(), "sha256").hex()


def derived_key(use: str) -> bytes:
    """64 bytes for one use; nothing about another use follows from them."""
    return hmac.digest(_key[0], use.encode(), "sha512")
