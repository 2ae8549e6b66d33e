"""Reports add up, every figure leads to the people behind it, and clicks are painted where they were made."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from blueprints.broadcasts.heat import level, painted
from portal.broadcasts import services
from portal.broadcasts.models import Broadcast, BroadcastTest, BroadcastVariant
from portal.emails.models import Email, EmailVersion
from portal.insights import queries
from portal.insights.queries import RECIPIENTS
from portal.insights.queries.recipients import CONDITIONS
from portal.insights.rules import RATES, Figures
from portal.insights.services import credit_conversions
from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.kernel.listing import count
from portal.messages.models import Message
from portal.messages.services import News
from portal.messages.states import EventKind, MessageState, Verdict
from tests.leads.makers import lead
from tests.opportunities.makers import contact, deal

from .results import NINE, Mailed, clicked, mailed, opened, tell

ClientOf = Callable[[str], Any]


def reported(people: int = 12) -> Mailed:
    """Half of A opens, two click, one bounces, one leaves, one answers, two are waiting."""
    made = mailed(people, ("A", "B"))
    a = made.messages["A"]
    opened(a[:6])
    opened(a[6:8], Verdict.PROXY)
    clicked(a[:2])
    clicked(a[:1], link=1, hours=3)
    clicked(a[8:9], verdict=Verdict.SCANNER)
    clicked(a[5:6], link=2)
    tell(News(a[9], EventKind.HARD_BOUNCED, NINE), News(a[0], EventKind.REPLIED, NINE))
    tell(News(a[5], EventKind.UNSUBSCRIBED, NINE + timedelta(hours=1)))
    with unit_of_work():
        waits = {"state": MessageState.QUEUED, "sent_at": None}
        db.session.execute(update(Message).where(Message.id.in_(made.messages["B"][:2])).values(waits))
    services.count_due(10)
    return made


def test_the_figures_of_a_report(app: Flask, actor: Any) -> None:
    made = reported()
    found = queries.report(actor("leader"), made.id)
    total = found.total
    assert (total["recipients"], total["sent"], total.waiting, total.delivered) == (24, 22, 2, 21)
    assert (total["opened"], total["human_opened"], total["clicked"], total["human_clicked"]) == (9, 6, 3, 2)
    assert total.share("human_clicked", "delivered") == 2 / 21
    assert total.share("converted", "clicked") == 0
    assert Figures().share("opened", "delivered") is None
    assert [(part.name, part.figures["human_clicked"]) for part in found.variants] == [("A", 2), ("B", 0)]
    assert sum(part.figures["sent"] for part in found.domains) == 22
    assert {part.name: part.figures["human_opened"] for part in found.devices} == {"Phone": 6, "Computer": 3}
    assert [(hour, f["sent"], f["human_clicked"]) for hour, f in found.hours][:2] == [
        (NINE, 22, 0),
        (found.hours[1][0], 0, 2),
    ]
    assert len(found.hours) == 2  # what came later was nobody's first
    assert found.current


def test_every_figure_leads_to_as_many_people(app: Flask, actor: Any) -> None:
    made = reported()
    found = queries.report(actor("leader"), made.id)
    for name in CONDITIONS:
        if name != "not_opened":
            listed = count(RECIPIENTS, actor("leader"), {"broadcast": str(made.id), "figure": name})
            assert listed == found.total.number(name), name
    for part in found.variants:
        assert count(RECIPIENTS, actor("leader"), {"batch": part.key}) == part.figures["recipients"]
    for part in found.domains:
        assert count(RECIPIENTS, actor("leader"), {"domain": part.key}) == part.figures["recipients"]
    for part in found.devices:
        assert count(RECIPIENTS, actor("leader"), {"device": part.key}) == part.figures["opened"]
        assert count(RECIPIENTS, actor("leader"), {"device": f"{part.key}/people"}) == part.figures["human_opened"]
    heat = queries.heat_map(actor("leader"), made.id)
    for spot in heat.spots:
        place = f"{heat.content.id}:{spot.position}"
        assert count(RECIPIENTS, actor("leader"), {"link": place}) == spot.figures["clicked"]
        assert count(RECIPIENTS, actor("leader"), {"link": f"{place}/people"}) == spot.figures["human_clicked"]


def test_the_click_map_keeps_two_places_of_one_address_apart(app: Flask, actor: Any) -> None:
    made = reported()
    found = queries.heat_map(actor("leader"), made.id)
    assert [names for _, names in found.versions] == ["A", "B"]
    assert [(spot.url, spot.figures["human_clicks"], spot.human_share) for spot in found.spots] == [
        ("https://shop.example/", 2, 2 / 3), ("https://shop.example/", 1, 1 / 3), ("{{ links.unsubscribe }}", 1, None),
    ]  # fmt: skip
    assert (found.clicks, found.human_clicks) == (4, 3)
    assert [(block, figures["human_clicks"]) for block, figures in found.blocks()] == [("top", 2), ("offer", 1)]
    html = painted(found.content.html, found.spots, human=True)
    assert 'href="#" data-heat="1: 67%" data-level="5"' in html
    assert 'data-block="offer" data-share=""' in html
    assert 'data-heat="3: left out" data-level="0"' in html
    assert "\x1f" not in html
    assert "shop.example" not in html
    assert [level(share) for share in (None, 0.0, 0.001, 0.1, 0.101, 0.9)] == [0, 0, 1, 1, 2, 5]


def test_an_unquoted_link_is_painted_too(app: Flask, actor: Any) -> None:
    found = queries.heat_map(actor("leader"), reported().id)
    html = painted("<a href=\x1f0 https://shop.example/\x1f>Shop</a>", found.spots, human=False)
    assert '<a href="#" data-heat="1: 75%" data-level="5">Shop</a>' in html


def test_who_clicks_and_comes_in_is_a_conversion_once(app: Flask, actor: Any) -> None:
    person = contact()
    made = mailed(3)
    a = made.messages["A"]
    with unit_of_work():
        db.session.execute(update(Message).where(Message.id == a[0]).values(contact_id=person.id))
        db.session.execute(update(Message).where(Message.id == a[1]).values(address="ann@else.example"))
    clicked(a)
    deal(contact_id=person.id, created_at=NINE + timedelta(days=2))
    lead(email="ann@else.example", created_at=NINE + timedelta(days=6))
    lead(email="late@else.example", created_at=NINE + timedelta(days=6))
    for expected in (2, 0):
        with unit_of_work():
            assert credit_conversions(NINE + timedelta(days=1)) == expected
    services.count_due(10)
    assert queries.report(actor("leader"), made.id).total["converted"] == 2


def test_what_comes_later_than_a_week_is_no_conversion(app: Flask) -> None:
    made = mailed(1)
    with unit_of_work():
        db.session.execute(
            update(Message).where(Message.id == made.messages["A"][0]).values(address="ann@else.example")
        )
    lead(email="ann@else.example", created_at=NINE)  # before the click
    clicked(made.messages["A"])
    with unit_of_work():
        assert credit_conversions(NINE - timedelta(days=1)) == 0


@pytest.mark.parametrize("mailings", [1, 3])
def test_pages_cost_the_same_however_much_came_back(
    app: Flask, client_of: ClientOf, count_queries: list[str], mailings: int
) -> None:
    for _ in range(mailings):
        made = reported(12 * mailings)
    with unit_of_work():
        db.session.execute(update(Broadcast).values(starts_at=clock.now() - timedelta(days=1)))
    leader = client_of("leader")
    pages = [f"/broadcasts/{made.id}/{part}" for part in ("report", "clicks", "clicks/mail")] + [
        "/broadcasts/performance"
    ]
    counted = []
    for page in pages:
        leader.get(page)
        count_queries.clear()
        assert leader.get(page).status_code == 200, page
        counted.append(len(count_queries))
    assert counted == [10, 14, 15, 8]


def test_pages_of_reports(app: Flask, client_of: ClientOf) -> None:
    made = reported()
    leader = client_of("leader")
    text = leader.get(f"/broadcasts/{made.id}/report").text
    for rate in RATES.values():
        assert rate.label in text
    assert 'id="figures"' in leader.get(f"/broadcasts/{made.id}/report", htmx="figures").text
    assert client_of("rep").get(f"/broadcasts/{made.id}/report").status_code == 403
    frame = leader.get(f"/broadcasts/{made.id}/clicks/mail?who=all")
    assert "sandbox" in frame.headers["Content-Security-Policy"]
    assert "script" not in frame.headers["Content-Security-Policy"].replace("default-src", "")
    assert leader.get(f"/broadcasts/{made.id}/clicks?content=999").status_code == 404
    listed = leader.get(f"/broadcasts/recipients?broadcast={made.id}&figure=human_clicked").text
    assert "2 rows" in listed
    assert leader.get("/broadcasts/recipients?figure=everything").status_code == 422
    assert "June news" in leader.get("/broadcasts/performance").text


def test_the_mailed_are_compared_with_the_held_out(app: Flask, actor: Any, client_of: ClientOf) -> None:
    """Both count by the same rule: clicked or not, within a week of when their message was due."""
    made, outside = mailed(400), contact()
    a = made.messages["A"]
    with unit_of_work():
        db.session.add(BroadcastTest(broadcast_id=made.id, hold_out=20, held_out=100))
        kept = {"state": MessageState.SUPPRESSED, "state_reason": "hold_out", "sent_at": None, "batch_id": None}
        db.session.execute(update(Message).where(Message.id.in_(a[:100])).values(kept))
        db.session.execute(update(Message).where(Message.id == a[399]).values(contact_id=outside.id))
        for number, key in enumerate([a[0], *a[100:160]]):
            db.session.execute(update(Message).where(Message.id == key).values(address=f"in{number}@came.example"))
    for number in range(61):
        lead(email=f"in{number}@came.example", created_at=NINE + timedelta(days=8 if number == 60 else 2))
    deal(contact_id=outside.id, created_at=NINE + timedelta(days=1))
    opened(a[100:101])
    services.count_due(10)
    found = queries.report(actor("leader"), made.id)
    held = queries.hold_out(found.broadcast, found.total["sent"])
    assert held is not None
    assert (held.mailed.people, held.mailed.hits) == (300, 60)  # 59 leads of sixty came in time, and one deal
    assert (held.held.people, held.held.hits) == (100, 1)
    assert held.effect.low > 0
    brought, least, most = held.brought
    assert least < brought == 57 < most
    page = client_of("leader").get(f"/broadcasts/{made.id}/report").text
    assert "The mailing worked:" in page
    assert "figure=hold_out" in page
    assert count(RECIPIENTS, actor("leader"), {"broadcast": str(made.id), "figure": "hold_out"}) == 100


def test_without_a_hold_out_nothing_is_compared(app: Flask, actor: Any, client_of: ClientOf) -> None:
    made = reported()
    found = queries.report(actor("leader"), made.id)
    assert queries.hold_out(found.broadcast, found.total["sent"]) is None
    assert "Against those who got nothing" not in client_of("leader").get(f"/broadcasts/{made.id}/report").text


def test_the_click_map_calls_blocks_by_their_words(app: Flask, actor: Any, client_of: ClientOf) -> None:
    document = {
        "blocks": [
            {"id": "top", "kind": "button", "props": {"label": "Register now", "href": "https://shop.example/"}},
            {"id": "offer", "kind": "image", "props": {"src": "x.png", "alt": ""}},
        ]
    }
    made = reported()
    with unit_of_work():
        mail = Email(name="June")
        db.session.add(mail)
        db.session.flush()
        version = EmailVersion(email_id=mail.id, number=1, subject="", document=document, html="", text="", by="")
        db.session.add(version)
        db.session.flush()
        db.session.execute(update(BroadcastVariant).values(version_id=version.id))
    page = client_of("leader").get(f"/broadcasts/{made.id}/clicks").text
    assert "Button: Register now" in page
    assert '<span class="breaks">Picture</span>' in page
    assert "foot" in page  # what no version knows keeps its id
