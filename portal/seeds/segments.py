"""Segments of the demo company: some of the gallery, one made of others, a list of a fair, a snapshot of it all."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import delete, insert, select

from portal.accounts.models import Account, Contact
from portal.kernel.db import db
from portal.segments.models import Segment, SegmentMember, SegmentPart, SegmentTouch
from portal.segments.rules import check, template
from portal.segments.services import refresh
from portal.segments.states import SegmentKind, Source

from .world import World

CHOSEN = ("opened-last", "ignored-last", "newsletter", "customers", "open-deal")
GERMANY = {"field": "contact.country", "op": "is", "value": "DE"}


def load(world: World) -> None:
    owner_id = world.positions["david-bradley"].id
    made = [_dynamic(found.name, found.rule, owner_id) for key in CHOSEN if (found := template(key))]
    german = _dynamic("Contacts in Germany", GERMANY, owner_id)
    whole = {"all": [{"segment": german.id}, {"segment": made[2].id}]}
    joined = _dynamic("German newsletter", whole, owner_id)
    db.session.execute(
        insert(SegmentPart), [{"segment_id": joined.id, "part_id": key} for key in (german.id, made[2].id)]
    )
    for segment in (*made, german, joined):
        refresh(segment.id)
    fair = datetime.combine(world.today - timedelta(days=9), time(16), UTC)
    buyers = select(Contact.id).join(Account).where(Account.country == "US").order_by(Contact.id).limit(40)
    _kept("Spring fair, visitors", SegmentKind.STATIC, Source.IMPORT, list(db.session.scalars(buyers)), fair, owner_id)
    agreed = select(SegmentMember.contact_id).where(SegmentMember.segment_id == made[2].id)
    _kept(
        "Newsletter, end of last quarter",
        SegmentKind.SNAPSHOT,
        Source.SNAPSHOT,
        list(db.session.scalars(agreed)),
        fair,
        owner_id,
    )
    db.session.execute(delete(SegmentTouch))  # everything was counted just now


def _dynamic(name: str, rule: Mapping[str, object], owner_id: int | None) -> Segment:
    segment = Segment(name=name, rule=check(rule), owner_id=owner_id)
    db.session.add(segment)
    db.session.flush()
    return segment


def _kept(
    name: str, kind: SegmentKind, source: Source, contacts: list[int], at: datetime, owner_id: int | None
) -> None:
    segment = Segment(name=name, kind=kind, owner_id=owner_id, size=len(contacts), changed_at=at, counted_at=at)
    if kind == SegmentKind.SNAPSHOT and (known := template("newsletter")):
        segment.rule = check(known.rule)
    db.session.add(segment)
    db.session.flush()
    told = {"segment_id": segment.id, "source": source, "entered_at": at}
    if contacts:
        db.session.execute(insert(SegmentMember), [told | {"contact_id": key} for key in contacts])
