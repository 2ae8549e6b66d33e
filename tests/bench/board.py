"""W2: the pipeline board for the head of sales, beside the SQL and the plain HTML that such a page cannot do without."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import escape

from flask.testing import FlaskClient
from sqlalchemy import text

from portal.kernel.db import db
from tests import world
from tests.conftest import Client

from .frame import Pair, Round, one_by_one, require
from .place import Place
from .rows import fill

TITLE = "pipeline board, server time of one page"
UNIT = "pages"
SIZE = 10_000  # open deals
LOOKS = 10
CARDS = 40  # per lane, as the board shows
BROWSER = {"Accept-Encoding": "gzip, deflate, br"}
ASSET = re.compile(r'(?:href|src)="(/static/[^"#]+)')
URL = re.compile(r"url\(([^)]+)\)")


@contextmanager
def prepare(place: Place, size: int) -> Iterator[Pair]:
    app = place.app()
    app.test_client_class = Client
    with app.app_context():
        world.populate()
        fill(size, ("opportunities",))
        client = app.test_client().sign_in(world.user("leader"))  # type: ignore[attr-defined]
        db.session.remove()

        def send(path: str) -> bytes:
            """As a browser gets it, compressed; our own client would parse it, which takes its time."""
            answer = FlaskClient.open(client, path, headers=BROWSER)
            require(answer.status_code == 200, f"{path} answered {answer.status_code}")
            return answer.data

        page = FlaskClient.open(client, "/opportunities/board").text
        cards = page.count('class="card deal"')
        require(cards >= min(4 * CARDS, size), f"only {cards} cards are shown")
        require(f"{size} open deals" in page.replace(",", ""), "the board does not count every deal")

        def ours() -> Round:
            return one_by_one([partial(send, "/opportunities/board")] * LOOKS)

        def floor() -> Round:
            return one_by_one([partial(_plainly, size)] * LOOKS)

        def further() -> dict[str, str]:
            sent, assets = len(send("/opportunities/board")), [len(send(path)) for path in _assets(client, page)]
            return {
                "page": f"{cards} cards, {len(page) / 1000:,.0f} kB, {sent / 1000:,.1f} kB as sent",
                "all": f"{(sent + sum(assets)) / 1000:,.1f} kB as sent with {len(assets)} assets on the first visit",
            }

        yield Pair(ours=ours, floor=floor, further=further)
        db.session.remove()


def _plainly(size: int) -> str:
    """Sums of the lanes and the first cards of each, in as few statements and tags as it takes."""
    sums = "SELECT stage, count(*), sum(amount) FROM opportunity WHERE state = 'open' GROUP BY stage"
    lanes = db.session.execute(text(sums)).all()
    cards = (
        "SELECT o.id, o.name, o.amount, o.close_on, o.next_step, a.name FROM opportunity o JOIN account a ON a.id = "
        "o.account_id WHERE o.state = 'open' AND o.stage = :stage ORDER BY o.close_on, o.id LIMIT :cards"
    )
    parts = []
    for stage, number, amount in lanes:
        parts.append(f"<section><h2>{stage} {number} {amount}</h2><ul>")
        for row in db.session.execute(text(cards), {"stage": stage, "cards": CARDS}):
            parts.append(
                f'<li><a href="/{row[0]}">{escape(row[5])}</a><p>{escape(row[1])}</p>{row[2]} {row[3]} {row[4]}'
            )
        parts.append("</ul></section>")
    db.session.rollback()
    require(sum(lane[1] for lane in lanes) == size, "the floor does not count every deal")
    return "".join(parts)


def _assets(client: FlaskClient, page: str) -> set[str]:
    """What the page and its stylesheets ask for."""
    named = {path.replace("&amp;", "&") for path in ASSET.findall(page)}
    icons = {path.split("#")[0] for path in re.findall(r'href="(/static/icons[^"]+)"', page)}
    for path in [one for one in named if ".css" in one]:
        fonts = (font.strip("\"' ") for font in URL.findall(FlaskClient.open(client, path).text))
        named |= {f"/static/{font.split('/')[-1]}" for font in fonts if "latin.woff2" in font} - {
            p.split("?")[0] for p in named
        }
    return named | icons
