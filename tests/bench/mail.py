"""W3: one worker sends a mailing: personalised, tracked, a record for each. Beside it: the same bytes, written beforehand."""

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
from portal.accounts.models import Contact
from portal.consent.models import Consent
from portal.consent.rules import address_hash
from portal.consent.states import Channel, ConsentState, Purpose
from portal.kernel import clock
from portal.kernel.actor import SYSTEM, become
from portal.kernel.bulk import add_rows
from portal.kernel.db import db, unit_of_work
from portal.kernel.upsert import insert_rows
from portal.messages.models import Message
from portal.messages.rules.tracking import mark_links
from portal.messages.services import open_batch, run_batch, write_content
from portal.messages.services.letters import letters
from portal.messages.states import MessageState
from portal.web.desk import desk
from tests import world

from .frame import Pair, Round, one_by_one, require
from .place import Place, free_port

TITLE = "a mailing by one worker: claimed, checked, filled, links tracked, handed over, settled, each with its own commit"
UNIT = "messages"
SIZE = 1_000
HELLO = "<p>Dear {{ contact.first_name }}, this is what came new to {{ account.city | default: 'your town' }}.</p>"
PARAGRAPH = "<p>Thank you for your trust. Everything about it is written on the following pages, line by line.</p>\n"
LINKS = "".join(f'<p><a href="https://shop.example/{n}">Bicycle {n}</a></p>' for n in range(10))
FOOT = '<p>{{ company.name }}, {{ company.address }} <a href="{{ links.unsubscribe }}">Unsubscribe</a></p>'
HTML = "<html><body>" + HELLO + PARAGRAPH * (28_000 // len(PARAGRAPH)) + LINKS + FOOT + "</body></html>"
SUBJECT, TEXT = "News for {{ contact.first_name }}", "Thank you, {{ contact.first_name }}. {{ links.unsubscribe }}"


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    port = _sink(place)
    app = place.app(smtp_url=f"smtp://127.0.0.1:{port}")
    with app.app_context():
        become(SYSTEM)
        world.populate()
        with unit_of_work():
            html, _ = mark_links(HTML)
            content_id = write_content(subject=SUBJECT, text=TEXT, html=html, is_template=True).id
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
            ids = db.session.scalars(select(Message.id).order_by(Message.id.desc()).limit(size)).all()
            written = letters(Channel.EMAIL, ids, desk(app.extensions["settings"]), lambda *why: require(False, str(why)))
            built = [(letter.address, letter.raw) for letter in written]
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
    """Contacts who said yes, each with a message of a batch that runs."""
    now = clock.now()
    with unit_of_work():
        batch = open_batch(Channel.EMAIL, "broadcasts", 1, content_id=content_id)
        run_batch(batch.id)
        people = [{"first_name": f"Ann{n}", "last_name": "Ash", "email": _address(n)} for n in numbers]
        ids = add_rows(Contact, people)
        yes = {"channel": Channel.EMAIL, "purpose": Purpose.COMMERCIAL, "state": ConsentState.OPTED_IN, "at": now}
        insert_rows(Consent, [yes | {"address": person["email"]} for person in people])
        add_rows(Message, [_row(n, key, batch.id) for n, key in zip(numbers, ids, strict=True)])


def _address(number: int) -> str:
    return f"person{number}@example.com"


def _row(number: int, contact_id: int, batch_id: int) -> dict[str, object]:
    return {
        "reason": f"bench:{number}", "channel": Channel.EMAIL, "purpose": Purpose.COMMERCIAL, "priority": 9,
        "address": _address(number), "address_hash": address_hash(Channel.EMAIL, _address(number)),
        "recipient": f"Person {number}", "message_id": f"<bench{number}@example.com>", "domain": "example.com",
        "contact_id": contact_id, "batch_id": batch_id,
    }  # fmt: skip


def _sent() -> int:
    found: int = (
        db.session.scalar(select(func.count()).select_from(Message).where(Message.state == MessageState.SENT)) or 0
    )
    db.session.rollback()
    return found
