"""The page of an event for visitors, and the form on it."""

from hashlib import sha256
from typing import Any

from flask import Response, g, make_response, redirect, request, url_for
from flask.sansio.blueprints import BlueprintSetupState

from portal.events import queries, services
from portal.events.queries import Invitee, PublicEvent
from portal.events.rules import Entry, calendar, when
from portal.events.services import Guest
from portal.events.states import RegistrationState
from portal.kernel import clock
from portal.kernel.db import transact
from portal.kernel.errors import Refused
from portal.kernel.public import absolute
from portal.organization.queries import company
from portal.web import seal, visitor
from portal.web.auth import needs
from portal.web.auth import public as open_to_all
from portal.web.htmx import page
from portal.web.http import client_ip

from ..forms import RegisterForm
from . import bp

PLACES = (RegistrationState.REGISTERED, RegistrationState.WAITLISTED)


@bp.record_once
def _without_session(state: BlueprintSetupState) -> None:
    """Visitors have no session to forge requests with: the signed token of the form stands in for CSRF protection."""
    state.app.extensions["csrf"].exempt(receive)


@bp.get("/event/<slug>")
@open_to_all
def show_public(slug: str) -> Response:
    found = _spoken(queries.public_event(slug))
    invited = queries.invitee(request.args.get("m", ""))
    form = RegisterForm().fit(found, request.args | {"referrer": request.referrer or ""}).welcome(invited)
    return _visit(found, form, token=seal.issue(_subject(found)))


@bp.post("/event/<slug>")
@open_to_all
def receive(slug: str) -> Any:
    found = _spoken(queries.public_event(slug))
    form = RegisterForm(request.form).fit(found, request.form)
    if request.form.get("website"):  # nobody sees this field; whoever fills it in is a machine
        return _thank(slug, RegistrationState.REGISTERED)
    opened = seal.open_seal(request.form.get("token", ""), _subject(found))
    status = visitor.check(form, opened, lambda: visitor.usual_limits(f"event:{found.id}", form.email.data))
    if opened and not status:
        try:
            guest = _guest(form, opened.nonce, queries.invitee(form.carried["m"]))
            return _thank(slug, transact(lambda: services.register(found.id, guest)))
        except Refused as refusal:
            form.form_errors.append(refusal.message)
            found, status = queries.public_event(slug), 422
    good = opened and opened.age <= visitor.MOST
    return _visit(found, form, status=status, token=request.form["token"] if good else seal.issue(_subject(found)))


def _guest(form: RegisterForm, nonce: str, invited: Invitee | None) -> Guest:
    origin = {name: value for name, value in form.carried.items() if name in visitor.TRACKED and value}
    source = invited.source if invited else f"link: {origin['utm_source']}" if "utm_source" in origin else "page"
    return Guest(
        name=form.name.data, email=form.email.data, company=form.company.data or "", nonce=nonce, source=source,
        message_id=invited.message_id if invited else None, origin=origin, ip=client_ip(),
        news=str(form.news.label.text) if form.news and form.news.data else "",
    )  # fmt: skip


def _thank(slug: str, state: RegistrationState) -> Any:
    place = RegistrationState.WAITLISTED if state == RegistrationState.WAITLISTED else RegistrationState.REGISTERED
    return redirect(url_for("events.show_thanks", slug=slug, place=place), 303)


@bp.get("/event/<slug>/<any(registered, waitlisted):place>")
@open_to_all
def show_thanks(slug: str, place: str) -> Response:
    found = _spoken(queries.public_event(slug))
    return page("events/thanks.html", found=found, title=found.name, company=company(), time=_time(found), place=place)


@bp.get("/event/<slug>/calendar")
@open_to_all
def download_calendar(slug: str) -> Response:
    found, seller = queries.public_event(slug), company()
    assert seller is not None
    address = absolute(url_for("events.show_public", slug=slug))
    entry = Entry(
        found.uid, found.sequence, found.name, found.summary, found.starts_at, found.ends_at,
        found.venue.replace("\n", ", "), address, (seller.name, seller.email), cancelled=found.state == "cancelled",
    )  # fmt: skip
    kept = {"Content-Type": f"text/calendar; method={entry.method}; charset=utf-8",
            "Content-Disposition": "attachment; filename=event.ics"}  # fmt: skip
    return make_response(calendar(entry, clock.now()), 200, kept)


@bp.get("/events/<int:record_id>/preview")
@needs("events.view")
def show_preview(record_id: int) -> Response:
    found = _spoken(queries.preview(g.actor, record_id))
    return _visit(found, RegisterForm().fit(found, {}), token="", preview=True)


def _visit(found: PublicEvent, form: RegisterForm, *, token: str, status: int = 200, preview: bool = False) -> Response:
    return page(
        "events/public.html", status=status, title=found.name, found=found, form=form, token=token, preview=preview,
        company=company(), time=_time(found), is_open=preview or found.is_open(clock.now()),
    )  # fmt: skip


def _time(found: PublicEvent) -> str:
    return when(found.starts_at, found.ends_at, found.timezone, found.language)


def _spoken(found: PublicEvent) -> PublicEvent:
    """From here on this request speaks the language of the event, whatever the browser asks for."""
    g.locale = found.language
    return found


def _subject(found: PublicEvent) -> str:
    """The event with the words that can be agreed to: who was shown others reads these first."""
    return f"event:{found.id}:{sha256(found.news_wording.encode()).hexdigest()[:12]}"
