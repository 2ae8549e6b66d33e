"""What the law gives a person: a copy of all we know, and to be forgotten."""

from typing import Any

from sqlalchemy import update

from portal.kernel import audit, clock, persons
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.kernel.outbox import emit
from portal.kernel.persons import Person
from portal.organization.queries import authorize

from ..events import PersonErased
from ..models import DataRequest
from ..queries import asked_data
from ..queries.persons import digests, person_at
from ..states import Channel, RequestKind, RequestState, SuppressionReason
from .blocks import suppress

Copy = dict[str, list[dict[str, Any]]]


def export(actor: Actor, person: Person) -> Copy:
    """All rows that tell of the person, by area."""
    authorize(actor, "consent.export")
    return _copy(person, by=actor.name)


def fetch(token: str) -> Copy:
    """The copy for the person themselves; the request is answered by it."""
    asked = asked_data(token)
    assert asked.address is not None
    if asked.state == RequestState.OPEN:
        asked.state, asked.done_at, asked.done_by = RequestState.DONE, clock.now(), "the person"
    return _copy(person_at(asked.channel, asked.address), by="the person")


def _copy(person: Person, *, by: str) -> Copy:
    found = persons.collect(person)
    audit.record("persons", None, "exported", by=by, rows={name: len(rows) for name, rows in found.items()})
    return found


def erase(actor: Actor, person: Person) -> list[str]:
    """Forget the person everywhere but in the books; only the hash of their addresses stays, so that nothing revives them.

    Returns the keys of files that are to be dropped once this is committed.
    """
    authorize(actor, "consent.erase")
    if not person.addresses and not any(person.records.values()):
        raise Refused("persons.unknown", "Nothing is known of this person.")
    for channel, addresses in ((Channel.EMAIL, person.emails), (Channel.SMS, person.phones)):
        for address in sorted(addresses):
            suppress(channel, address, SuppressionReason.ERASED)
    _settle_requests(actor, person)
    keys = persons.files_of(person)
    kept = {trail.name: [size, trail.why] for trail, size in persons.count(person) if trail.why}
    rows = persons.erase(person)
    audit.record("persons", None, "erased", rows=rows, kept=kept)
    emit(PersonErased(contact_ids=sorted(person.of("contacts"))))
    return keys


def _settle_requests(actor: Actor, person: Person) -> None:
    mine = DataRequest.address_hash.in_(digests(person)), DataRequest.state == RequestState.OPEN
    done = {"state": RequestState.DONE, "done_at": clock.now(), "done_by": actor.name}
    db.session.execute(update(DataRequest).where(*mine).values(done).execution_options(synchronize_session=False))


def refuse_request(actor: Actor, request_id: int, note: str) -> None:
    """With the reason, for whoever asks later: somebody else's address, or a duty to keep."""
    authorize(actor, "consent.erase")
    asked = db.session.get(DataRequest, request_id, with_for_update=True)
    if asked is None:
        raise NotFound("requests.not_found", "This request is not here.")
    if asked.state != RequestState.OPEN or asked.kind != RequestKind.ERASE:
        raise Refused("requests.answered", "Somebody has answered this request already.")
    asked.state, asked.note, asked.done_at, asked.done_by = RequestState.REFUSED, note, clock.now(), actor.name
