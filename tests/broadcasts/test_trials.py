"""Tests of variants from the terms to the mail that everybody else gets, and nobody gets two."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from jobs.trials import look_at_tests
from jobs.worker import sweep
from portal.broadcasts import queries, services
from portal.broadcasts.models import BroadcastLook, BroadcastTest
from portal.broadcasts.rules.trials import pause_between_looks
from portal.broadcasts.states import BroadcastState, Metric
from portal.experiments.states import Method, Outcome
from portal.kernel import clock
from portal.kernel.actor import act_as
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Refused
from portal.messages.models import CapturedMessage, Message
from portal.messages.services import Capture, News, record_events
from portal.messages.states import EventKind, MessageState, Verdict
from tests.messages.makers import send_by

from .makers import draft, messages_of, people, segment
from .test_services import begin, stored

TERMS: dict[str, Any] = {
    "metric": Metric.CLICKS, "method": Method.SEQUENTIAL, "hours": 24, "minimum": 20, "share": 60, "hold_out": 10,
    "default_label": "A",
}  # fmt: skip


def agreed(actor: Any, size: int = 150, delays: dict[str, int] | None = None, **terms: Any) -> int:
    """A draft with two subjects and a test."""
    one = draft(actor, segment(people(size), f"Everybody of {size}"))
    with unit_of_work(), act_as(actor):
        services.add_variant(actor, one)
        services.change_variant(actor, one, "B", {"subject": "Ride"})
        services.set_up(actor, one, delays or {}, **TERMS | terms)
    return one


def ids_of(broadcast_id: int, label: str) -> list[int]:
    batch = next(v.batch_id for v in stored(broadcast_id).variants if v.label == label)
    return [row.id for row in messages_of(broadcast_id) if row.batch_id == batch]


def click(ids: list[int]) -> None:
    with unit_of_work():
        record_events([News(key, EventKind.CLICKED, clock.now(), link=0, verdict=Verdict.HUMAN) for key in ids])


def look(broadcast_id: int) -> None:
    """Twice, as a job may be."""
    for _ in range(2):
        with unit_of_work():
            services.look(broadcast_id)


def test_the_winner_goes_to_the_rest_and_nobody_gets_two(app: Flask, actor: Any) -> None:
    marketer = actor("marketer")
    one = agreed(marketer)
    begin(marketer, one)
    a, b = ids_of(one, "A"), ids_of(one, "B")
    rest, held_out = stored(one).rest_batch_id, [m for m in messages_of(one) if m.state_reason == "hold_out"]
    assert 25 <= len(a) <= 65
    assert 25 <= len(b) <= 65
    assert 4 <= len(held_out) <= 30
    agreed_on = stored(one).test
    assert agreed_on is not None
    assert agreed_on.held_out == len(held_out)
    assert send_by(Capture()) == len(a) + len(b)
    sweep("default")
    assert stored(one).state == BroadcastState.SENDING  # the rest still waits

    look(one)
    found = queries.trial(marketer, one)
    assert found.test is not None
    assert found.test.decided_at is None
    click(b)
    click(a[:1])
    look(one)
    test = stored(one).test
    assert test is not None
    assert (test.outcome, test.winner, test.decided_by) == (Outcome.WINNER, "B", "")
    assert f"B wins. A {1 / len(a):.1%} (1 of {len(a)} clicked)" in test.why
    assert "Everybody else gets B." in test.why

    waiting = [m for m in messages_of(one) if m.batch_id == rest]
    assert send_by(Capture()) == len(waiting) > 0
    sweep("default")
    assert stored(one).state == BroadcastState.SENT
    captured = Counter(db.session.execute(select(CapturedMessage.address, CapturedMessage.subject)).all())
    got = Counter(address for address, _ in captured.elements())
    assert set(got.values()) == {1}
    assert len(got) == 150 - len(held_out)
    assert Counter(subject for _, subject in captured.elements())["Ride"] == len(b) + len(waiting)
    look(one)
    assert db.session.scalar(select(func.count()).select_from(BroadcastLook)) == 3  # none behind the decision


def test_what_was_decided_stays(app: Flask, actor: Any) -> None:
    one = agreed(actor("marketer"), 60)
    begin(actor("marketer"), one)
    with unit_of_work():
        services.stop(actor("marketer"), one, "B")
    test = stored(one).test
    assert test is not None
    assert (test.outcome, test.winner, test.decided_by) == (Outcome.NOT_ENOUGH, "B", "Mia Marketer")
    assert test.why.startswith("Mia Marketer ended the test early. Not enough data")
    with pytest.raises(Refused), unit_of_work():
        services.stop(actor("marketer"), one, "A")
    with pytest.raises(DBAPIError), unit_of_work():
        db.session.execute(update(BroadcastTest).values(winner="A"))


@pytest.mark.parametrize("method", Method)
def test_when_the_time_is_up_it_is_decided_whatever_the_figures(
    app: Flask, actor: Any, monkeypatch: pytest.MonkeyPatch, method: Method
) -> None:
    one = agreed(actor("marketer"), 120, method=method, default_label="B")
    begin(actor("marketer"), one)
    send_by(Capture())
    sweep("default")
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=23))
    look(one)
    before = stored(one).test
    assert before is not None
    assert before.decided_at is None
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=25))
    click(ids_of(one, "A"))  # too late to count
    look(one)
    test = stored(one).test
    assert test is not None
    assert (test.outcome, test.winner) == (Outcome.NO_DIFFERENCE, "B")


def test_time_itself_can_be_tested(app: Flask, actor: Any) -> None:
    one = agreed(actor("marketer"), 60, delays={"B": 6}, share=100, hold_out=0)
    begin(actor("marketer"), one)
    start = stored(one).starts_at
    assert start is not None
    dues = {m.due_at for m in messages_of(one)}
    assert dues == {start, start + timedelta(hours=6)}
    assert stored(one).rest_batch_id is None
    test = stored(one).test
    assert test is not None
    assert queries.decides_at(stored(one), test) == start + timedelta(hours=30)


def test_a_test_needs_two_variants_and_shares_that_fit(app: Flask, actor: Any) -> None:
    marketer = actor("marketer")
    single = draft(marketer, segment(people(3)))
    with pytest.raises(Refused, match="two variants"), unit_of_work():
        services.set_up(marketer, single, {}, **TERMS)
    one = agreed(marketer, 3)
    for wrong in ({"share": 95}, {"default_label": "C"}):
        with pytest.raises(Refused), unit_of_work():
            services.set_up(marketer, one, {}, **TERMS | wrong)
    with unit_of_work():
        services.call_off(marketer, one)
    assert stored(one).test is None
    assert [variant.share for variant in stored(one).variants] == [50, 50]


def test_looks_are_taken_at_a_pace_that_fits_the_test(app: Flask, actor: Any) -> None:
    one = agreed(actor("marketer"), 30)
    assert services.tests_due(clock.now()) == []
    begin(actor("marketer"), one)
    look_at_tests()
    look_at_tests()
    assert db.session.scalar(select(func.count()).select_from(BroadcastLook)) == 1
    assert services.tests_due(clock.now() + timedelta(minutes=31)) == [one]
    assert pause_between_looks(24) == timedelta(minutes=30)
    assert pause_between_looks(1) == timedelta(minutes=1, seconds=15)


def test_the_pages_of_a_test(app: Flask, actor: Any, client_of: Callable[[str], Any]) -> None:
    one = agreed(actor("marketer"), 60)
    page, marketer = f"/broadcasts/{one}/test", client_of("marketer")
    assert "You need <b" in marketer.get(f"{page}?rate=20&more=2").text
    terms = {
        "metric": "opens",
        "method": "fixed",
        "hours": 4,
        "minimum": 20,
        "share": 50,
        "hold_out": 0,
        "default_label": "B",
    }
    assert marketer.post(page, data=terms | {"delays-0": 0, "delays-1": 2}).status_code == 303
    kept = stored(one).test
    assert kept is not None
    assert (kept.metric, kept.hours, [v.delay for v in stored(one).variants]) == (Metric.OPENS, 4, [0, 2])
    assert "6,509" in marketer.get(f"{page}?rate=20&more=2", htmx="test").text
    refused = marketer.post(page, data=terms | {"hours": 0})
    assert refused.status_code == 422
    begin(actor("marketer"), one)
    send_by(Capture())
    look(one)
    look(one)
    assert "Still running" in client_of("leader").get(page).text
    assert "End the test" not in client_of("leader").get(page).text
    assert client_of("leader").post(f"{page}/end", data={"label": "A"}).status_code == 403
    assert marketer.post(f"{page}/end", data={"label": "X"}).status_code == 422
    assert marketer.post(f"{page}/end", data={"label": "A"}).status_code == 303
    assert "ended the test early" in marketer.get(page).text
    assert marketer.post(page, data=terms).status_code == 422  # on its way
    states = Counter(m.state for m in db.session.scalars(select(Message).where(Message.record_id == one)))
    assert states[MessageState.SENT] > 0


def test_each_variant_is_checked_with_its_own_subject(app: Flask, actor: Any) -> None:
    marketer = actor("marketer")
    one = agreed(marketer, 4)
    with unit_of_work(), act_as(marketer):
        services.change_variant(marketer, one, "B", {"subject": "Hello {{ contact.nickname }}, WIN BIG!!!"})
    broadcast = stored(one)
    found = {
        variant.label: {finding.code for finding in queries.findings(marketer, broadcast, variant)}
        for variant in broadcast.variants
    }
    assert found == {"A": {"no_default", "no_preheader"}, "B": {"shouting", "unknown_field", "no_preheader"}}
