"""What a lead is made of: names, addresses, deadlines."""

import re
from datetime import datetime, timedelta

import phonenumbers

RESPOND_WITHIN = timedelta(hours=1)
_FREE_MAIL = """
gmail.com googlemail.com yahoo.com ymail.com hotmail.com outlook.com live.com msn.com icloud.com me.com aol.com
gmx.de gmx.net gmx.com gmx.at gmx.ch web.de t-online.de freenet.de mail.com proton.me protonmail.com yandex.ru
orange.fr free.fr laposte.net libero.it
"""
FREE_MAIL = frozenset(_FREE_MAIL.split())
PLAIN_NAME = re.compile(r"[^\W\d_][^\W\d_ .'’-]*(?:[ .'’-]{1,2}[^\W\d_]+){0,4}\.?")


def greeting(name: str) -> str:
    """The name for a mail that goes to an unproven address, or "" for what is no plain name: we carry nobody's text."""
    return name if len(name) <= 60 and PLAIN_NAME.fullmatch(name) else ""


def domain_of(email: str) -> str:
    return email.rpartition("@")[2].lower()


def international(phone: str, country: str) -> str:
    """The number as +49301234567, or "" when it cannot be one in that country."""
    try:
        number = phonenumbers.parse(phone, country.upper() or None)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def answer_state(
    respond_by: datetime | None, responded_at: datetime | None, now: datetime
) -> tuple[str, timedelta | None]:
    """(answered | none | late | due | open, how long until or since the first answer is due)."""
    if responded_at is not None:
        return "answered", None
    if respond_by is None:
        return "none", None
    left = respond_by - now
    if left < timedelta(0):
        return "late", -left
    return ("due" if left < timedelta(minutes=20) else "open"), left
