"""W7: "in India and opened the last mailing" over 100,000 contacts and 1,000,000 mails, beside the same question by hand."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

from sqlalchemy import String, case, cast, insert, literal, null, select, text

from portal.accounts.models import Account, Contact
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message, MessageContent, MessageEvent
from portal.segments import services
from portal.segments.models import Segment, SegmentTouch
from portal.segments.queries import preview, size_now
from portal.segments.rules import GALLERY
from tests import world
from tests.conftest import Client

from .frame import Pair, Round, one_by_one, require
from .place import Place
from .rows import HASH

TITLE = "in India and opened the last mailing"
UNIT = "counts"
SIZE = 100_000  # contacts, with ten mails each
MAILS = 10
LOOKS = 5
COUNTRIES = ("IN", "US", "DE", "FR", "AU", "GB", "NL", "PL", "IT", "ES")
BY_HAND = """
    SELECT count(*) FROM contact c
    WHERE (c.country = 'IN'
           OR c.country = '' AND EXISTS (SELECT 1 FROM account a WHERE a.id = c.account_id AND a.country = 'IN'))
    AND (SELECT m.human_opened_at IS NOT NULL FROM message m
         WHERE m.contact_id = c.id AND m.channel = 'email' AND m.purpose = 'commercial' AND m.state = 'sent'
         AND m.bounced_at IS NULL ORDER BY m.sent_at DESC, m.id DESC LIMIT 1)
"""


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    app = place.app()
    app.test_client_class = Client
    with app.app_context():
        world.populate()
        _fill(size)
        segment = Segment(name=GALLERY[0].name, rule=GALLERY[0].rule)
        with unit_of_work():
            db.session.add(segment)
        expected = db.session.scalar(text(BY_HAND))
        require(0 < (expected or 0) < size, f"{expected} contacts are no test")

        def ours() -> Round:
            return one_by_one([partial(_same, partial(size_now, segment), expected)] * LOOKS)

        def floor() -> Round:
            return one_by_one([partial(_same, partial(db.session.scalar, text(BY_HAND)), expected)] * LOOKS)

        yield Pair(ours, floor, further=partial(_further, segment.id))


def _same(count: partial[int | None], expected: int | None) -> None:
    require(count() == expected, "the counts differ")


def _fill(size: int) -> None:
    """Every contact has an account, of whose country it is; two of seven open, not all of them every time."""
    now = clock.now()
    with unit_of_work():
        db.session.add(MessageContent(id=1, text="News"))
        shops = [_shop(n) for n in range(size // 4 + 1)]
        db.session.execute(insert(Account), shops)
        people = [
            {"account_id": n // 4 + 1, "last_name": f"Visitor {n}", "email": f"v{n}@shop.example"} for n in range(size)
        ]
        db.session.execute(insert(Contact), people)
    for n in range(MAILS):
        sent = literal(now - timedelta(days=MAILS - n), Message.sent_at.type)
        opened = case((Contact.id % 7 <= n % 3, sent), else_=null())
        reason = literal(f"b{n}:").concat(cast(Contact.id, String))
        columns = {
            "reason": reason, "message_id": reason, "channel": literal("email"), "purpose": literal("commercial"),
            "address": Contact.email, "address_hash": literal(HASH), "content_id": literal(1), "state": literal("sent"),
            "sent_at": sent, "opened_at": opened, "human_opened_at": opened, "contact_id": Contact.id,
        }  # fmt: skip
        with unit_of_work():
            db.session.execute(insert(Message).from_select(list(columns), select(*columns.values())))
        told = {
            "message_id": Message.id, "contact_id": Message.contact_id, "kind": literal("opened"),
            "at": Message.opened_at, "verdict": literal("human"),
        }  # fmt: skip
        rows = select(*told.values()).where(Message.opened_at == sent)
        with unit_of_work():
            db.session.execute(insert(MessageEvent).from_select(list(told), rows))
    with unit_of_work():
        db.session.execute(text("ANALYZE"))


def _shop(n: int) -> dict[str, str]:
    return {"number": f"A{n}", "name": f"Shop {n}", "name_key": f"shop {n}", "country": COUNTRIES[n % 10]}


def _further(segment_id: int) -> dict[str, str]:
    """What a marketer waits for while editing, for every template; and what keeping a segment costs."""
    told = {}
    for one in GALLERY:
        preview(SYSTEM, one.rule)
        started = time.perf_counter()
        found = preview(SYSTEM, one.rule)
        told[one.key] = f"{_ms(started)} for {found.size:,} and a sample"
    started = time.perf_counter()
    with unit_of_work():
        services.refresh(segment_id)
    told["refresh"] = f"{_ms(started)} to work it out for everybody and write it down"
    with unit_of_work():
        services.touch(range(1, 1001))
    started = time.perf_counter()
    with unit_of_work():
        require(services.follow() == 1000, "a slice is not a slice")
    told["follow"] = f"{_ms(started)} for a slice of 1,000 contacts that changed"
    require(db.session.scalar(select(SegmentTouch.id).limit(1)) is None, "something is left")
    return told


def _ms(started: float) -> str:
    return f"{(time.perf_counter() - started) * 1000:,.0f} ms"
