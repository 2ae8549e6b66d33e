"""kill -9 of the mail worker, again and again, while messages go out."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from jobs.schedule import TICK
from portal.broadcasts.models import Tally
from portal.broadcasts.services import count_due, recount, uncounted
from portal.broadcasts.states import Dimension
from portal.consent.models import Consent
from portal.consent.rules import address_hash
from portal.consent.states import Channel, ConsentState, Purpose
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.kernel.upsert import insert_ignore
from portal.messages.models import Message, MessageBatch
from portal.messages.rules import LEASE
from portal.messages.services import open_batch, run_batch, write_content
from portal.messages.states import BatchState
from portal.messages.states import MessageState as S
from tests.messages.makers import MailServer, mail_server

MESSAGES = int(os.environ.get("KILL_MESSAGES", "2000"))  # KILL_MESSAGES=10000 for the whole promise
KILLS = max(30, MESSAGES // 60)
STANDSTILL = 60.0  # seconds: what the real lease promises
SHORT_LEASE = 1.0  # so that the test takes seconds; what holds for the real one is asserted below


def write_messages(numbers: range) -> None:
    """Three of four are marketing with consent, in a batch that says what they say; the rest stands alone."""
    now = clock.now()
    with unit_of_work():
        content = write_content(subject="News", text="News", html="<p>News</p>" * 200)
        batch = open_batch(Channel.EMAIL, "broadcasts", 1, content_id=content.id)
        run_batch(batch.id)
        rows, consents = [], []
        for number in numbers:
            address = f"person{number}@example.com"
            purpose = Purpose.TRANSACTIONAL if number % 4 == 0 else Purpose.COMMERCIAL
            consents.append(
                {"channel": Channel.EMAIL, "address": address, "purpose": Purpose.COMMERCIAL, "at": now}
                | {"state": ConsentState.OPTED_IN}
            )
            rows.append(
                {
                    "reason": f"kill:{number}", "channel": Channel.EMAIL, "purpose": purpose, "priority": 5,
                    "address": address, "address_hash": address_hash(Channel.EMAIL, address), "recipient": "",
                    "content_id": None if number % 4 else content.id, "batch_id": batch.id if number % 4 else None,
                    "domain": "example.com", "message_id": f"<kill{number}@example.com>", "state": S.QUEUED,
                    "state_reason": "", "due_at": now, "attempt": 0, "resent": False, "created_at": now,
                }
            )  # fmt: skip
        for start in range(0, len(rows), 500):
            insert_ignore(Consent, consents[start : start + 500])
            insert_ignore(Message, rows[start : start + 500])
        recount([batch.id])


@contextmanager
def nursery(folder: Path, database_url: str, server: MailServer) -> Iterator[Callable[[], int]]:
    """Gives a function that starts a worker and returns its process id."""
    command = [sys.executable, "-m", "tests.messages.nursery", str(folder), database_url, server.url, str(SHORT_LEASE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        alive: list[int] = []

        def start() -> int:
            process.stdin.write("go\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            alive.append(int(process.stdout.readline()))  # type: ignore[union-attr]
            return alive[-1]

        try:
            yield start
        finally:
            for pid in alive:
                kill(pid)
            process.kill()


def kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # dead already


def count(*states: S) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Message).where(Message.state.in_(states))) or 0


def running() -> bool:
    db.session.rollback()
    return db.session.scalar(select(MessageBatch.id).where(MessageBatch.state == BatchState.RUNNING)) is not None


def wait_for(done: Callable[[], bool], what: str, moves: Callable[[], object] = lambda: None) -> float:
    """Returns how long it took. A slow machine may take its time, but a minute without anything that `moves` is too long."""
    started = moved = time.monotonic()
    before = moves()
    while not done():
        if (now := moves()) != before:
            before, moved = now, time.monotonic()
        if time.monotonic() - moved > STANDSTILL:
            states = db.session.execute(select(Message.state, func.count()).group_by(Message.state)).all()
            raise AssertionError(f"{what}: {states}")
        db.session.rollback()  # PostgreSQL ends who waits in a transaction
        time.sleep(0.05)
    return time.monotonic() - started


def tallies() -> dict[str, int]:
    """What the reports say of all batches together, once everything that changed is counted."""
    while uncounted():
        count_due()
    names = ("recipients", "sent", "uncertain", "failed", "suppressed", "cancelled")
    columns = [func.coalesce(func.sum(getattr(Tally, name)), 0) for name in names]
    row = db.session.execute(select(*columns).where(Tally.dimension == Dimension.ALL)).one()
    return dict(zip(names, map(int, row), strict=True))


def kill_while_they_send(server: MailServer, start: Callable[[], int]) -> int:
    """One of two workers dies again and again, from the first message to the last; the reports count meanwhile."""
    chance, kills = random.Random(7), 0
    workers = [start(), start()]
    while kills < KILLS and count(S.QUEUED, S.SENDING):
        next_at = (kills + 1) * MESSAGES // (KILLS + 2)
        wait_for(lambda at=next_at: server.taken() >= at, "sending did not resume by itself", server.taken)  # type: ignore[misc]
        time.sleep(chance.uniform(0, 0.05))
        kill(workers.pop(chance.randrange(2)))
        kills += 1
        workers.append(start())
        count_due(0.01)
    return kills


def test_a_killed_worker_loses_nothing_and_repeats_no_marketing(live_app: Flask, tmp_path: Path) -> None:
    write_messages(range(1))
    url = live_app.extensions["settings"].database_url
    with mail_server(tmp_path) as server, nursery(tmp_path, url, server) as start:
        write_messages(range(1, MESSAGES))
        kills = kill_while_they_send(server, start)
        sent_before = count(S.SENT)
        resumed = wait_for(lambda: count(S.SENT) > sent_before, "sending did not resume by itself")
        start()  # the rest goes faster with three
        settled = wait_for(lambda: not count(S.QUEUED, S.DEFERRED, S.SENDING), "some messages hang", server.taken)
        wait_for(lambda: not running(), "the batch does not end")
        accepted = Counter(line.split()[1] for line in server.accepted())
    marketing = {f"<kill{n}@example.com>" for n in range(MESSAGES) if n % 4}
    every = {f"<kill{n}@example.com>" for n in range(MESSAGES)}
    uncertain = set(db.session.scalars(select(Message.message_id).where(Message.state == S.UNCERTAIN)))
    sent = set(db.session.scalars(select(Message.message_id).where(Message.state == S.SENT)))
    resent = set(db.session.scalars(select(Message.message_id).where(Message.resent)))
    again = {key: times for key, times in accepted.items() if times > 1}
    print(
        f"{MESSAGES} messages, {kills} kills: {len(every - sent - uncertain)} lost, {len(marketing & set(again))} marketing "
        f"twice, {len(uncertain)} uncertain, {len(again)} transactional twice; resumed {resumed:.1f} s and settled "
        f"{settled:.1f} s after the last kill; {tallies()}"
    )

    assert kills == KILLS, "the messages were out before the kills: slow the server down"
    assert sent | uncertain == every
    assert sent <= set(accepted), "a message counts as sent that the server never took"
    assert not marketing & set(again), "marketing went out twice"
    assert all(times == 2 for times in again.values())
    assert len(uncertain) + len(again) <= kills
    assert uncertain <= marketing | resent, "transactional mail is sent once more first"
    assert count(*S) == MESSAGES
    assert tallies() == dict.fromkeys(tallies(), 0) | {
        "recipients": len(marketing), "sent": len(marketing & sent), "uncertain": len(marketing & uncertain)
    }  # fmt: skip
    assert db.session.scalars(select(MessageBatch.state).order_by(MessageBatch.id.desc())).first() == BatchState.DONE


def test_the_real_lease_keeps_the_promise_of_a_minute() -> None:
    assert timedelta(seconds=TICK) * 2 + LEASE <= timedelta(seconds=60)
