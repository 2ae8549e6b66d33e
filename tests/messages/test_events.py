"""Events are kept once and say when things happened first, in whatever order the news comes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.kernel.db import db, unit_of_work
from portal.messages.models import Message, MessageEvent, MessageLink
from portal.messages.services import News, record_event, record_events
from portal.messages.states import EventKind as K
from portal.messages.states import Verdict

from .makers import email

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("app")


def tell(*news: News) -> int:
    with unit_of_work():
        return record_events(news)


def times(number: int) -> dict[str, Any]:
    db.session.expire_all()
    message = db.session.get_one(Message, number)
    return {name: value for name in vars(Message) if name.endswith("ed_at") and (value := getattr(message, name))}


def test_a_click_implies_an_opening() -> None:
    number = email()
    assert tell(News(number, K.CLICKED, NOON, link=0)) == 1
    assert {"opened_at", "clicked_at"} <= times(number).keys()
    assert "human_clicked_at" not in times(number)


def test_the_same_news_counts_once_and_late_news_sets_the_earlier_time() -> None:
    number = email()
    late = News(number, K.OPENED, NOON, external_id="a", verdict=Verdict.HUMAN)
    assert [tell(late), tell(late), tell(late._replace(at=NOON - timedelta(hours=1), external_id="b"))] == [1, 0, 1]
    assert times(number)["human_opened_at"] == NOON - timedelta(hours=1)


def test_machines_and_the_way_out_are_no_success() -> None:
    number = email()
    content = db.session.get_one(Message, number).content_id
    with unit_of_work():
        db.session.add(MessageLink(content_id=content, position=1, url="{{ links.unsubscribe }}", role="unsubscribe"))
    tell(
        News(number, K.CLICKED, NOON, link=1, verdict=Verdict.HUMAN),
        News(number, K.CLICKED, NOON, link=-1, verdict=Verdict.SCANNER),
    )
    assert {"opened_at", "human_opened_at"} <= times(number).keys()
    assert not {"clicked_at", "human_clicked_at"} & times(number).keys()


def test_what_is_unknown_here_is_left_out() -> None:
    assert tell(News(99_999_999, K.OPENED, NOON)) == 0


def test_one_event(app: Flask) -> None:
    number = email()
    with unit_of_work():
        assert record_event(number, K.REPLIED, NOON, external_id="<a@b>")
        assert not record_event(number, K.REPLIED, NOON, external_id="<a@b>")
    assert times(number)["replied_at"] == NOON


def test_a_thousand_cost_as_much_as_one(count_queries: list[str]) -> None:
    numbers = [email() for _ in range(3)]
    for some in (numbers[:1], numbers):
        count_queries.clear()
        tell(*(News(number, K.CLICKED, NOON, link=0) for number in some))
        assert len([s for s in count_queries if not s.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK"))]) == 3
    assert db.session.scalar(select(func.count(MessageEvent.id))) == 4
