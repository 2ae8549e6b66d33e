"""The link under our commercial messages: a page to change one's mind, and the one-click POST of RFC 8058.

A GET changes nothing, as mail scanners open every link. The token in the address is the proof of who asks.
"""

from typing import Any

from flask import Response, flash, redirect, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _

from portal.consent import queries, services
from portal.consent.rules import Reader
from portal.consent.states import ConsentState, Purpose
from portal.kernel.db import transact
from portal.web.auth import public
from portal.web.forms import submit
from portal.web.htmx import page
from portal.web.http import client_ip

from .forms import ChangePreference


def exempt_from_csrf(state: BlueprintSetupState) -> None:
    """Mail programs post without ever having seen a page of ours."""
    for view in (change_preference, one_click):
        state.app.extensions["csrf"].exempt(view)


@public
def show_preference(token: str) -> Response:
    reader = queries.reader_behind(token)
    words = {
        consent.purpose: consent.state.value for consent in queries.consents_of(*reader[:2]) if not consent.topic_id
    }
    return _page(token, reader, ChangePreference(formdata=None, data={"state": words.get(Purpose.COMMERCIAL)}))


@public
def change_preference(token: str) -> Any:
    reader = queries.reader_behind(token)
    form = ChangePreference()
    wording = str(form.state.label.text)
    if not submit(form, lambda: _say(token, ConsentState(form.state.data), "customer link", wording)):
        return _page(token, reader, form, form.status)
    said = _("We will not send you news and offers any more.")
    flash(said if form.state.data == ConsentState.OPTED_OUT else _("We will keep you posted."), "success")
    return redirect(url_for(".show_preference", token=token), 303)


@public
def open_one_click(token: str) -> Any:
    """People whose mail program shows the address instead of posting to it."""
    return redirect(url_for(".show_preference", token=token), 303)


@public
def one_click(token: str) -> Response:
    """RFC 8058: no cookie, no page, no question."""
    transact(lambda: _say(token, ConsentState.OPTED_OUT, "one-click unsubscribe", "List-Unsubscribe=One-Click"))
    return Response(_("You are unsubscribed.") + "\n", mimetype="text/plain")


def _say(token: str, state: ConsentState, source: str, wording: str) -> None:
    reader = queries.reader_behind(token)
    services.record(
        reader.channel, reader.address, Purpose.COMMERCIAL, state, source=source, wording=wording, ip=client_ip()
    )


def _page(token: str, reader: Reader, form: ChangePreference, status: int = 200) -> Response:
    return page(
        "consent/show_preference.html",
        status=status,
        title=_("Your choice"),
        token=token,
        address=reader.address,
        form=form,
    )
