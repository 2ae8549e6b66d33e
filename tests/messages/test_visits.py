"""The pixel and the links: what they answer, what the log keeps of it, and what the job makes of that."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from jobs import tracking
from jobs.tracking import judge_visits, read_log
from jobs.workspace import Slice, Work
from portal.consent.services import record
from portal.consent.states import Channel, ConsentState, Purpose
from portal.kernel import clock, spool
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message, MessageEvent, MessageLink
from portal.messages.queries.visits import visits_wait
from portal.messages.rules.tracking import fill, make_token, mark_links
from portal.messages.services.visits import judge_again
from portal.messages.states import Verdict
from portal.workspace.models import LongWork
from tests.conftest import Client
from tests.world import run_jobs

from .makers import email

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
HTML = '<p data-block="b"><a href="https://shop.example/ä?x=1&amp;y=2">Shop</a> <a href="{{ links.unsubscribe }}">Stop</a></p>'


@pytest.fixture
def mail(app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Message:
    """A message with links; the log is one's own and ready to be read at once."""
    front: Any = app.wsgi_app
    monkeypatch.setattr(front, "_spool", spool.Spool(tmp_path))
    monkeypatch.setitem(app.extensions, "tracking", front._spool)
    monkeypatch.setattr(spool.Spool, "finished", lambda self: sorted(self._folder.glob("*.lines")))
    front._urls.cache_clear()
    message = db.session.get_one(Message, email())
    with unit_of_work():
        message.sent_at = clock.now() - timedelta(hours=1)

        for link in mark_links(HTML)[1]:
            db.session.add(MessageLink(content_id=message.content_id, **link._asdict()))
    return message


def token_of(mail: Message) -> str:
    return make_token(mail.id, mail.content_id)


def events() -> list[MessageEvent]:
    return list(db.session.scalars(select(MessageEvent).order_by(MessageEvent.id)))


def test_an_opening_is_logged_and_kept_once(mail: Message, client: Client, app: Flask) -> None:
    answer = client.get(f"/e/o/{token_of(mail)}.gif", headers=BROWSER)
    assert (answer.status_code, answer.mimetype, answer.data[:6]) == (200, "image/gif", b"GIF89a")
    assert "no-store" in answer.headers["Cache-Control"]
    assert events() == []  # the request itself touches nothing
    file = app.extensions["tracking"].finished()[0]
    lines = file.read_bytes()
    assert read_log("w") == 1
    file.write_bytes(lines)  # the worker ended between the commit and the removal
    assert read_log("w") == 0
    (event,) = events()
    assert (event.kind, event.message_id, event.network, event.verdict) == ("opened", mail.id, "127.0.0.0/24", None)


def test_a_click_leads_where_the_mail_said(mail: Message, client: Client) -> None:
    answer = client.get(f"/e/c/{token_of(mail)}/0", headers=BROWSER)
    assert (answer.status_code, answer.location) == (302, "https://shop.example/%C3%A4?x=1&y=2")
    marked = mark_links(HTML)[0].replace("{{ links.unsubscribe }}", "https://portal.test/c/1-a")
    html = fill(marked, mail.id, mail.content_id, "")
    personal = html.split('href="')[2].split('"')[0].replace("&amp;", "&")
    assert client.get(personal, headers=BROWSER).location == "https://portal.test/c/1-a"
    assert client.get(personal.replace("portal.test", "evil.example"), headers=BROWSER).status_code == 404
    read_log("w")
    assert [(event.kind, event.link) for event in events()] == [("clicked", 0), ("clicked", 1)]
    db.session.refresh(mail)
    assert mail.opened_at
    assert mail.clicked_at == events()[0].at


@pytest.mark.parametrize(
    "path", ["/e/o/nonsense.gif", "/e/c/nonsense/0", "/e/c/{}/7", "/e/c/{}/x", "/e/c/{}", "/e/c/{}/0/1"]
)
def test_what_we_did_not_write_leads_nowhere(mail: Message, client: Client, path: str) -> None:
    assert client.get(path.format(token_of(mail)), headers=BROWSER).status_code == 404
    assert client.post(f"/e/c/{token_of(mail)}/0").status_code in (404, 405)
    assert read_log("w") == 0


def test_who_asks_not_to_be_followed_is_not(mail: Message, client: Client) -> None:
    for header in ({"DNT": "1"}, {"Sec-GPC": "1"}):
        client.get(f"/e/o/{token_of(mail)}.gif", headers=BROWSER | header)
        assert client.get(f"/e/c/{token_of(mail)}/0", headers=BROWSER | header).status_code == 302
    assert read_log("w") == 2
    assert events() == []
    assert db.session.scalar(select(MessageLink.anonymous).where(MessageLink.position == 0)) == 2


def test_who_withdrew_later_is_counted_without_a_name(mail: Message, client: Client) -> None:
    with unit_of_work():
        record(Channel.EMAIL, mail.address, Purpose.TRACKING, ConsentState.OPTED_OUT, source="test")
    client.get(f"/e/o/{token_of(mail)}.gif", headers=BROWSER)
    client.get(f"/e/c/{token_of(mail)}/0", headers=BROWSER)
    read_log("w")
    assert events() == []
    assert db.session.scalar(select(MessageLink.anonymous).where(MessageLink.position == 0)) == 1


