"""Writing down the audience of a broadcast, beside the same number of bare rows inserted in batches."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, insert, select

from jobs.worker import sweep
from portal.accounts.models import Contact
from portal.broadcasts import services
from portal.broadcasts.models import Broadcast, BroadcastVariant
from portal.broadcasts.states import BroadcastState, Timing
from portal.consent.models import Consent
from portal.consent.states import Channel, ConsentState, Purpose
from portal.kernel import clock
from portal.kernel.actor import act_as
from portal.kernel.bulk import _defaults
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message
from portal.messages.states import MessageState
from portal.organization.queries import actor_for
from portal.segments.models import Segment, SegmentMember
from portal.segments.states import SegmentKind, Source
from tests import world

from .frame import Pair, Round, require
from .place import Place

TITLE = "the audience of a broadcast: addresses, consent, blocks, variants, a row for each in the ledger"
UNIT = "recipients"
SIZE = 100_000
SLICE = 5_000
NO_HASH = {"address_hash": ""}


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    with place.app().app_context():
        world.populate()
        segment_id = _people(size)
        actor = actor_for(world.user("marketer"), clock.now().date())

        def ours() -> Round:
            with unit_of_work(), act_as(actor):
                made = Broadcast(name="Bench", segment_id=segment_id, channel=Channel.SMS, purpose=Purpose.COMMERCIAL)
                made.variants = [BroadcastVariant(label="A", share=50, text="A"), BroadcastVariant(label="B", share=50, text="B")]
                db.session.add(made)
                db.session.flush()
                services.start(actor, made.id, None, timing=Timing.NOW)
                number = made.id
            started = time.perf_counter()
            while sweep("default"):
                pass
            took = time.perf_counter() - started
            found = db.session.get_one(Broadcast, number)
            rows = select(func.count()).select_from(Message).where(Message.record_id == number)
            going = db.session.scalar(rows.where(Message.state == MessageState.QUEUED))
            require(found.state == BroadcastState.SENDING, f"it is {found.state}")
            require(db.session.scalar(rows) == size, f"{db.session.scalar(rows)} of {size} have their row")
            require(going == size - size // 10, f"{going} may get it")
            db.session.rollback()
            return Round(took, [took / size] * size)

        def floor() -> Round:
            table = Message.__table__
            usual = _defaults(Message) | {"channel": Channel.SMS, "purpose": Purpose.COMMERCIAL, "due_at": clock.now()}
            before = db.session.scalar(select(func.max(Message.id))) or 0
            db.session.rollback()
            started = time.perf_counter()
            for start in range(0, size, SLICE):
                rows = [
                    usual | {"reason": f"f{before}:{n}", "message_id": f"<f{before}.{n}@x>", "address": f"{n}"} | NO_HASH
                    for n in range(start, min(start + SLICE, size))
                ]
                with unit_of_work():
                    db.session.connection().execute(insert(table), rows)
            took = time.perf_counter() - started
            return Round(took, [took / size] * size)

        yield Pair(ours=ours, floor=floor)
        db.session.remove()


def _people(size: int) -> int:
    """Contacts with a number each; nine of ten said yes."""
    now, usual = clock.now(), {**_defaults(Contact)}
    with unit_of_work():
        made = Segment(name="Everybody", kind=SegmentKind.STATIC)
        db.session.add(made)
        db.session.flush()
        segment_id = made.id
    yes = {"channel": Channel.SMS, "purpose": Purpose.COMMERCIAL, "state": ConsentState.OPTED_IN, "at": now}
    for start in range(0, size, SLICE):
        numbers = range(start + 1, min(start + SLICE, size) + 1)
        with unit_of_work():
            link = db.session.connection()
            phones = {n: f"+1{2000000000 + n}" for n in numbers}
            link.execute(
                insert(Contact.__table__),  # type: ignore[arg-type]
                [usual | {"id": n + 1000, "last_name": f"P{n}", "mobile_e164": phones[n]} for n in numbers],
            )
            link.execute(
                insert(SegmentMember.__table__),  # type: ignore[arg-type]
                [
                    {"segment_id": segment_id, "contact_id": n + 1000, "source": Source.IMPORT, "entered_at": now}
                    for n in numbers
                ],
            )
            link.execute(insert(Consent.__table__), [yes | {"address": phones[n]} for n in numbers if n % 10])  # type: ignore[arg-type]
    return segment_id
