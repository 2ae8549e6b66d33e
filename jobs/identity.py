"""The mails about sign-ins: an invitation, a link to choose a new password."""

from datetime import datetime
from typing import Any

from babel.dates import format_datetime, get_timezone
from flask import current_app
from flask_security.recoverable import generate_reset_password_token

from portal.identity import queries, services
from portal.identity.events import PasswordResetAsked, UserInvited
from portal.identity.models import User
from portal.kernel import clock
from portal.kernel.db import unit_of_work
from portal.messages.services import queue_email
from portal.organization.documents import brand_of
from portal.organization.queries import company
from portal.web.mail import write_mail
from portal.web.signin import RESET_MINUTES

from .registry import on


@on(UserInvited, alone=True)
def mail_invitation(user_id: int, invited_at: str, invited_by: str) -> None:
    """The link is made here, so that no token waits in the outbox."""
    user = queries.user(user_id)
    if user.password or not user.active:
        return
    with unit_of_work():
        token = services.issue_invitation(user)
    until = _said(clock.now() + services.INVITATION_LASTS, user)
    link = _address("identity.show_invitation", token=token)
    values = {"person": user.name, "email": user.email, "link": link, "invited_by": invited_by, "valid_until": until}
    _mail(user, "identity/welcome", f"user:{user_id}:invitation:{invited_at}", values)


@on(PasswordResetAsked, alone=True)
def mail_password_reset(user_id: int, asked_at: str) -> None:
    user = queries.user(user_id)
    if not user.active:
        return
    values = {
        "email": user.email,
        "minutes": RESET_MINUTES,
        "asked_at": _said(datetime.fromisoformat(asked_at), user),
        "link": _address("security.reset_password", token=generate_reset_password_token(user)),  # type: ignore[no-untyped-call]
    }
    _mail(user, "identity/password_reset", f"user:{user_id}:reset:{asked_at}", values)


def _mail(user: User, template: str, reason: str, values: dict[str, Any]) -> None:
    seller = company()
    assert seller is not None
    brand = brand_of(seller, current_app.extensions["settings"].public_url, user.locale)
    mail = write_mail(template, brand, user.locale, values)
    with unit_of_work():
        queue_email(
            reason, to=user.email, recipient=user.name, subject=mail.subject, text=mail.text, html=mail.html,
            noun_of="users", record_id=user.id,
        )  # fmt: skip


def _address(endpoint: str, **values: str) -> str:
    """As the mail's reader opens it: where staff sign in, whatever host a request named."""
    path = current_app.url_map.bind("").build(endpoint, values)
    return f"{current_app.extensions['settings'].staff_url}{path}"


def _said(moment: datetime, user: User) -> str:
    return format_datetime(moment, "long", tzinfo=get_timezone(user.timezone), locale=user.locale)
