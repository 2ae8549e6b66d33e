"""The report and the click map of a mailing, beside counting its messages plainly."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.broadcasts.services import count_due
from portal.kernel.actor import SYSTEM, become
from portal.kernel.db import db
from portal.messages.models import Message, MessageEvent
from tests import world
from tests.conftest import Client

from .frame import Pair, Round, one_by_one, require
from .mailing import fill
from .place import Place

TITLE = "report and click map of one mailing, server time of one page"
UNIT = "pages"
SIZE = 100_000  # recipients
LOOKS = 5


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    app = place.app()
    app.test_client_class = Client
    with app.app_context():
        become(SYSTEM)
        world.populate()
        made = fill(size)
        started = time.perf_counter()
        slices = 0
        while done := count_due(60):
            slices += done
        counted = time.perf_counter() - started
        client = app.test_client().sign_in(world.user("leader"))  # type: ignore[attr-defined]
        db.session.remove()
        pages = [f"/broadcasts/{made.id}/{part}" for part in ("report", "clicks", "clicks/mail")]

        def ours() -> Round:
            return one_by_one(partial(_page, client, path) for path in pages for _ in range(LOOKS))

        def floor() -> Round:
            return one_by_one(partial(_plainly, list(made.batches.values()), size) for _ in range(len(pages) * LOOKS))

        require(f"{size:,}" in _page(client, pages[0]), "the report does not count everybody")
        notes = {"counting": f"{counted:.1f} s for all {slices} slices, {counted / slices * 1000:.0f} ms each"}
        notes |= {path.rpartition("/")[2]: _told(client, path) for path in [*pages, f"/broadcasts/{made.id}"]}
        yield Pair(ours=ours, floor=floor, notes=notes)
        db.session.remove()


def _page(client: FlaskClient, path: str) -> str:
    answer = FlaskClient.open(client, path)
    require(answer.status_code == 200, f"{path} answered {answer.status_code}")
    return answer.text


def _told(client: FlaskClient, path: str) -> str:
    _page(client, path)
    started, busy = time.perf_counter(), time.process_time()
    _page(client, path)
    took, busy = time.perf_counter() - started, time.process_time() - busy
    return f"{took * 1000:.0f} ms, {busy * 1000:.0f} ms of them at work in this process"


def _plainly(batches: list[int], size: int) -> None:
    """How many opened and clicked, and how often each link: without domains, devices and hours."""
    mine = Message.batch_id.in_(batches)
    row = db.session.execute(
        select(func.count(), func.count(Message.human_opened_at), func.count(Message.human_clicked_at)).where(mine)
    ).one()
    require(row[0] == size, "the floor does not count everybody")
    clicks = select(MessageEvent.link, func.count()).join(Message, Message.id == MessageEvent.message_id)
    db.session.execute(clicks.where(mine, MessageEvent.kind == "clicked").group_by(MessageEvent.link)).all()
    db.session.rollback()
