"""What happens between two workers, and between a worker and somebody who says no, in real transactions."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from portal.consent.models import ChannelPolicy
from portal.consent.services import suppress
from portal.consent.states import Channel, Purpose, SuppressionReason
from portal.kernel.actor import SYSTEM, act_as
from portal.kernel.db import db, unit_of_work
from portal.messages.models import MailPace, Message
from portal.messages.rules import Pace
from portal.messages.services import Letter, Way, deliver, delivery
from portal.messages.states import MessageState as S
from portal.web import transport
from portal.web.desk import desk
from portal.web.servers import parse_smtp
from portal.web.transport import SmtpTransport
from tests.messages.makers import SETTINGS, agree, email, mail_server, stored
from tests.messages.makers import send_by as send
from tests.messages.test_delivery import Recording
from tests.messages.test_pacing import batch, server


@contextmanager
def working(app: Flask, *turns: Callable[[], Any]) -> Iterator[list[threading.Thread]]:
    """Each turn in a thread with a session of its own, until all have ended."""

    def run(turn: Callable[[], Any]) -> None:
        with app.app_context(), act_as(SYSTEM):
            turn()
            db.session.remove()

    threads = [threading.Thread(target=run, args=(turn,)) for turn in turns]
    for thread in threads:
        thread.start()
    yield threads
    for thread in threads:
        thread.join(30)
        assert not thread.is_alive()


@contextmanager
def at_marking(when: str, act: Callable[[], None]) -> Iterator[None]:
    """`act` runs in the transaction that marks a message, before or after its statement."""

    def look(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("UPDATE message SET") and "state='sending', attempt=" in statement:
            act()

    event.listen(db.engine, f"{when}_cursor_execute", look)
    try:
        yield
    finally:
        event.remove(db.engine, f"{when}_cursor_execute", look)


@pytest.mark.postgresql
def test_two_workers_do_not_pass_a_cap_together(live_app: Flask) -> None:
    """Both mark a message to the same address before either commits, unless one waits for the other."""
    agree("ann@example.com")
    with unit_of_work():
        db.session.add(ChannelPolicy(channel=Channel.EMAIL, per_day=1))
    numbers = [email("ann@example.com", purpose=Purpose.COMMERCIAL) for _ in range(2)]
    both = threading.Barrier(2)

    def meet() -> None:
        try:
            both.wait(1)
        except threading.BrokenBarrierError:
            return  # the other one waits for us

    ways = [Recording(), Recording()]
    turns = [lambda n=n: send(ways[n], worker=f"w{n}", slice=1) for n in range(2)]  # type: ignore[misc]
    with at_marking("after", meet), working(live_app, *turns):
        pass
    assert len(ways[0].letters) + len(ways[1].letters) == 1
    assert sorted(stored(number).state for number in numbers) == [S.SENT, S.SUPPRESSED]


def test_a_block_between_the_claim_and_the_mark_always_wins(live_app: Flask) -> None:
    """Both workers hold their slice when people begin to say no; who said it before the mark gets nothing."""
    people = [f"p{n}@example.com" for n in range(60)]
    for one in people:
        agree(one)
    numbers = [email(one, purpose=Purpose.COMMERCIAL) for one in people]
    mine, begun = threading.local(), threading.Event()
    marked_at: dict[str, float] = {}
    blocked_at: dict[str, float] = {}

    def remember() -> None:
        mine.marked = time.monotonic()

    def note(letter: Letter) -> None:
        marked_at[letter.address] = mine.marked
        begun.set()
        time.sleep(0.01)

    def say_no() -> None:
        assert begun.wait(20)
        for one in reversed(people):
            with unit_of_work():
                suppress(Channel.EMAIL, one, SuppressionReason.COMPLAINT)
            blocked_at[one] = time.monotonic()

    workers = [lambda n=n: send(Recording(note), worker=f"w{n}", slice=30) for n in range(2)]  # type: ignore[misc]
    with at_marking("before", remember), working(live_app, *workers, say_no):
        pass
    messages = [stored(number) for number in numbers]
    assert {one.address for one in messages if one.state == S.SENT} == set(marked_at)
    stopped = [one for one in messages if one.state == S.SUPPRESSED and one.worker]
    assert marked_at, "nothing went out: there was no race"
    assert stopped, "nobody was blocked after the claim: there was no race"
    assert {one.state_reason for one in stopped} == {"complaint"}
    assert not [one for one in marked_at if blocked_at[one] < marked_at[one]]


def test_an_invoice_does_not_wait_behind_a_silent_server(
    live_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (transport, delivery):
        monkeypatch.setattr(module, "RENEW_AFTER", 0.3)
    monkeypatch.setattr(transport, "COMMAND", 6.0)
    made, first, second = batch(1, "slow.example"), server(name="A"), server(name="B", bulk=False)
    with mail_server(tmp_path, "mute") as mute, mail_server(tmp_path) as good:
        ways = [Way(SmtpTransport(parse_smtp(one.url)), key) for one, key in ((mute, first), (good, second))]
        with working(live_app, lambda: deliver(Channel.EMAIL, ways, "w1", desk(SETTINGS), Pace())):
            wait_for(lambda: in_batch(made) == S.SENDING)
            invoice = email("bea@example.com")
            wait_for(lambda: stored(invoice).state == S.SENT)
            assert in_batch(made) == S.SENDING, "the invoice waited"
        assert [line.split()[0] for line in good.accepted()] == ["bea@example.com"]
    assert in_batch(made) == S.QUEUED
    resting = db.session.scalars(select(MailPace).where(MailPace.server_id == first, MailPace.domain == "")).one()
    assert resting.rest_until
    assert "no answer within 6 seconds" in resting.why


def in_batch(batch_id: int) -> S:
    db.session.rollback()
    return db.session.scalars(select(Message.state).where(Message.batch_id == batch_id)).one()


def wait_for(done: Callable[[], bool], seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < ends
        time.sleep(0.05)
