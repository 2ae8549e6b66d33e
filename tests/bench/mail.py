"""W3: one worker hands mail over, beside the same 30 kB messages, written beforehand, through one kept smtplib connection."""

import shutil
import smtplib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count

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

from .frame import Pair, Round, one_by_one, require
from .place import Place, free_port

TITLE = "mail by one worker: claimed, checked, written, handed over, settled, each with its own commit"
UNIT = "messages"
SIZE = 1_000
PARAGRAPH = "<p>Thank you for the order. Everything about it is written on the following pages, line by line.</p>\n"
HTML = "<html><body>" + PARAGRAPH * (30_000 // len(PARAGRAPH)) + "</body></html>"


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    port = _sink(place)
    with place.app(smtp_url=f"smtp://127.0.0.1:{port}").app_context():
        become(SYSTEM)
        world.populate()
        with unit_of_work():
            content = MessageContent(subject="Your order", text="Thank you for the order.", html=HTML)
            db.session.add(content)
            db.session.flush()
            content_id = content.id
        numbers = count()

        def ours() -> Round:
            before = _sent()
            _write(content_id, [next(numbers) for _ in range(size)])
            each: list[float] = []
            started = time.perf_counter()
            while True:
                begun = time.perf_counter()
                done = sweep("mail")
                if not done:
                    break
                each += [(time.perf_counter() - begun) / done] * done
            took = time.perf_counter() - started
            require(_sent() == before + size, f"{_sent() - before} of {size} were sent")
            return Round(took, each)

        def floor() -> Round:
            rows = db.session.execute(select(*Message.__table__.c).limit(size)).all()
            stored = db.session.execute(select(*MessageContent.__table__.c)).one()
            built = [(row.address, compose(row, stored, Mailbox("sales@example.com", "Bench"))) for row in rows]
            db.session.rollback()
            with smtplib.SMTP("127.0.0.1", port, "localhost") as link:
                return one_by_one(partial(link.sendmail, "sales@example.com", [to], raw) for to, raw in built)

        yield Pair(ours=ours, floor=floor)
        db.session.remove()


def _sink(place: Place) -> int:
    """A mail server that takes everything and keeps nothing; its port."""
    program = shutil.which("smtp-sink", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    require(program is not None, "there is no smtp-sink: apt-get install postfix")
    port = free_port()
    place.start([str(program), "-u", "nobody", f"127.0.0.1:{port}", "1000"])
    for _ in range(200):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            break
        time.sleep(0.02)
    return port


def _write(content_id: int, numbers: list[int]) -> None:
    rows = [_row(number, content_id) for number in numbers]
    with unit_of_work():
        for start in range(0, len(rows), 500):
            insert_ignore(Message, rows[start : start + 500])


def _row(number: int, content_id: int) -> dict[str, object]:
    address = f"person{number}@example.com"
    return {
        "reason": f"bench:{number}", "channel": Channel.EMAIL, "purpose": Purpose.TRANSACTIONAL, "priority": 9,
        "address": address, "address_hash": address_hash(Channel.EMAIL, address), "recipient": f"Person {number}",
        "content_id": content_id, "message_id": f"<bench{number}@example.com>", "state": MessageState.QUEUED,
        "state_reason": "", "due_at": clock.now(), "attempt": 0, "resent": False, "created_at": clock.now(),
    }  # fmt: skip


def _sent() -> int:
    found: int = (
        db.session.scalar(select(func.count()).select_from(Message).where(Message.state == MessageState.SENT)) or 0
    )
    db.session.rollback()
    return found
