"""What persons ask of us: a copy of their data, and to be forgotten."""

from typing import Any

from flask import Response, flash, g, request, url_for

from portal.accounts.models import Contact
from portal.consent import queries, services
from portal.consent.rules import normal_address
from portal.kernel import clock, files, persons
from portal.kernel.db import transact
from portal.kernel.errors import Refused
from portal.kernel.persons import Person
from portal.organization.queries import get
from portal.web.auth import needs
from portal.web.forms import act, submit
from portal.web.htmx import go, page

from ..forms import AboutPerson, ErasePerson, RefuseRequest
from ..pages import asked_channel, parts, send_bundle
from . import bp


@bp.get("/consent/requests")
@needs("consent.erase")
def list_requests() -> Any:
    return _requests(200)


def _requests(status: int) -> Any:
    return page(
        "consent/requests.html",
        status=status,
        title="Requests",
        parts=parts(),
        requests=queries.requests(),
        erasures=queries.erasures(),
        today=clock.today(g.timezone),
        form=RefuseRequest(formdata=None),
    )


@bp.post("/consent/requests/<int:record_id>/refusal")
@needs("consent.erase")
def refuse_request(record_id: int) -> Any:
    form = RefuseRequest()
    return act(
        lambda: services.refuse_request(g.actor, record_id, form.note.data or ""),
        "The request is refused, with the reason.",
        then=lambda: go(url_for(".list_requests")),
        again=_requests,
        form=form,
    )


@bp.post("/consent/export")
@needs("consent.export")
def export_person() -> Response:
    """A POST, since it leaves a trace in the audit."""
    person, name = _person(AboutPerson())
    copy = transact(lambda: services.export(g.actor, person))
    return send_bundle(name, copy)


@bp.get("/consent/erasure")
@needs("consent.erase")
def show_erasure() -> Any:
    form = ErasePerson(formdata=None, data={name: request.args.get(name, "") for name in ("contact", "channel", "q")})
    return _erasure_page(form)


@bp.post("/consent/erasure")
@needs("consent.erase")
def erase_person() -> Any:
    form = ErasePerson()
    person, _ = _person(form)
    done = submit(form, lambda: _dropped(services.erase(g.actor, person)))
    if not done:
        return _erasure_page(form, form.status)
    flash(
        "The person is erased. Only the hash of their addresses stays, so that nobody writes to them again.", "success"
    )
    return go(url_for(".show_ledger"))


def _dropped(keys: list[str]) -> None:
    for key in keys:
        files.drop(key)


def _person(form: AboutPerson) -> tuple[Person, str]:
    """Whom the form names. Raises Refused for an address that is none, NotFound for a contact that is not theirs to see."""
    contact_id = form.contact.data or ""
    if contact_id.isdecimal():
        return queries.person_of(get(g.actor, Contact, int(contact_id)).id), f"contact-{contact_id}"
    channel = asked_channel(form.channel.data)
    return queries.person_at(channel, normal_address(channel, form.q.data or "", queries.home_region())), "person"


def _erasure_page(form: ErasePerson, status: int = 200) -> Any:
    try:
        person, _ = _person(form)
    except Refused as error:
        person, status = Person(), 422
        form.form_errors.append(error.message)
    return page(
        "consent/erase.html",
        status=status,
        title="Erase a person",
        form=form,
        person=person,
        found=persons.count(person),
        name=next(iter([*sorted(person.names), *sorted(person.addresses)]), ""),
        back=url_for(".list_requests"),
    )
