"""The pages of broadcasts: from the draft to the last message, by whom, and what is refused."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.broadcasts import services
from portal.broadcasts.states import BroadcastState
from portal.kernel.actor import act_as
from portal.kernel.db import unit_of_work
from portal.messages.services import Capture
from tests.broadcasts.makers import draft, messages_of, people, segment
from tests.broadcasts.test_services import begin, stored
from tests.conftest import Client
from tests.messages.makers import send_by

ClientOf = Callable[[str], Client]


def test_from_nothing_to_the_last_message(app: Flask, client_of: ClientOf, actor: Any) -> None:
    listed, marketer = segment(people(3)), client_of("marketer")
    made = marketer.post(
        "/broadcasts/new", data={"name": "Spring", "channel": "sms", "segment_id": listed, "purpose": "transactional"}
    )
    page = made.location
    assert "No text yet" in marketer.get(page).text
    assert marketer.post(f"{page}/start", data={"timing": "now", "timezone": "UTC"}).status_code == 422
    counted = marketer.post(f"{page}/variants/A", data={"text": "Grüße 😀", "count": "1"}, htmx="counted").text
    assert "1 SMS, 8 characters in UCS-2" in counted
    assert marketer.post(f"{page}/variants/A", data={"text": "Your bicycle is ready."}).status_code == 303
    looked = marketer.get(f"{page}/start").text
    assert "The segment is read once." in looked
    number = int(page.rpartition("/")[2])
    started = {"timing": "now", "timezone": "UTC", "version": stored(number).version}
    assert marketer.post(f"{page}/start", data=started).status_code == 303
    assert stored(number).state == BroadcastState.FREEZING
    assert "The segment is being read." in marketer.get(page).text


def test_the_page_tells_how_far_it_is_and_why_somebody_did_not_get_it(
    app: Flask, client_of: ClientOf, actor: Any
) -> None:
    one = draft(actor("marketer"), segment([*people(2), *people(1, agreed=False)]))
    stranger = people(1, first_name="Zoe", domain="else.example")
    begin(actor("marketer"), one)
    send_by(Capture())
    marketer = client_of("marketer")
    text = marketer.get(f"/broadcasts/{one}").text
    assert "The person has not said yes" in text
    assert "Sent in each minute" in text
    assert 'id="progress"' in marketer.get(f"/broadcasts/{one}", htmx="progress").text
    assert "The person has not said yes" in marketer.get(f"/broadcasts/{one}?who=ann2").text
    assert "Was not in the segment" in marketer.get(f"/broadcasts/{one}?who=Zoe").text
    listed = marketer.get(f"/messages?about=broadcasts:{one}&state=suppressed").text
    assert "ann2@example.com" in listed
    assert "ann0@example.com" not in listed
    assert stranger


def test_steering(app: Flask, client_of: ClientOf, actor: Any) -> None:
    one = draft(actor("marketer"), segment(people(2)))
    begin(actor("marketer"), one)
    marketer = client_of("marketer")
    assert marketer.post(f"/broadcasts/{one}/pause", data={"why": "wrong price"}).status_code == 303
    assert "wrong price" in marketer.get(f"/broadcasts/{one}").text
    assert marketer.post(f"/broadcasts/{one}/resumption").status_code == 303
    assert marketer.post(f"/broadcasts/{one}/cancellation").status_code == 303
    assert marketer.post(f"/broadcasts/{one}/resumption").status_code == 422
    assert marketer.post(f"/broadcasts/{one}/recall").status_code == 422
    assert stored(one).state == BroadcastState.CANCELLED
    assert marketer.get("/broadcasts").status_code == 200


@pytest.mark.parametrize("act", ["pause", "resumption", "cancellation", "recall", "start"])
def test_who_may_only_look_steers_nothing(app: Flask, client_of: ClientOf, actor: Any, act: str) -> None:
    one = draft(actor("marketer"), segment(people(1)))
    assert client_of("leader").get(f"/broadcasts/{one}").status_code == 200
    assert client_of("leader").post(f"/broadcasts/{one}/{act}").status_code == 403
    assert client_of("outsider").get(f"/broadcasts/{one}").status_code in (403, 404)
    assert stored(one).state == BroadcastState.DRAFT


def test_variants_share_the_audience_by_a_hash(app: Flask, client_of: ClientOf, actor: Any) -> None:
    one = draft(actor("marketer"), segment(people(200)))
    marketer = client_of("marketer")
    assert marketer.post(f"/broadcasts/{one}/variants").status_code == 303
    assert [variant.share for variant in stored(one).variants] == [50, 50]
    begin(actor("marketer"), one)
    shares = [sum(row.batch_id == variant.batch_id for row in messages_of(one)) for variant in stored(one).variants]
    assert sum(shares) == 200
    assert 70 <= shares[0] <= 130
    other = draft(actor("marketer"), segment(people(1, domain="b.example"), "B"))
    with unit_of_work(), act_as(actor("marketer")):
        services.add_variant(actor("marketer"), other)
    assert marketer.post(f"/broadcasts/{other}/variants/A/removal").status_code == 303
    assert [(variant.label, variant.share) for variant in stored(other).variants] == [("B", 100)]


def test_the_page_costs_the_same_however_many(
    app: Flask, client_of: ClientOf, actor: Any, count_queries: list[str]
) -> None:
    pages = []
    for count, name in ((1, "A"), (30, "C")):
        one = draft(actor("marketer"), segment(people(count, domain=f"{name}.example"), name))
        begin(actor("marketer"), one)
        pages.append(f"/broadcasts/{one}")
    marketer = client_of("marketer")
    marketer.get(pages[0])
    counted = []
    for page in pages:
        count_queries.clear()
        marketer.get(page)
        counted.append(len(count_queries))
    assert counted == [13, 13]
