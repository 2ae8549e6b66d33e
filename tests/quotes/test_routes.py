"""Quotes in the browser, for those who sell."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from portal.kernel.actor import SYSTEM
from portal.kernel.db import unit_of_work
from portal.quotes import queries, services
from portal.quotes.models import Quote
from tests.conftest import Client

from . import makers

D = Decimal
Sign = Callable[[str], Client]


def typed(found: Quote, **over: Any) -> dict[str, Any]:
    """What the edit page posts for the draft as stored."""
    found = queries.quote(SYSTEM, found.id)
    revision = queries.newest(found)
    data: dict[str, Any] = {
        "version": revision.version, "subject": found.subject, "contact_id": found.contact_id or 0,
        "valid_until": revision.valid_until.isoformat(), "payment_days": 30, "discount_percent": "0", "intro": "",
        "terms": "", "add_quantity": "1",
    }  # fmt: skip
    for place, line in enumerate(revision.lines):
        data |= {
            f"lines-{place}-line_id": line.id, f"lines-{place}-product_id": line.product_id or "",
            f"lines-{place}-description": line.description, f"lines-{place}-quantity": f"{line.quantity:f}",
            f"lines-{place}-unit_price": f"{line.unit_price:f}", f"lines-{place}-discount_percent": "0",
        }  # fmt: skip
    return data | over


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_takes_the_same_few_queries(client_of: Sign, count_queries: list[str], count: int) -> None:
    for _ in range(count):
        makers.sent()
    client = client_of("rep")
    count_queries.clear()
    page = client.get("/quotes")
    assert page.text.count("/quotes/") >= count
    assert len([s for s in count_queries if "quote" in s]) == 2


def test_the_list_can_be_sorted_paged_and_taken_away(client_of: Sign) -> None:
    for _ in range(2):
        makers.sent()
    client = client_of("rep")
    for sort in ("number", "-total", "state", "valid_until", "account", "subject", "revision"):
        assert client.get(f"/quotes?sort={sort}").status_code == 200
    assert "No row matches" in client.get("/quotes?state=declined").text


@pytest.mark.parametrize("tab", ["overview", "timeline", "files", "changes", "nonsense"])
def test_the_page_of_a_quote(client_of: Sign, tab: str) -> None:
    found = makers.sent()
    page = client_of("rep").get(f"/quotes/{found.id}?tab={tab}")
    assert page.status_code == 200
    assert found.number in page.text


def test_the_outsider_finds_nothing_and_marketing_may_not(client_of: Sign) -> None:
    found = makers.draft()
    for path in (f"/quotes/{found.id}", f"/quotes/{found.id}/draft", f"/quotes/{found.id}/revisions/1/pdf"):
        assert client_of("outsider").get(path).status_code == 404
        assert client_of("marketer").get(path).status_code == 403
    for act in ("draft", "draft/totals", "sending", "revisions", "withdrawal", "printing"):
        assert client_of("outsider").post(f"/quotes/{found.id}/{act}", data=typed(found)).status_code == 404
        assert client_of("finance").post(f"/quotes/{found.id}/{act}", data=typed(found)).status_code == 403
    assert makers.revision(found).state == "draft"


def test_a_draft_is_made_from_the_opportunity_once(client_of: Sign) -> None:
    deal = makers.opportunity()
    client = client_of("rep")
    page = client.get(f"/quotes/new?opportunity_id={deal.id}")
    nonce = re.search(r'name="nonce"[^>]*value="([^"]+)"', page.text)
    assert nonce
    data = {"opportunity_id": deal.id, "subject": "Spring range", "nonce": nonce[1]}
    first, second = client.post("/quotes", data=data), client.post("/quotes", data=data)
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert len(queries.of_opportunity(SYSTEM, deal.id)) == 1
    assert "Bike 1" in client.get(first.location).text


def test_a_draft_for_an_account(client_of: Sign) -> None:
    customer = makers.account()
    client = client_of("rep")
    assert "Eastside" in client.get(f"/quotes/new?account_id={customer.id}").text
    made = client.post("/quotes", data={"account_id": customer.id, "subject": "Spare parts"})
    assert made.status_code == 303
    assert client.post("/quotes", data={"account_id": customer.id, "subject": ""}).status_code == 422
    assert client_of("outsider").post("/quotes", data={"account_id": customer.id, "subject": "x"}).status_code == 422


def test_saving_adding_moving_and_removing(client_of: Sign) -> None:
    found, good = makers.draft(), makers.product("Helmet", "35")
    client, url = client_of("rep"), f"/quotes/{found.id}/draft"
    assert client.get(url).status_code == 200
    added = client.post(url, data=typed(found, add_sku=good.sku.lower(), add_quantity="4", add="1"))
    assert (added.status_code, added.location) == (303, url)
    found = queries.quote(SYSTEM, found.id)
    client.post(url, data=typed(found, up="2"))
    found = queries.quote(SYSTEM, found.id)
    assert [line.description for line in queries.newest(found).lines] == ["Bike 1", "Helmet", "Bike 2"]
    found = queries.quote(SYSTEM, found.id)
    client.post(url, data=typed(found, remove="0"))
    found = queries.quote(SYSTEM, found.id)
    client.post(url, data=typed(found, add_text="Freight", add_price="12.5", save="1"))
    lines = makers.revision(found).lines
    assert [(line.description, line.net) for line in lines] == [
        ("Helmet", D(140)),
        ("Bike 2", D("400.5")),
        ("Freight", D("12.5")),
    ]


@pytest.mark.parametrize(
    "bad",
    [
        {"lines-0-quantity": "0"}, {"lines-0-quantity": "NaN"}, {"lines-0-quantity": "Infinity"},
        {"lines-0-quantity": "1e400"}, {"lines-0-quantity": "0.00001"}, {"lines-0-discount_percent": "101"},
        {"discount_percent": "-1"}, {"valid_until": "tomorrow"}, {"payment_days": "-1"}, {"subject": ""},
        {"subject": "x" * 201}, {"add_sku": "no such thing"}, {"contact_id": "999999"}, {"lines-0-product_id": "999999"},
    ],
)  # fmt: skip
def test_bad_input_changes_nothing(client_of: Sign, bad: dict[str, str]) -> None:
    found = makers.draft()
    page = client_of("rep").post(f"/quotes/{found.id}/draft", data=typed(found, intro="changed", **bad))
    assert page.status_code == 422
    assert makers.revision(found).intro == ""


def test_markup_and_templates_stay_text(client_of: Sign) -> None:
    found = makers.draft()
    nasty = "<script>alert(1)</script>{{ 7 * 7 }}\0"
    client = client_of("rep")
    client.post(f"/quotes/{found.id}/draft", data=typed(found, subject=nasty, add_text=nasty, save="1"))
    page = client.get(f"/quotes/{found.id}").text
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_totals_of_what_is_typed_with_and_without_htmx(client_of: Sign) -> None:
    found = makers.draft()
    client, url = client_of("rep"), f"/quotes/{found.id}/draft/totals"
    data = typed(found, **{"lines-0-quantity": "3"})
    part = client.post(url, data=data, htmx="totals")
    assert "$701.25" in re.sub(r"<[^>]+>", "", part.text)
    assert "<html" not in part.text
    whole = client.post(url, data=data)
    assert 'value="3"' in whole.text
    assert makers.revision(found).net == D("500.75")


def test_two_editors_both_see_both_versions(client_of: Sign) -> None:
    found = makers.draft()
    client, url = client_of("rep"), f"/quotes/{found.id}/draft"
    mine, late_one = typed(found, intro="first"), typed(found, intro="second")
    assert client.post(url, data=mine).status_code == 303
    late = client.post(url, data=late_one)
    assert late.status_code == 409
    assert "first" in late.text
    assert "second" in late.text
    assert makers.revision(found).intro == "first"


def test_sending_revising_and_withdrawing(client_of: Sign) -> None:
    found = makers.draft()
    client, url = client_of("rep"), f"/quotes/{found.id}"
    version = makers.revision(found).version
    assert client.post(f"{url}/sending", data={"to": "nobody", "version": version}).status_code == 422
    assert client.post(f"{url}/sending", data={"to": "k@eastside.example", "version": version}).status_code == 303
    assert makers.revision(found).sent_to == "k@eastside.example"
    assert client.post(f"{url}/sending", data={"to": "k@eastside.example"}).status_code == 422
    assert client.get(f"{url}/draft").location == url
    assert client.post(f"{url}/revisions", data={}).status_code == 303
    assert makers.revision(found).number == 2
    assert client.post(f"{url}/revisions", data={}).status_code == 422
    assert client.post(f"{url}/withdrawal", data={}, htmx="record").status_code == 200
    assert makers.revision(found).state == "cancelled"


def test_an_accepted_quote_shows_the_way_to_cash(client_of: Sign) -> None:
    makers.accepted()
    with unit_of_work():
        found = makers.db.session.scalars(makers.db.select(Quote).order_by(Quote.id.desc()).limit(1)).one()
    page = client_of("rep").get(f"/quotes/{found.id}").text
    assert "Accepted by Kevin Liu" in page
    assert "SO-" in page
    assert services.LINK == "quote"


def test_units_follow_their_quantity(client_of: Sign) -> None:
    shown = client_of("rep").get(f"/quotes/{makers.draft(lines=2).id}").text
    assert '1 <span class="faint">piece</span>' in shown
    assert '2 <span class="faint">pieces</span>' in shown
