"""Addresses in mails that lead back here."""

from flask import current_app, url_for
from itsdangerous import BadData, URLSafeSerializer

from portal.consent.queries import preference_token
from portal.consent.states import Channel
from portal.kernel.errors import NotFound, Refused
from portal.kernel.public import absolute


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="mail")


def mail_token(reason: str) -> str:
    token = _signer().dumps(reason)
    return token if isinstance(token, str) else token.decode()


def reason_of(token: str) -> str:
    """Raises NotFound for a token that was not made here."""
    try:
        return str(_signer().loads(token[:400]))
    except BadData as error:
        raise NotFound("link.not_found", "This link has ended or was withdrawn.") from error


def test_links(reason: str, to: str) -> dict[str, str]:
    """`links.*` of a test: the page of this very mail, and the preferences of whoever gets it, where there are any."""
    token = mail_token(reason)
    try:
        own = preference_token(Channel.EMAIL, to)
    except Refused:
        own = None
    service = f"/c/{own}" if own else url_for("emails.show_service", token=token)
    return {
        "web_view": absolute(url_for("emails.show_mail", token=token)),
        "unsubscribe": absolute(service),
        "preferences": absolute(service),
    }
