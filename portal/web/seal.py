"""Forms for people without a session: a signed token says which page was shown, when, and which copy of it."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from portal.kernel import clock

SALT = "public form"


@dataclass(frozen=True)
class Seal:
    """One rendering of a public form. `nonce` makes it count once however often it is sent."""

    subject: str
    nonce: str
    age: timedelta


@cache
def _signer(key: str | bytes) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=SALT)


def issue(subject: str) -> str:
    """A new token for one rendering of the form of `subject` ("landing:7")."""
    token = _signer(current_app.secret_key or "").dumps(
        [subject, int(clock.now().timestamp() * 1000), secrets.token_urlsafe(12)]
    )
    return token if isinstance(token, str) else token.decode()


def open_seal(token: str, subject: str) -> Seal | None:
    """What the token says, or None when it was not made here or for something else."""
    try:
        made_for, at, nonce = _signer(current_app.secret_key or "").loads(token[:400])
    except (BadData, ValueError, TypeError):
        return None
    age = timedelta(milliseconds=clock.now().timestamp() * 1000 - at)
    return Seal(made_for, nonce, age) if made_for == subject else None
