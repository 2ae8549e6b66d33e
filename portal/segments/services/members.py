"""Putting contacts in and taking them out by hand."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, func, select

from portal.accounts.models import Contact
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.kernel.upsert import insert_rows, upsert
from portal.organization.queries import authorize, get, visible_to
from portal.workspace.rules import Outcome, Refusal

from ..models import Segment, SegmentMember, SegmentOverride
from ..states import SegmentKind, Source
from .upkeep import book, close, touch


def add_members(actor: Actor, segment_id: int, contact_ids: Sequence[int], source: Source = Source.MANUAL) -> int:
    """Put them in, whatever a rule says. Returns how many were not in it before. Raises NotFound and Refused."""
    segment = _changing(actor, segment_id)
    wanted = _seen(actor, contact_ids)
    _decide(actor, segment, wanted, inside=True)
    new = sorted(wanted - _inside(segment_id, wanted))
    now = clock.now()
    insert_rows(SegmentMember, [
        {"segment_id": segment_id, "contact_id": key, "source": source, "entered_at": now, "left_at": None} for key in new
    ])  # fmt: skip
    book([(segment_id, key) for key in new], [], now)
    touch(new)  # for segments that are made of this one
    return len(new)


def remove_members(actor: Actor, segment_id: int, contact_ids: Sequence[int]) -> int:
    """Take them out; a rule does not bring them back. Raises NotFound and Refused."""
    segment = _changing(actor, segment_id)
    wanted = _seen(actor, contact_ids)
    _decide(actor, segment, wanted, inside=False)
    gone = sorted(_inside(segment_id, wanted))
    now = clock.now()
    close(segment_id, gone, now)
    book([], [(segment_id, key) for key in gone], now)
    touch(gone)
    return len(gone)


def let_rule_decide(actor: Actor, segment_id: int, contact_id: int) -> None:
    """Take back what was decided by hand."""
    _changing(actor, segment_id)
    mine = SegmentOverride.segment_id == segment_id, SegmentOverride.contact_id == contact_id
    db.session.execute(delete(SegmentOverride).where(*mine))
    touch([contact_id])


def import_members(actor: Actor, rows: Sequence[Mapping[str, str]]) -> Outcome:
    """Contacts, by their address, into lists, by their name. Who is in a list already stays as they are."""
    emails = {row["email"].strip().lower() for row in rows}
    names = {row["list"].strip() for row in rows}
    known = visible_to(actor, Contact).where(Contact.email.in_(emails)).with_only_columns(Contact.email, Contact.id)
    contacts = dict(db.session.execute(known).all())
    found = select(Segment.name, Segment.id).where(Segment.kind == SegmentKind.STATIC, Segment.name.in_(names))
    lists = dict(db.session.execute(found).all())
    refused, wanted = [], dict[int, list[int]]()
    for place, row in enumerate(rows, 1):
        email, name = row["email"].strip().lower(), row["list"].strip()
        if email not in contacts:
            refused.append(Refusal(place, "email", "You see no contact with this address."))
        elif name not in lists:
            refused.append(Refusal(place, "list", "There is no list of this name."))
        else:
            wanted.setdefault(lists[name], []).append(contacts[email])
    added = sum(add_members(actor, key, some, Source.IMPORT) for key, some in wanted.items())
    return Outcome(refused=refused, added=added)


def _changing(actor: Actor, segment_id: int) -> Segment:
    segment = get(actor, Segment, segment_id, lock=True)
    authorize(actor, "segments.edit", segment)
    if segment.kind == SegmentKind.SNAPSHOT:
        raise Refused("segment.frozen", "A snapshot stays as it was taken.")
    return segment


def _seen(actor: Actor, contact_ids: Sequence[int]) -> set[int]:
    """Raises NotFound unless the actor sees every one of them."""
    wanted = set(contact_ids)
    seen = visible_to(actor, Contact).with_only_columns(func.count()).where(Contact.id.in_(wanted))
    if not wanted or db.session.scalar(seen) != len(wanted):
        raise NotFound("contacts.not_found", "This is not here, or not yours to see.")
    return wanted


def _decide(actor: Actor, segment: Segment, contacts: set[int], *, inside: bool) -> None:
    """A dynamic segment has to remember it, since its rule is asked again and again."""
    if segment.kind == SegmentKind.DYNAMIC:
        told = {"segment_id": segment.id, "inside": inside, "by": actor.name, "at": clock.now()}
        rows = [told | {"contact_id": key} for key in sorted(contacts)]
        upsert(SegmentOverride, rows, keys=("segment_id", "contact_id"))


def _inside(segment_id: int, contacts: set[int]) -> set[int]:
    there = select(SegmentMember.contact_id).where(
        SegmentMember.segment_id == segment_id, SegmentMember.left_at.is_(None), SegmentMember.contact_id.in_(contacts)
    )
    return set(db.session.scalars(there))
