"""Forms for strangers: what is asked of everybody, and what keeps machines and floods away."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from flask_babel import gettext, ngettext
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, EmailField, Form, StringField
from wtforms.validators import DataRequired, Length, ValidationError

from portal.consent.rules import normal_email
from portal.kernel.errors import Refused

from . import limits
from .forms import messages
from .http import client_ip, locale
from .limits import Limit
from .seal import Seal
from .typed import line

LEAST, MOST = timedelta(seconds=3), timedelta(hours=24)  # between showing a form and getting it back
TRACKED = dict.fromkeys(("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"), 120) | {
    "referrer": 300
}


def tracked(given: Mapping[str, str]) -> dict[str, str]:
    """Where a visitor comes from. Nobody typed it, so it is cut, not refused."""
    return {name: line(given.get(name, ""))[:length] for name, length in TRACKED.items()}


class Tick(BooleanField):  # type: ignore[misc]
    """Comes back as we wrote it, whatever was sent instead."""

    def _value(self) -> str:
        return "y"


class VisitorForm(Form):  # type: ignore[misc]
    """Has no session behind it: a signed token beside it says where and when it was shown (see portal.web.seal)."""

    class Meta:
        def get_translations(self, form: Any) -> Any:
            return messages(locale())

    name = StringField(_("Your name"), [DataRequired(), Length(max=120)], filters=[line])
    email = EmailField(_("Work email"), [DataRequired(), Length(max=254)], filters=[line])

    def validate_email(self, field: EmailField) -> None:
        with suppress(Refused):
            field.data = normal_email(field.data)
            if "." in field.data.partition("@")[2]:
                return
        raise ValidationError(_("Write one email address, like name@example.com."))


def check(form: VisitorForm, opened: Seal | None, held_by: Callable[[], tuple[Limit, ...]]) -> int:
    """0 when the form may be taken, else the status of the answer, with the words in the form."""
    valid = form.validate()
    if problem := _timing(opened):
        form.form_errors.append(problem)
    if not valid or problem:
        return 422
    if waiting := limits.wait(*held_by(), alone=True):
        form.form_errors.append(_too_often(waiting))
        return 429
    return 0


def _timing(opened: Seal | None) -> str:
    """What is wrong with the moment at which the form came back, in words; "" when nothing is."""
    if opened is None or opened.age > MOST:
        said = gettext(
            "This page was open for too long, or was changed meanwhile. Everything you typed is still here: please look "
            "at what you agree to and send it again."
        )
        return str(said)
    if opened.age < LEAST:
        return str(gettext("That was very quick. Please look at what you typed and send it once more."))
    return ""


def usual_limits(page: str, email: str) -> tuple[Limit, ...]:
    """Generous for a stand at a fair, where many write from one address; narrow for one mailbox."""
    return (
        Limit("form-ip", _network(client_ip()), 60, timedelta(minutes=10)),
        Limit("form-address", email, 5, timedelta(hours=1)),
        Limit("form-page", page, 3_000, timedelta(hours=1)),
    )


def _network(ip: str) -> str:
    """One household or office: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        return str(ip_network((ip, 64), strict=False)) if ip_address(ip).version == 6 else ip
    except ValueError:
        return ip


def _too_often(waiting: timedelta) -> str:
    minutes = max(1, round(waiting.total_seconds() / 60))
    words = ngettext(
        "This form was sent too often. Everything you typed is still here: please try again in %(num)s minute.",
        "This form was sent too often. Everything you typed is still here: please try again in %(num)s minutes.",
        minutes,
    )
    return str(words)