def test_looking_ahead_is_told_from_reading(mail: Message, client: Client) -> None:
    assert client.head(f"/e/c/{token_of(mail)}/0", headers=BROWSER).status_code == 302
    client.get(f"/e/c/{token_of(mail)}/0", headers=BROWSER | {"Sec-Purpose": "prefetch;prerender"})
    assert client.get(f"/e/c/{token_of(mail)}/-1", headers=BROWSER).status_code == 204
    read_log("w")
    assert [event.method for event in events()] == ["HEAD", "PREFETCH", "GET"]


def test_visits_are_judged_when_their_neighbours_are_known(mail: Message, client: Client) -> None:
    client.get(f"/e/c/{token_of(mail)}/0", headers=BROWSER)
    read_log("w")
    assert not visits_wait()
    with clock.frozen(datetime.now(UTC) + timedelta(seconds=20)):
        assert visits_wait()
        assert judge_visits("w") == 1
        assert not visits_wait()
    db.session.refresh(mail)
    assert events()[0].verdict == Verdict.HUMAN
    assert mail.human_clicked_at == mail.clicked_at


def test_a_better_rule_judges_history_again(mail: Message, client: Client, app: Flask) -> None:
    told = ["clicked", mail.id, mail.content_id, 0, clock.now().timestamp(), "17.1.2.0/24", "GET", "Mail/1"]
    app.extensions["tracking"].append(json.dumps(told).encode())
    read_log("w")
    with unit_of_work():
        event = events()[0]
        event.verdict, event.why = Verdict.HUMAN, "By an old rule"
        mail.human_clicked_at = event.at
    with unit_of_work():
        assert judge_again([mail.id]) == 1
    db.session.expire_all()
    assert events()[0].verdict == Verdict.PROXY
    assert mail.human_clicked_at is None
    assert mail.clicked_at


def test_the_operator_judges_all_of_history_again(command_line: Callable[..., tuple[int, str]]) -> None:
    number = email()
    with unit_of_work():
        db.session.add_all(
            MessageEvent(
                message_id=number, kind="opened", network="192.0.2.0/24", method="GET", user_agent=agent,
                verdict=Verdict.HUMAN, why="By an old rule",
            )
            for agent in ("curl/8", BROWSER["User-Agent"])
        )  # fmt: skip
    code, told = command_line("messages", "reclassify")
    assert (code, told.splitlines()[-1]) == (0, "1 messages looked at, 2 verdicts changed")
    db.session.rollback()
    assert [event.verdict for event in events()] == [Verdict.SCANNER, Verdict.HUMAN]


def test_the_page_judges_all_of_history_again(mail: Message, client_of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = [mail.id, email(), email()]
    old = {"kind": "opened", "network": "192.0.2.0/24", "method": "GET", "user_agent": "curl/8", "verdict": Verdict.HUMAN}
    with unit_of_work():
        db.session.add_all(MessageEvent(message_id=number, why="By an old rule", **old) for number in numbers)
    marketer, operator = client_of("marketer"), client_of("operator")
    assert "Judge all history again" not in marketer.get("/messages/machines").text
    assert marketer.post("/messages/judgement").status_code == 403
    assert "GoogleImageProxy" in operator.get("/messages/machines").text
    assert operator.post("/messages/judgement").status_code == 303
    assert operator.post("/messages/judgement").status_code == 303  # that one goes on
    work = db.session.scalars(select(LongWork)).one()
    assert "Judging all openings and clicks again" in operator.get("/messages/machines").text
    pieces = tracking.judge_history(Work(SYSTEM, {}, work.done))
    monkeypatch.setattr(tracking, "SLICE", 1)
    first = next(pieces)
    assert (first.rows, work.total) == (numbers[0], numbers[-1])
    later = tracking.judge_history(Work(SYSTEM, {}, first.rows))  # the first worker was lost behind its slice
    with unit_of_work():
        assert [piece.act().changed for piece in [first, *later] if isinstance(piece, Slice)] == [1, 1, 1]
    run_jobs()
    assert db.session.get_one(LongWork, work.id).done == numbers[-1]
    assert {event.verdict for event in events()} == {Verdict.SCANNER}


def test_the_page_of_the_message_says_who_came_and_why(mail: Message, client: Client, client_of: Any) -> None:
    client.get(f"/e/c/{token_of(mail)}/0", headers=BROWSER)
    client.get(f"/e/c/{token_of(mail)}/-1", headers=BROWSER)
    read_log("w")
    with clock.frozen(datetime.now(UTC) + timedelta(seconds=20)):
        judge_visits("w")
    shown = client_of("marketer").get(f"/messages/{mail.id}").text
    for words in ("https://shop.example/", "A link that nobody sees", "Scanner", "Followed a link that nobody sees"):
        assert words in shown
