"""Lists as data: paging, rows without values, words, days of the viewer, names that nobody declared."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from portal.accounts.models import Account
from portal.kernel import listing as lists
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Refused
from portal.kernel.listing import Field, Listing
from portal.leads.models import Lead
from portal.leads.states import LeadState

SORTS = ["name", "-name", "employees", "-employees", "annual_revenue", "-annual_revenue", "created_at", "-created_at"]


@pytest.fixture
def accounts():
    return Listing(
        name="test_accounts",
        query=lambda actor: select(Account),
        identity=Account.id,
        fields=[
            Field("name", "Name", Account.name),
            Field("city", "City", Account.city, filter="contains"),
            Field("employees", "Employees", Account.employees, kind="number", filter="range"),
            Field("annual_revenue", "Revenue", Account.annual_revenue, kind="money", filter="range"),
            Field("created_at", "Since", Account.created_at, kind="datetime", filter="range"),
            Field("big", "Big", Account.employees > 10, value=lambda row: bool(row.employees), filter="flag"),
            Field("owner", "Owner", filter="choice", match=lambda actor, text: Account.owner_id.is_(None) if text == "me" else Account.owner_id == int(text)),  # noqa: E501
        ],
        sort="name",
        words=[Account.name, Account.city],
    )  # fmt: skip


row = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["a", "A", "b", "ä", "Z", "", "zz"]),
        "employees": st.sampled_from([None, 0, 1, 5, 2_000_000]),
        "annual_revenue": st.sampled_from([None, Decimal("9"), Decimal("10"), Decimal("100.5"), Decimal("-3")]),
        "created_at": st.sampled_from([datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 0, 5, tzinfo=UTC)]),
    }
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(row, max_size=14), sort=st.sampled_from(SORTS), size=st.integers(1, 5))
def test_paging_visits_every_row_once_forward_and_back(app, accounts, rows, sort, size):
    with unit_of_work():
        db.session.query(Account).delete()
        db.session.add_all(Account(number=str(n), **values) for n, values in enumerate(rows))
    pages, page = [], lists.read(accounts, SYSTEM, {"sort": sort}, size)
    pages.append([r.id for r in page.rows])
    while page.older:
        page = lists.read(accounts, SYSTEM, {"sort": sort, "after": page.older}, size)
        pages.append([r.id for r in page.rows])
    assert sorted(sum(pages, [])) == sorted(db.session.scalars(select(Account.id)))
    assert page.total == len(rows)

    back = [pages[-1]]
    while page.newer:
        page = lists.read(accounts, SYSTEM, {"sort": sort, "before": page.newer}, size)
        back.insert(0, [r.id for r in page.rows])
    assert back == pages
    assert [r.id for r in lists.walk(accounts, SYSTEM, {"sort": sort}, size)] == sum(pages, [])


def fill(*rows):
    with unit_of_work():
        db.session.add_all(Account(number=str(n), **values) for n, values in enumerate(rows))


def names(listing, zone="UTC", **args):
    return [r.name for r in lists.read(listing, SYSTEM, args, zone=zone).rows]


def test_rows_without_a_value_come_last_either_way(app, accounts):
    fill({"name": "none"}, {"name": "few", "employees": 2}, {"name": "many", "employees": 30})

    assert names(accounts, sort="employees") == ["few", "many", "none"]
    assert names(accounts, sort="-employees") == ["many", "few", "none"]


def test_amounts_sort_as_numbers_and_words_without_case(app, accounts):
    fill({"name": "b", "annual_revenue": Decimal("9")}, {"name": "A", "annual_revenue": Decimal("10")})

    assert names(accounts, sort="annual_revenue") == ["b", "A"]
    assert names(accounts, sort="name") == ["A", "b"]


def test_ranges_hold_both_ends(app, accounts):
    fill(*({"name": str(n), "employees": n} for n in range(1, 6)), {"name": "none"})

    assert names(accounts, employees_from="2", employees_until="4") == ["2", "3", "4"]
    assert names(accounts, annual_revenue_from="0") == []


def test_days_are_those_of_the_viewer(app, accounts):
    fill({"name": "late", "created_at": datetime(2026, 3, 1, 23, 30, tzinfo=UTC)})

    assert names(accounts, created_at_from="2026-03-02") == []
    assert names(accounts, created_at_until="2026-03-01") == ["late"]
    assert names(accounts, "Europe/Berlin", created_at_from="2026-03-02") == ["late"]
    assert names(accounts, "Europe/Berlin", created_at_until="2026-03-01") == []


def test_flags_and_choices_of_ones_own(app, accounts):
    fill({"name": "big", "employees": 50}, {"name": "small", "employees": 2}, {"name": "unknown"})

    assert names(accounts, big="yes") == ["big"]
    assert names(accounts, big="no") == ["small", "unknown"]
    assert len(names(accounts, owner="me")) == 3
    assert names(accounts, owner="7") == []


def test_words_are_taken_literally(app, accounts):
    fill({"name": "100 %", "city": "Bern"}, {"name": "100 of them", "city": "Basel"})

    assert names(accounts, q="100 %") == ["100 %"]
    assert names(accounts, q="100 bern") == ["100 %"]
    assert names(accounts, city="as") == ["100 of them"]
    assert names(accounts, q="_") == []


def test_several_states_at_once(app):
    listing = Listing(
        "test_leads",
        lambda actor: select(Lead),
        Lead.id,
        [Field("state", "State", Lead.state, filter="choice")],
        "state",
    )
    with unit_of_work():
        for n, state in enumerate((LeadState.NEW, LeadState.CONTACTED)):
            db.session.add(Lead(last_name=str(n), email=f"{n}@x.example", state=state))

    assert lists.count(listing, SYSTEM, {"state": "new,contacted"}) == 2
    assert lists.count(listing, SYSTEM, {"state": "new"}) == 1
    assert lists.counts(listing, SYSTEM, [{}, {"state": "qualified"}]) == [2, 0]


@pytest.mark.parametrize(
    "args",
    [
        {"nope": "1"}, {"sort": "nope"}, {"sort": "owner"}, {"sort": "-"}, {"sort": "name; DROP TABLE account"},
        {"employees_from": "x"}, {"employees_from": "1.5"}, {"employees_until": "9" * 30}, {"annual_revenue_from": "NaN"},
        {"annual_revenue_from": "1e99"}, {"annual_revenue_until": "Infinity"}, {"created_at_from": "yesterday"},
        {"created_at_until": "9999-12-31"}, {"created_at_from": "2026-02-30"}, {"big": "maybe"}, {"owner": "x"},
        {"q": "\0"}, {"after": "rubbish"}, {"after": "W10"}, {"after": "WyJ4IiwgIngiXQ"},
        {"after": "WzEsIDk5OTk5OTk5OTk5OTk5OTk5OTk5XQ"},
        {"before": "é"}, {"after": "bnVsbA"}, {"sort": "created_at", "after": "WyIyMDI2LTAxLTAxIiwgMV0"},
        {"sort": "employees", "after": "WyIxZTk5IiwgMV0"}, {"employees": "5"},
    ],
)  # fmt: skip
def test_everything_else_is_refused_in_words(app, accounts, args):
    with pytest.raises(Refused) as refusal:
        lists.read(accounts, SYSTEM, args)
    assert refusal.value.message.endswith(".")


def test_a_cursor_of_a_row_that_has_gone_still_leads_on(app, accounts):
    fill(*({"name": n} for n in "abcd"))
    page = lists.read(accounts, SYSTEM, {}, 2)
    with unit_of_work():
        db.session.delete(page.rows[-1])

    assert [r.name for r in lists.read(accounts, SYSTEM, {"after": page.older}, 2).rows] == ["c", "d"]


def test_a_declared_list_is_found_by_its_name(accounts):
    assert lists.named("test_accounts") is accounts
    with pytest.raises(Refused):
        lists.named("no such list")


def test_dates_compare_as_dates(app):
    from portal.organization.models import Seat

    listing = Listing(
        "test_seats",
        lambda actor: select(Seat),
        Seat.id,
        [
            Field("starts_on", "From", Seat.starts_on, kind="date", filter="range"),
            Field("ends_on", "To", Seat.ends_on, kind="date"),
        ],
        "-starts_on",
    )  # fmt: skip
    there = len(db.session.scalars(select(Seat)).all())
    assert lists.count(listing, SYSTEM, {"starts_on_from": "2020-01-01", "starts_on_until": "2020-01-01"}) == there
    assert lists.read(listing, SYSTEM, {"sort": "ends_on"}, 2).older
    assert lists.read(listing, SYSTEM, {}, 1).rows[0].starts_on == date(2020, 1, 1)


def test_the_same_filters_are_counted_once_whatever_the_order_and_the_page(app, accounts, count_queries):
    with unit_of_work():
        db.session.query(Account).delete()
        db.session.add_all(Account(number=str(n), name="a", city=city) for n, city in enumerate(("Lyon", "Perth", "Perth")))
    count_queries.clear()
    asked = [{}, {"sort": "-name"}, {"city": "perth"}, {"after": "x", "city": "perth"}, {"city": ""}]
    assert lists.counts(accounts, SYSTEM, asked) == [3, 3, 2, 2, 3]
    assert sum(statement.count("count(*)") for statement in count_queries) == 3
