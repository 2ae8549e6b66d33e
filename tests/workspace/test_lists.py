"""List pages in the browser: filters, tags, empty states, paging, views, exports."""

import csv
import io

import pytest
from sqlalchemy import select

from portal.kernel.audit import AuditEntry
from portal.kernel.db import db
from portal.workspace.models import SavedView
from portal.workspace.states import WorkState

from .makers import add_work


def test_a_list_shows_its_rows_and_counts_them(client_of):
    add_work("Import of stores", "Export of leads")

    html = client_of("rep").get("/long-work").text

    assert "Import of stores" in html
    assert "2 rows" in html
    assert html.index("Export of leads") < html.index("Import of stores")


def test_the_number_of_queries_does_not_grow_with_the_rows(client_of, count_queries):
    client = client_of("rep")
    add_work("One")
    client.get("/long-work")
    count_queries.clear()
    client.get("/long-work")
    with_one = len(count_queries)
    add_work("Two", "Three")
    count_queries.clear()
    client.get("/long-work")

    assert len(count_queries) == with_one == 9


def test_a_filter_is_a_tag_that_can_be_taken_off(client_of):
    add_work("Stores")
    add_work("Leads", state=WorkState.FAILED)

    html = client_of("rep").get("/long-work?state=failed&sort=title").text

    assert "Stores" not in html
    assert "State: Failed" in html
    assert 'href="/long-work?sort=title"><span class="hide">Remove the filter State' in html


def test_an_empty_page_says_which_filter_hides_how_many(client_of):
    add_work("Stores", "Leads")

    html = client_of("rep").get("/long-work?state=failed&q=Stores").text

    assert "State: Failed hides 1 row." in html
    assert 'href="/long-work?q=Stores">Without state' in html


def test_a_list_without_rows_says_what_it_is_for(client_of):
    assert "What takes longer than a moment runs here" in client_of("rep").get("/long-work").text


@pytest.mark.parametrize(
    "query",
    ["state=nonsense", "sort=nonsense", "nonsense=1", "done_from=x", "done_from=99999999999", "created_at_from=2026-13-01",
     "created_at_until=9999-12-31", "after=%00", "after=bm9uc2Vuc2U", "before=W251bGwsIDFd", "q=a%00b", "after=WyJ4IiwgMV0",
     "sort=-", "created_at_from=0001-01-01&done_until=-99999999999999999999", "after=WzEsICJhIl0"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_words(client_of, query):
    add_work("Stores")

    response = client_of("rep").get(f"/long-work?{query}")

    assert response.status_code in (200, 422)
    if response.status_code == 422:
        assert "This list cannot be shown so" in response.text


def test_the_fragment_is_the_list_alone(client_of):
    add_work("Stores")

    html = client_of("rep").get("/long-work?q=Stores", htmx="list").text

    assert "Stores" in html
    assert "<html" not in html


def test_a_title_is_text_whatever_it_holds(client_of):
    add_work("<b>{{ 7*7 }}</b>")

    html = client_of("rep").get("/long-work").text

    assert "&lt;b&gt;{{ 7*7 }}&lt;/b&gt;" in html


def test_paging_by_links_visits_every_row_and_comes_back(client_of):
    add_work(*[f"Row {n:03}" for n in range(120)])
    client, url, seen = client_of("rep"), "/long-work?sort=title", []
    while url:
        html = client.get(url).text
        seen += titles(html)
        last, url = html, link(html, "next")

    assert seen == [f"Row {n:03}" for n in range(120)]
    assert titles(client.get(link(last, "prev")).text) == [f"Row {n:03}" for n in range(50, 100)]


def titles(html):
    return [part.partition("</a>")[0].rpartition(">")[2] for part in html.split('class="title">')[1:]]


def link(html, rel):
    before, found, after = html.partition(f'rel="{rel}" href="')
    return after.partition('"')[0].replace("&amp;", "&") if found else ""


def save(client, **values):
    form = {"listing": "long_work", "query": "state=failed", "name": "Broken", "next": "/long-work?state=failed"}
    return client.post("/views", data=form | values)


def test_a_view_is_saved_shown_as_a_tab_renamed_shared_and_deleted(client_of):
    client = client_of("manager")
    answer = save(client)
    assert answer.location == "/long-work?state=failed"
    view = db.session.scalars(select(SavedView)).one()

    assert (
        '<a href="/long-work?state=failed" aria-current="page">Broken</a>' in client.get("/long-work?state=failed").text
    )
    assert "Broken" not in client_of("rep").get("/long-work").text
    client.post(f"/views/{view.id}/sharing", data={"shared": "1", "next": "/long-work"})
    assert "Broken" in client_of("rep").get("/long-work").text
    client.post(f"/views/{view.id}/name", data={"name": " To  mend ", "next": "/long-work"})
    assert "To mend" in client.get("/long-work").text
    client.post(f"/views/{view.id}/removal", data={"next": "/long-work"})
    assert db.session.scalars(select(SavedView)).all() == []


@pytest.mark.parametrize(
    "wrong", [{"name": ""}, {"name": "x" * 61}, {"query": "nonsense=1"}, {"query": "sort=nope"}, {"listing": "nope"}]
)
def test_a_view_that_would_not_work_is_not_saved(client_of, wrong):
    save(client_of("rep"), **wrong)

    assert db.session.scalars(select(SavedView)).all() == []


def test_two_views_of_one_person_do_not_share_a_name(client_of):
    client = client_of("rep")
    save(client)
    save(client, query="state=done")

    assert "You have a view of this list with that name already." in client.get("/long-work").text
    assert len(db.session.scalars(select(SavedView)).all()) == 1


def test_views_of_others_are_not_to_be_touched(client_of):
    save(client_of("manager"), shared="1")
    view = db.session.scalars(select(SavedView)).one()

    for act in ("name", "removal"):
        assert client_of("rep").post(f"/views/{view.id}/{act}", data={"name": "Mine"}).status_code == 404
    assert client_of("leader").post(f"/views/{view.id}/sharing").status_code == 404
    assert client_of("rep").post(f"/views/{view.id}/sharing").status_code == 403
    assert db.session.scalars(select(SavedView)).one().name == "Broken"


def test_a_rep_cannot_share_by_hand(client_of):
    assert save(client_of("rep"), shared="1").status_code == 403


def test_nobody_is_led_to_another_site(client_of):
    assert save(client_of("rep"), next="https://evil.example/").location == "/"


def exported(client, **values):
    form = {"listing": "long_work", "query": "", "format": "csv"}
    return client.post("/exports", data=form | values)


def test_an_export_has_what_the_filter_shows_in_its_order(client_of):
    add_work("b", "a", "c")
    add_work("hidden", state=WorkState.FAILED)

    answer = exported(client_of("rep"), query="state=done&sort=title")

    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["Work"] for row in rows] == ["a", "b", "c"]
    assert rows[0]["Started"] == "2026-03-01T13:00:00+00:00"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="long_work-')
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "exported")).one()
    assert entry.changes == {"filters": {"state": "done", "sort": "title"}, "format": "csv", "rows": 3}


@pytest.mark.parametrize("wrong", [{"listing": "nope"}, {"format": "exe"}, {"query": "nope=1"}, {"query": "sort=nope"}])
def test_an_export_of_nonsense_is_refused(client_of, wrong):
    assert exported(client_of("rep"), **wrong).status_code == 422


def test_an_export_shows_only_what_the_person_may_see(client_of):
    add_work("Secret", who="manager")

    assert b"Secret" not in exported(client_of("rep")).data
    assert b"Secret" in exported(client_of("manager")).data
