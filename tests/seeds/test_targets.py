"""The demo years: attainment by seller and quarter follows from the orders, counted anew from the files."""

import csv
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select

from portal.accounts.models import Account, AccountAssignment
from portal.kernel import clock
from portal.kernel.actor import SYSTEM
from portal.kernel.db import db
from portal.organization.models import Company, Position, Seat
from portal.seeds import load_demo
from portal.seeds.world import DEMO
from portal.targets import queries
from portal.targets.rules import quarter
from portal.targets.states import Metric
from tests import conftest
from wsgi import make_app

NOVEMBER = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)
ZERO = Decimal(0)


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """A company of its own, with the whole demo world in it."""
    folder = tmp_path_factory.mktemp("demo")
    app = make_app(conftest.settings_for(folder), TESTING=True)
    with app.app_context(), clock.frozen(NOVEMBER):
        conftest.create_schema(db.engine)
        assert load_demo()
        yield app
        db.session.remove()
        db.engine.dispose()


def rows(name):
    with (DEMO / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def moved(text):
    """19 years later: 1 October 2007 becomes 1 October 2026. No order is placed on a 29 February."""
    day = date.fromisoformat(text)
    return day.replace(year=day.year + 19)


def positions():
    names = {row["key"]: row["name"] for row in rows("people")}
    held = {seat.user.name: seat.position_id for seat in db.session.query(Seat).all()}
    return {key: held[name] for key, name in names.items()}


def booked_by_hand():
    found = defaultdict(Decimal)
    for row in [*rows("orders"), *rows("history")]:
        day = moved(row["date"])
        if day < TODAY:
            found[row["salesperson"], date(day.year, (day.month - 1) // 3 * 3 + 1, 1)] += Decimal(row["subtotal"])
    return found


def test_attainment_of_every_seller_and_quarter(demo):
    by_hand, ids, seen = booked_by_hand(), positions(), 0
    for row in rows("quotas"):
        starts = moved(row["quarter_start"])
        if starts > TODAY:
            continue
        one, me = quarter(starts, 7), ids[row["person"]]
        tree = queries.tree(SYSTEM, queries.fiscal_year_of(starts).starts_on)
        branch = tree.find(f"position:{me}")
        found = tree.attained(branch, one, TODAY)
        assert (found.quota, found.booked) == (Decimal(row["amount"]), by_hand[row["person"], starts]), row
        assert found.booked == queries.actuals(Metric.BOOKINGS, one).get(me, ZERO)
        seen += 1
    assert seen == 129


def test_teams_are_the_sums_of_those_below(demo):
    by_hand = booked_by_hand()
    for starts in (date(2024, 7, 1), date(2025, 7, 1), date(2026, 7, 1)):
        tree = queries.tree(SYSTEM, starts)
        year = queries.fiscal_year_of(starts)
        for team in (branch for branch in tree.walk() if branch.kind == "team"):
            assert team.numbers == team.below
            assert team.over_assigned in (0, None)
        whole = tree.tops[0]
        quotas = sum(Decimal(row["amount"]) for row in rows("quotas") if year.share_of(_day(row)))
        booked = sum(amount for (_, first), amount in by_hand.items() if year.starts_on <= first < year.ends_on)
        assert (tree.attained(whole, year, TODAY).quota, tree.attained(whole, year, TODAY).booked) == (quotas, booked)


def _day(row):
    first = moved(row["quarter_start"])
    return queries.Period(first, date(first.year, first.month, 2), "")


def test_the_years_are_invoiced_and_paid_as_well(demo):
    """Three days after the order; what was invoiced long ago is collected."""
    year = queries.fiscal_year_of(date(2025, 7, 1))
    sums = {metric: sum(queries.actuals(metric, year).values()) for metric in Metric}
    assert abs(sums[Metric.INVOICED] / sums[Metric.BOOKINGS] - 1) < Decimal("0.02")
    assert sums[Metric.COLLECTED] > sums[Metric.INVOICED]  # with tax
    assert sums[Metric.DEALS] > 1000
    assert sums[Metric.NEW_CUSTOMERS] > 50
    assert sums[Metric.MARGIN] < sums[Metric.BOOKINGS]
    assert db.session.query(Position).count() > 30
    assert db.session.get(Company, 1).currency == "USD"


def test_every_account_of_the_demo_has_one_open_assignment(demo):
    current = select(AccountAssignment.account_id).where(AccountAssignment.ends_on.is_(None))
    found = db.session.scalars(current.order_by(AccountAssignment.account_id)).all()
    assert found == db.session.scalars(select(Account.id).order_by(Account.id)).all()
    assert len(found) > 600
