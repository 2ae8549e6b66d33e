"""What a guest can do with the link of the mail: look, cancel, come after all. Only a POST changes anything."""

from collections.abc import Callable
from typing import Any

from flask import Response, flash, g
from flask_babel import lazy_gettext

from portal.events import queries, services
from portal.events.models import EventRegistration
from portal.events.rules import when
from portal.events.states import RegistrationState
from portal.kernel import clock
from portal.organization.queries import company
from portal.web.auth import public
from portal.web.forms import ActForm, submit
from portal.web.htmx import page, see

from . import bp


@bp.get("/registration/<token>")
@public
def show_registration(token: str) -> Response:
    return _show(token, ActForm(formdata=None))


def _show(token: str, form: ActForm, status: int = 200) -> Response:
    found = _spoken(token)
    event, now = found.event, clock.now()
    return page(
        "events/registration.html", status=status, title=event.name, found=found, event=event, form=form, token=token,
        company=company(), time=when(event.starts_at, event.ends_at, event.timezone, event.language),
        may_cancel=found.state in (RegistrationState.REGISTERED, RegistrationState.WAITLISTED) and now < event.starts_at,
        may_return=found.state == RegistrationState.CANCELLED and event.is_open(now),
    )  # fmt: skip


def _spoken(token: str) -> EventRegistration:
    found = queries.registration_behind(token)
    g.locale = found.event.language
    return found


@bp.post("/registration/<token>/cancellation")
@public
def cancel_registration(token: str) -> Any:
    return _act(token, services.cancel, lazy_gettext("Your registration is cancelled. Thank you for telling us."))


@bp.post("/registration/<token>/return")
@public
def return_registration(token: str) -> Any:
    return _act(token, services.restore, lazy_gettext("You are back on the list. The mail on its way to you says how."))


def _act(token: str, do: Callable[..., Any], said: Any) -> Any:
    """The link stands in for a session; its form is sealed against other sites all the same."""
    registration_id, form = _spoken(token).id, ActForm()
    if submit(form, lambda: do(None, registration_id)) is None:
        return _show(token, form, form.status)
    flash(str(said), "success")
    return see(show_registration, token=token)
