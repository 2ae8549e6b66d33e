"""How fast one worker hands mail over, beside the floor: the same 30 kB messages through one kept smtplib connection.

Run: python -m tests.bench.mail [messages]
"""

import json
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import func, select

from jobs.worker import sweep
from portal.consent.rules import address_hash
from portal.consent.states import Channel, Purpose
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, become
from portal.kernel.db import db, unit_of_work
from portal.kernel.mime import Mailbox
from portal.kernel.upsert import insert_ignore
from portal.messages.models import Message, MessageContent
from portal.messages.services.letters import compose
from portal.messages.states import MessageState
from tests import world
from tests.conftest import create_schema, test_settings
from wsgi import make_app

SINK = "/usr/sbin/smtp-sink"
PARAGRAPH = "<p>Thank you for the order. Everything about it is written on the following pages, line by line.</p>\n"


@contextmanager
def sink() -> Iterator[int]:
    """A mail server that takes everything and keeps nothing; gives its port."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    process = subprocess.Popen([SINK, "-u", "nobody", f"127.0.0.1:{port}", "1000"])
    try:
        for _ in range(100):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait()


def write_messages(count: int) -> None:
    now = clock.now()
    html = "<html><body>" + PARAGRAPH * (30_000 // len(PARAGRAPH)) + "</body></html>"
    with unit_of_work():
        content = MessageContent(subject="Your order", text="Thank you for the order.", html=html)
        db.session.add(content)
        db.session.flush()
        rows = [_row(number, content.id, now) for number in range(count)]
        for start in range(0, count, 1_000):
            insert_ignore(Message, rows[start : start + 1_000])


def _row(number: int, content_id: int, now: object) -> dict[str, object]:
    address = f"person{number}@example.com"
    return {
        "reason": f"bench:{number}", "channel": Channel.EMAIL, "purpose": Purpose.TRANSACTIONAL, "priority": 9,
        "address": address, "address_hash": address_hash(Channel.EMAIL, address), "recipient": f"Person {number}",
        "content_id": content_id, "message_id": f"<bench{number}@example.com>", "state": MessageState.QUEUED,
        "state_reason": "", "due_at": now, "attempt": 0, "resent": False, "created_at": now,
    }  # fmt: skip


def floor(port: int, count: int) -> float:
    """Messages a second through one kept smtplib connection, built beforehand."""
    rows = db.session.execute(select(*Message.__table__.c).limit(count)).all()
    content = db.session.execute(select(*MessageContent.__table__.c)).one()
    house = Mailbox("sales@example.com", "Bench")
    built = [(row.address, compose(row, content, house)) for row in rows]
    db.session.rollback()
    with smtplib.SMTP("127.0.0.1", port, "localhost") as smtp:
        started = time.perf_counter()
        for address, raw in built:
            smtp.sendmail("sales@example.com", [address], raw)
        return count / (time.perf_counter() - started)


def ours(count: int) -> float:
    """Messages a second by one worker: claimed, checked, built, handed over, settled, each with its own commit."""
    started = time.perf_counter()
    while sweep("mail"):
        pass
    took = time.perf_counter() - started
    sent = db.session.scalar(select(func.count()).select_from(Message).where(Message.state == MessageState.SENT))
    assert sent == count, f"{sent} of {count} were sent"
    return count / took


def bench(count: int = 2_000) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, sink() as port:
        app = make_app(test_settings(Path(folder), smtp_url=f"smtp://127.0.0.1:{port}"))
        with app.app_context():
            become(SYSTEM)
            create_schema(db.engine)
            world.populate()
            write_messages(count)
            floors = [floor(port, count)]
            rate = ours(count)
            floors.append(floor(port, count))
            db.session.remove()
            db.engine.dispose()
    lowest = sum(floors) / 2
    return {"floor_per_second": round(lowest), "ours_per_second": round(rate), "ratio": round(rate / lowest, 2)}


if __name__ == "__main__":
    print(json.dumps(bench(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)))
