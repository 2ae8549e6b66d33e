"""Where consent keeps traces of a person, and who is meant by an address."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from portal.kernel import persons
from portal.kernel.audit import AuditEntry
from portal.kernel.db import db
from portal.kernel.persons import Person, Trail

from ..models import Consent, ConsentEvent, ContactPoint, DataRequest, Suppression, SuppressionEvent
from ..rules import address_hash
from ..states import Channel, RequestState


def person_at(channel: Channel, address: str) -> Person:
    """Everybody we know under a normal address: one person, as far as we can tell."""
    one = frozenset([address])
    return persons.identify(Person(emails=one) if channel == Channel.EMAIL else Person(phones=one))


def person_of(contact_id: int) -> Person:
    return persons.identify(Person(records={"contacts": frozenset([contact_id])}))


def requests() -> Sequence[DataRequest]:
    """Open ones first, the most urgent on top."""
    order = DataRequest.state != RequestState.OPEN, DataRequest.answer_by, DataRequest.id.desc()
    return db.session.scalars(select(DataRequest).order_by(*order).limit(200)).all()


def erasures() -> Sequence[AuditEntry]:
    """What was taken out and what stayed, newest first; of whom is known no more."""
    mine = AuditEntry.noun_of == "persons", AuditEntry.action == "erased"
    return db.session.scalars(select(AuditEntry).where(*mine).order_by(AuditEntry.id.desc()).limit(50)).all()


def digests(person: Person) -> list[str]:
    """Under which suppressions are kept."""
    mails = [address_hash(Channel.EMAIL, email) for email in sorted(person.emails)]
    return mails + [address_hash(Channel.SMS, phone) for phone in sorted(person.phones)]


def _blocked(person: Person) -> ColumnElement[bool]:
    return Suppression.address_hash.in_(digests(person))


persons.leave(
    Trail("consents", Consent, lambda person: Consent.address.in_(person.addresses), None),
    Trail(
        "consent events", ConsentEvent, lambda person: ConsentEvent.address.in_(person.addresses),
        {"address": persons.NOBODY, "source": persons.NOBODY, "ip": None},
    ),
    Trail("preferences", ContactPoint, lambda person: ContactPoint.address.in_(person.addresses), None),
    Trail("suppressions", Suppression, _blocked, {"address": None, "note": ""}),
    Trail("blocks", SuppressionEvent, lambda p: SuppressionEvent.address_hash.in_(digests(p)), {"note": ""}),
    Trail("requests", DataRequest, lambda p: DataRequest.address_hash.in_(digests(p)), {"address": None, "note": ""}),
)  # fmt: skip
