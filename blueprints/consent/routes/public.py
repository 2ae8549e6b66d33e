"""The links in our messages: the preference page, the one-click POST of RFC 8058, and confirming a subscription.

A GET changes nothing, as mail scanners open every link. The token in the address is the proof of who asks.
"""

from datetime import UTC, datetime, time
from typing import Any

from flask import Response, flash, g, redirect, url_for
from flask.blueprints import BlueprintSetupState
from flask_babel import gettext as _
from flask_babel import refresh

from portal.consent import queries, services
from portal.consent.rules import Reader
from portal.consent.states import Channel, RequestKind
from portal.kernel import clock
from portal.kernel.db import transact
from portal.messages.services import record_event
from portal.messages.states import EventKind
from portal.web.auth import public
from portal.web.choices import LANGUAGES
from portal.web.forms import Form, submit
from portal.web.htmx import page
from portal.web.http import client_ip

from ..forms import AskErasure, ChangePreference, LeaveAll
from ..pages import send_bundle
from . import bp

ONE_CLICK = "List-Unsubscribe=One-Click"


def exempt_from_csrf(state: BlueprintSetupState) -> None:
    """Mail programs post without ever having seen a page of ours."""
    for view in (change_preference, one_click, leave_all, ask_data, ask_erasure, confirm, fetch_data):
        state.app.extensions["csrf"].exempt(view)


def _told(source: str, **words: object) -> services.Told:
    return services.Told(source, {name: str(text) for name, text in words.items()}, client_ip())


@bp.get("/c/<token>")
@public
def show_preference(token: str) -> Response:
    return _page(token, queries.reader_behind(token))


@bp.post("/c/<token>")
@public
def change_preference(token: str) -> Any:
    reader = queries.reader_behind(token)
    form = _form(reader)

    def act() -> None:
        labels = {name: form[name].label.text for name in ("channels", "topics", "tracking")}
        until = form.paused_until.data
        services.choose(
            queries.reader_behind(token),
            channels=form.channels.data,
            topic_ids=form.topics.data,
            tracking=form.tracking.data,
            paused_until=datetime.combine(until, time(), UTC) if until else None,
            language=form.language.data,
            told=_told("preference page", **labels),
        )

    return _after(token, reader, form, act, _("Your choice is saved."))


@bp.post("/c/<token>/all")
@public
def leave_all(token: str) -> Any:
    reader, form = queries.reader_behind(token), LeaveAll()
    words = _("Unsubscribe from everything")

    def act() -> None:
        services.leave_all(reader, _told("preference page", leave=words))
        _left(reader)

    return _after(token, reader, form, act, _("We will not send you news and offers any more."))


@bp.post("/c/<token>/data")
@public
def ask_data(token: str) -> Any:
    """A copy goes to the address itself, so that a forwarded mail gives nothing away."""
    reader, form = queries.reader_behind(token), LeaveAll()
    act = lambda: services.request_data(reader, RequestKind.EXPORT, g.locale)  # noqa: E731
    return _after(token, reader, form, act, _("We are putting your data together and will write to you."))


@bp.post("/c/<token>/erasure")
@public
def ask_erasure(token: str) -> Any:
    reader, form = queries.reader_behind(token), AskErasure()
    act = lambda: services.request_data(reader, RequestKind.ERASE, g.locale)  # noqa: E731
    said = _("We have your request and will erase your data within a month.")
    return _after(token, reader, form, act, said)


def _left(reader: Reader) -> None:
    """The message whose link it was counts as the one that made them leave, once."""
    if reader.message_id:
        once = f"unsubscribed:{reader.message_id}"
        record_event(reader.message_id, EventKind.UNSUBSCRIBED, clock.now(), source="link", external_id=once)


@bp.get("/c/<token>/one-click")
@public
def open_one_click(token: str) -> Any:
    """People whose mail program shows the address instead of posting to it."""
    return redirect(url_for(".show_preference", token=token), 303)


@bp.post("/c/<token>/one-click")
@public
def one_click(token: str) -> Response:
    """RFC 8058: no cookie, no page, no question. Its scope is the topic of the message, if it has one."""

    def act() -> None:
        reader = queries.reader_behind(token)
        services.leave(reader, _told("one-click unsubscribe", leave=ONE_CLICK))
        _left(reader)

    transact(act)
    return Response(_("You are unsubscribed.") + "\n", mimetype="text/plain")


@bp.get("/c/confirm/<token>")
@public
def show_confirmation(token: str) -> Response:
    consent = queries.asked_for(token)
    return page("consent/show_confirmation.html", title=_("One more click"), token=token, address=consent.address)


@bp.post("/c/confirm/<token>")
@public
def confirm(token: str) -> Any:
    """The second yes of double opt-in."""
    consent = queries.asked_for(token)
    transact(lambda: services.confirm(token, client_ip()))
    flash(_("Thank you. You will hear from us."), "success")
    link = queries.preference_token(consent.channel, consent.address)
    return redirect(url_for(".show_preference", token=link), 303)


@bp.get("/c/data/<token>")
@public
def show_data(token: str) -> Response:
    asked = queries.asked_data(token)
    return page("consent/show_data.html", title=_("Your data"), token=token, address=asked.address)


@bp.post("/c/data/<token>")
@public
def fetch_data(token: str) -> Response:
    """Everything we know of the person, for whoever has the link that was mailed to them."""
    return send_bundle("my-data", transact(lambda: services.fetch(token)))


def _after(token: str, reader: Reader, form: Form, act: Any, said: str) -> Any:
    if not submit(form, act):
        return _page(token, reader, form, form.status)
    flash(said, "success")
    return redirect(url_for(".show_preference", token=token), 303)


def _form(reader: Reader, stored: queries.Choice | None = None) -> ChangePreference:
    """Bound to the POST, or showing what is stored."""
    if stored is None:
        form = ChangePreference()
    else:
        until = stored.paused_until.date() if stored.paused_until else None
        form = ChangePreference(
            formdata=None, channels=list(stored.channels), topics=list(stored.topic_ids), tracking=stored.tracking,
            paused_until=until, language=stored.language or g.locale,
        )  # fmt: skip
    form.channels.choices = [(point.channel, _place(point)) for point in queries.points_of(reader)]
    form.topics.choices = [(topic.id, topic.name) for topic in queries.offered()]
    form.language.choices = LANGUAGES
    return form


def _place(point: Reader) -> str:
    """Where we would write to, as much of it as its owner needs to know it again."""
    if point.channel == Channel.EMAIL:
        return str(_("By email to %(address)s", address=point.address))
    return str(_("By text message to the number ending in %(digits)s", digits=point.address[-3:]))


def _page(token: str, reader: Reader, sent: Form | None = None, status: int = 200) -> Response:
    stored = queries.choice_of(reader)
    g.locale = stored.language or g.locale
    refresh()
    return page(
        "consent/show_preference.html",
        status=status,
        title=_("Your choice"),
        token=token,
        address=reader.address,
        topic=queries.topic_names().get(reader.topic_id or 0),
        topics=queries.offered(),
        form=sent if isinstance(sent, ChangePreference) else _form(reader, stored),
        leave=LeaveAll(formdata=None),
        copy=LeaveAll(formdata=None),
        erasure=sent if isinstance(sent, AskErasure) else AskErasure(formdata=None),
        by_mail=reader.channel == Channel.EMAIL,
    )
