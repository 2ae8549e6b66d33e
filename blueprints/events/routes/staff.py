"""Events and their guests, for staff."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, flash, g, request, url_for

from portal.events import queries, services
from portal.events.models import Event
from portal.events.queries import EVENTS, REGISTRATIONS
from portal.events.rules import CHECK_IN_BEFORE, TIMES, when
from portal.events.states import SEATED, STATE_NAMES, RegistrationState
from portal.insights.queries import invitations
from portal.kernel import clock
from portal.kernel.public import absolute
from portal.organization.queries import allows, company
from portal.web.auth import needs
from portal.web.forms import ActForm, Form, act, submit
from portal.web.htmx import go, page, see
from portal.web.listing import list_page
from portal.web.records import record_url, tabs_of

from ..forms import EventForm
from . import bp

EMPTY = "Announce an event on a page of its own: people register there, and wait in line when it is full."
NOBODY = "Whoever registers on the page of an event, or from an invitation, is listed here."
R = RegistrationState
LOOKS = {"published": "good", "draft": "none", "cancelled": "bad", "ended": "none"}
GUEST_LOOKS = {R.REGISTERED: "now", R.WAITLISTED: "warn", R.ATTENDED: "good", R.NO_SHOW: "bad", R.CANCELLED: "none"}


@bp.get("/events")
@needs("events.view")
def list_events() -> Response:
    return list_page("events/list.html", EVENTS, title="Events", empty=EMPTY, looks=LOOKS, row_url=_url)


def _url(row: Any) -> str:
    return url_for("events.show_event", record_id=row.id)


@bp.get("/events/registrations")
@needs("events.view")
def list_registrations() -> Response:
    return list_page(
        "events/registrations.html", REGISTRATIONS, title="Registrations", crumbs=_crumbs(), empty=NOBODY, looks=GUEST_LOOKS,
        row_url=_guest_url,
    )  # fmt: skip


def _guest_url(row: Any) -> str:
    """Of the contact; a job finds it a moment after somebody registered."""
    return record_url("contacts", row.contact_id) if row.contact_id else _url(row.event)


@bp.get("/events/<int:record_id>")
@needs("events.view")
def show_event(record_id: int) -> Response:
    return _show(record_id)


def _show(record_id: int, status: int = 200) -> Response:
    found, now = queries.event(g.actor, record_id), clock.now()
    return page(
        "events/event.html", status=status, title=found.name, crumbs=_crumbs(), event=found,
        time=when(found.starts_at, found.ends_at, found.timezone, "en"), tally=queries.tally(record_id), seated=SEATED,
        guests=queries.latest(g.actor, record_id), names=STATE_NAMES, invited=invitations(found),
        looks=LOOKS, guest_looks=GUEST_LOOKS,
        address=absolute(url_for(".show_public", slug=found.slug)), is_open=found.is_open(now),
        may_mark=now >= found.starts_at - CHECK_IN_BEFORE,
        may_edit=allows(g.actor, "events.edit", found), act_form=ActForm(formdata=None), **tabs_of(found),
    )  # fmt: skip


def _crumbs(found: Event | None = None) -> list[tuple[str, str]]:
    crumbs = [("Events", url_for(".list_events"))]
    return [*crumbs, (found.name, _url(found))] if found else crumbs


@bp.get("/events/new")
@needs("events.edit")
def new_event() -> Response:
    home = company()
    usual = {
        "timezone": home.timezone if home else "UTC",
        "double_opt_in": True,
        "campaign_id": request.args.get("campaign"),
    }
    return _edit(EventForm(formdata=None, data=usual), "New event")


@bp.post("/events/new")
@needs("events.edit")
def create_event() -> Any:
    form = EventForm()
    done = submit(form, lambda: services.create_event(g.actor, **form.values()))
    if done is None:
        return _edit(form, "New event")
    flash("The event is a draft. Look at its page, then announce it.", "success")
    return go(url_for(".show_event", record_id=done.result))


@bp.get("/events/<int:record_id>/edit")
@needs("events.edit")
def edit_event(record_id: int) -> Response:
    found = queries.event(g.actor, record_id)
    return _edit(EventForm(formdata=None, data=_stored(found)), f"Edit {found.name}", found)


@bp.post("/events/<int:record_id>/edit")
@needs("events.edit")
def change_event(record_id: int) -> Any:
    form, title = EventForm(), f"Edit {queries.event(g.actor, record_id).name}"
    done = submit(
        form,
        lambda: services.change_event(g.actor, record_id, form.version.data, **form.values()),
        current=lambda: _stored(queries.event(g.actor, record_id)),
    )
    if done is None:
        return _edit(form, title, queries.event(g.actor, record_id))
    flash("Event saved", "success")
    return go(url_for(".show_event", record_id=record_id))


def _stored(found: Event) -> dict[str, Any]:
    """As the form has it: times are those of the event's zone."""
    names = ("version", *(name for name in EventForm(formdata=None).values()))
    place = ZoneInfo(found.timezone)
    stored = {name: getattr(found, name) for name in names}
    return stored | {name: stored[name] and stored[name].astimezone(place).replace(tzinfo=None) for name in TIMES}


def _edit(form: Form, title: str, found: Event | None = None) -> Response:
    status = form.status if form.errors or getattr(form, "conflict", None) else 200
    return page("layout/edit.html", status=status, title=title, crumbs=_crumbs(found), form=form, save="Save event")


@bp.post("/events/<int:record_id>/publication")
@needs("events.edit")
def publish_event(record_id: int) -> Any:
    return _act(record_id, services.publish_event, "Announced. Visitors find its page now.")


@bp.post("/events/<int:record_id>/withdrawal")
@needs("events.edit")
def withdraw_event(record_id: int) -> Any:
    return _act(record_id, services.withdraw_event, "Back to a draft. Its page answers “not found”.")


@bp.post("/events/<int:record_id>/cancellation")
@needs("events.edit")
def cancel_event(record_id: int) -> Any:
    return _act(record_id, services.cancel_event, "Cancelled. Everybody who wanted to come gets a mail.")


def _act(record_id: int, do: Any, said: str) -> Any:
    return act(
        lambda: do(g.actor, record_id),
        said,
        then=lambda: see(show_event, record_id=record_id),
        again=lambda status: _show(record_id, status),
    )


@bp.post("/events/registrations/<int:record_id>/<any(attended, no_show, registered, cancelled):state>")
@needs("events.edit")
def move_registration(record_id: int, state: str) -> Any:
    """Registered: back on the list, if it was cancelled; else not known any more whether they came."""
    found = queries.registration(g.actor, record_id)
    before, name, event_id, form = found.state, found.name, found.event_id, ActForm()

    def do() -> None:
        if state == R.CANCELLED:
            services.cancel(g.actor, record_id)
        elif before == R.CANCELLED:
            services.restore(g.actor, record_id)
        else:
            services.mark(g.actor, record_id, R(state))

    if submit(form, do) is None:
        flash(" ".join(words for errors in form.errors.values() for words in errors), "bad")
        return _show(event_id, form.status)
    back = before if before in (R.ATTENDED, R.NO_SHOW) else R.REGISTERED
    undo = url_for(".move_registration", record_id=record_id, state=back)
    now = STATE_NAMES[queries.registration(g.actor, record_id).state].lower()
    said: Any = {"text": f"{name}: {now}", "undo": undo} if back != state else f"{name}: {now}"
    flash(said, "success")
    return see(show_event, record_id=event_id)
