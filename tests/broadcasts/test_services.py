"""Freezing an audience: everybody in the segment has one row, which says what becomes of them."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from jobs.worker import sweep
from portal.broadcasts import queries, services
from portal.broadcasts.models import Broadcast, Tally
from portal.broadcasts.states import BroadcastState, Passed, Timing
from portal.consent.services import suppress
from portal.consent.states import Channel, SuppressionReason
from portal.kernel import clock
from portal.kernel.actor import act_as
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Refused
from portal.messages.services import Capture
from portal.messages.states import MessageState as S
from tests.broadcasts.makers import draft, messages_of, people, segment
from tests.messages.makers import send_by


def stored(broadcast_id: int) -> Broadcast:
    db.session.rollback()
    return db.session.get_one(Broadcast, broadcast_id, populate_existing=True)


def begin(actor: Any, broadcast_id: int, **when: Any) -> None:
    with unit_of_work(), act_as(actor):
        services.start(actor, broadcast_id, None, **{"timing": Timing.NOW} | when)
    while sweep("default"):
        pass


def test_everybody_in_the_segment_has_a_row_that_says_what_becomes_of_them(app: Flask, actor: Any) -> None:
    fine = people(3)
    never_said_yes = people(1, agreed=False)
    nowhere = people(1, email=None, agreed=False)
    gone = people(1)
    with unit_of_work():
        suppress(Channel.EMAIL, "ann5@example.com", SuppressionReason.COMPLAINT)
    one = draft(actor("marketer"), segment([*fine, *never_said_yes, *nowhere, *gone]))
    begin(actor("marketer"), one)

    rows = messages_of(one)
    assert [row.contact_id for row in rows] == [*fine, *never_said_yes, *nowhere, *gone]
    assert Counter((row.state, row.state_reason) for row in rows) == {
        (S.QUEUED, ""): 3, (S.SUPPRESSED, "no_consent"): 1, (S.SUPPRESSED, "no_address"): 1, (S.SUPPRESSED, "complaint"): 1,
    }  # fmt: skip
    assert {row.reason for row in rows} == {f"broadcast:{one}:contact:{row.contact_id}" for row in rows}
    assert len({row.message_id for row in rows}) == 6
    assert stored(one).state == BroadcastState.SENDING
    found = queries.progress(stored(one))
    assert (found.audience, found.waiting) == (6, 3)
    counted = db.session.execute(select(Tally.recipients, Tally.suppressed).where(Tally.dimension == "all")).one()
    assert tuple(counted) == (6, 3)

    assert send_by(Capture()) == 3
    sweep("default")
    assert stored(one).state == BroadcastState.SENT
    assert queries.progress(stored(one)).counts[S.SENT] == 3
    assert send_by(Capture()) == 0


def test_an_address_gets_one_message_and_the_other_contacts_say_so(app: Flask, actor: Any) -> None:
    ids = people(3, mobile="+1 206 555 0100", mobile_e164="+12065550100")
    one = draft(actor("marketer"), segment(ids), channel=Channel.SMS, purpose="transactional")
    with unit_of_work():
        stored_variant = db.session.get_one(Broadcast, one).variants[0]
        stored_variant.text = "Your bicycle is ready."
    begin(actor("marketer"), one)
    assert [(row.state, row.state_reason) for row in messages_of(one)] == [
        (S.QUEUED, ""), (S.SUPPRESSED, "duplicate"), (S.SUPPRESSED, "duplicate"),
    ]  # fmt: skip


def test_a_slice_that_is_written_twice_changes_nothing(app: Flask, actor: Any) -> None:
    ids = people(5)
    one = draft(actor("marketer"), segment(ids))
    with unit_of_work(), act_as(actor("marketer")):
        services.start(actor("marketer"), one, None)
    with unit_of_work():
        assert services.write_down(stored(one), ids[:3]) == 3
    assert services.audience(stored(one)) == ids[3:], "it goes on behind the last one"
    with unit_of_work():
        assert services.write_down(db.session.get_one(Broadcast, one), ids) == 2
    assert [row.contact_id for row in messages_of(one)] == ids


def test_pausing_cancelling_and_going_on_change_one_row(app: Flask, actor: Any) -> None:
    marketer = actor("marketer")
    one = draft(marketer, segment(people(4)))
    begin(marketer, one)
    with unit_of_work(), act_as(marketer):
        services.pause(marketer, one, "the price is wrong")
    assert send_by(Capture()) == 0
    assert "the price is wrong" in queries.progress(stored(one)).pauses[0]
    with unit_of_work(), act_as(marketer):
        services.resume(marketer, one)
    assert send_by(Capture(), slice=2, turn=0.0) in (0, 2)
    send_by(Capture())
    assert {row.state for row in messages_of(one)} == {S.SENT}

    other = draft(marketer, segment(people(2, domain="example.org"), "Others"))
    begin(marketer, other)
    with unit_of_work(), act_as(marketer):
        services.cancel(marketer, other)
    assert send_by(Capture()) == 0
    sweep("default")
    assert {row.state for row in messages_of(other)} == {S.CANCELLED}
    with pytest.raises(Refused), unit_of_work(), act_as(marketer):
        services.resume(marketer, other)


def test_a_scheduled_one_reads_the_segment_shortly_before(app: Flask, actor: Any) -> None:
    marketer, now = actor("marketer"), datetime(2027, 3, 1, 8, 0, tzinfo=UTC)
    one = draft(marketer, segment(people(2)))
    with clock.frozen(now):
        begin(marketer, one, timing=Timing.AT, wall_time="2027-03-01T12:00", timezone="Europe/Berlin")
        assert (stored(one).state, stored(one).starts_at) == (BroadcastState.SCHEDULED, now + timedelta(hours=3))
        with unit_of_work():
            services.begin_due()
        assert stored(one).state == BroadcastState.SCHEDULED
    with clock.frozen(now + timedelta(hours=2, minutes=56)):
        with unit_of_work():
            services.begin_due()
        sweep("default")
        assert [row.due_at for row in messages_of(one)] == [now + timedelta(hours=3)] * 2
        assert send_by(Capture()) == 0, "not before its time"
    with clock.frozen(now + timedelta(hours=3)):
        assert send_by(Capture()) == 2


def test_local_time_is_each_ones_own(app: Flask, actor: Any) -> None:
    marketer, now = actor("marketer"), datetime(2027, 3, 1, 6, 0, tzinfo=UTC)
    zones = ("Asia/Kolkata", "Asia/Kathmandu", "America/New_York", "Pacific/Auckland")
    ids = [people(1, timezone=zone)[0] for zone in zones]
    one = draft(marketer, segment(ids))
    with clock.frozen(now):
        begin(marketer, one, timing=Timing.LOCAL, wall_time="2027-03-01T13:00", if_passed=Passed.NEXT_DAY)
        dues = [row.due_at for row in messages_of(one)]
    assert [due.isoformat()[5:16] for due in dues] == ["03-01T07:30", "03-01T07:15", "03-01T18:00", "03-02T00:00"]


def test_what_is_missing_is_said_before_anything_happens(app: Flask, actor: Any) -> None:
    marketer = actor("marketer")
    one = draft(marketer, segment(people(1)))
    with unit_of_work():
        db.session.get_one(Broadcast, one).segment_id = None
    with pytest.raises(Refused, match="Choose a segment"):
        begin(marketer, one)
    assert stored(one).state == BroadcastState.DRAFT
