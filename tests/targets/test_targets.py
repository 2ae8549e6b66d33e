"""The calendar, the tree, attainment."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.opportunities.states import OpportunityState
from portal.orders.states import OrderState
from portal.organization.models import Company
from portal.targets import queries
from portal.targets.rules import attained, fiscal_year, month, parts, period, quarter
from portal.targets.states import Metric, Span
from tests import world
from tests.opportunities.makers import deal
from tests.targets.makers import MAY, order, plan


@pytest.mark.parametrize(
    ("day", "start", "first", "end", "name"),
    [
        (date(2026, 5, 16), 1, date(2026, 4, 1), date(2026, 7, 1), "Q2 2026"),
        (date(2026, 12, 31), 1, date(2026, 10, 1), date(2027, 1, 1), "Q4 2026"),
        (date(2026, 11, 21), 7, date(2026, 10, 1), date(2027, 1, 1), "Q2 2026/27"),
        (date(2027, 2, 28), 7, date(2027, 1, 1), date(2027, 4, 1), "Q3 2026/27"),
        (date(2027, 6, 30), 7, date(2027, 4, 1), date(2027, 7, 1), "Q4 2026/27"),
        (date(2027, 1, 31), 2, date(2026, 11, 1), date(2027, 2, 1), "Q4 2026/27"),
    ],
)
def test_fiscal_quarters(day, start, first, end, name):
    found = quarter(day, start)
    assert (found.starts_on, found.ends_on, found.name) == (first, end, name)


@pytest.mark.parametrize("start", range(1, 13))
def test_periods_beside_each_other_join_and_fill_the_year(start):
    for span in Span:
        beside = [period(span, date(2026, 5, 16), start, shift=shift) for shift in range(-14, 15)]
        assert all(one.ends_on == other.starts_on for one, other in zip(beside, beside[1:], strict=False))
        assert beside[14].starts_on <= date(2026, 5, 16) < beside[14].ends_on
        year = fiscal_year(date(2026, 5, 16), start)
        inside = parts(year, span, start)
        assert len(inside) == 12 // span.months
        assert (inside[0].starts_on, inside[-1].ends_on) == (year.starts_on, year.ends_on)
        assert {one.starts_on for one in inside} <= {one.starts_on for one in beside} | {inside[-1].starts_on}
    assert month(date(2024, 2, 29)).days == 29
    assert period(Span.HALF, date(2026, 5, 16), 4).name == "H1 2026/27"


def test_pace_is_a_straight_line_over_the_days():
    one = quarter(date(2026, 5, 16))
    found = attained(Decimal(500), Decimal(910), one, date(2026, 5, 16))
    assert (found.expected, found.left) == (Decimal(460), Decimal(410))
    assert found.ahead == Decimal(40) / 910
    assert found.coverage(Decimal(820)) == 2
    nothing = attained(Decimal(1), Decimal(0), one, date(2026, 5, 16))
    assert (nothing.ratio, nothing.ahead, nothing.coverage(Decimal(5))) == (None, None, None)
    assert one.share_gone(date(2027, 1, 1)) == 1
    assert one.share_gone(date(2026, 1, 1)) == 0


@pytest.fixture
def booked(app):
    """Targets and orders around one quarter."""
    plan({"rep": 400, "colleague": 200, "manager": 500})
    order("rep", 300, (4, 1)), order("rep", 150, (6, 30)), order("colleague", 90, (5, 5)), order("outsider", 10, (5, 5))
    order("rep", 9999, (3, 31)), order("rep", 9999, (7, 1))
    order("rep", 9999, (5, 5), currency="EUR"), order("rep", 8888, (5, 5), state=OrderState.CANCELLED)


def test_attainment_rolls_up_the_tree(booked, actor):
    with clock.frozen(MAY):
        rows = {row.title: row for row in queries.attainment(actor("leader"), queries.current_period())}
    rep, manager = rows["Sales Representative Southwest"], rows["Sales Manager West"]
    home, outsider = rows["Test Cycles"], rows["Sales Representative Germany"]
    assert (rep.own_quota, rep.total.booked, rep.total.ratio) == (Decimal(1200), Decimal(450), Decimal("0.375"))
    assert (manager.own_quota, manager.below, manager.total.booked) == (Decimal(1500), Decimal(1800), Decimal(540))
    assert manager.over_assigned == Decimal("0.2")
    assert (home.own_quota, home.total.quota, home.total.booked) == (None, Decimal(1500), Decimal(550))
    assert (outsider.total.quota, outsider.total.booked) == (Decimal(0), Decimal(10))
    assert (home.depth, manager.depth, rep.depth) == (0, 1, 2)
    assert rep.total.expected == 400 + Decimal(400) * 16 / 31


def test_everybody_sees_their_own_part(booked, actor):
    with clock.frozen(MAY):
        now = queries.current_period()
        seen = {who: [row.name for row in queries.attainment(actor(who), now)] for who in ("rep", "manager")}
        mine = queries.of_positions(actor("rep").position_ids, now)
        team = queries.of_positions(actor("manager").position_ids, now)
    assert seen == {"rep": ["Rita Rep"], "manager": ["Max Manager", "Cole League", "Rita Rep"]}
    assert (mine.booked, mine.quota) == (Decimal(450), Decimal(1200))
    assert (team.booked, team.quota) == (Decimal(540), Decimal(1500))


def test_the_quota_of_a_position_for_any_days(booked):
    rep, manager = world.position("rep").id, world.position("manager").id
    assert queries.quota_of(rep, quarter(date(2026, 6, 30))) == Decimal(1200)
    assert queries.quota_of(manager, fiscal_year(date(2026, 6, 30))) == Decimal(6000)
    half = queries.Period(date(2026, 3, 17), date(2026, 4, 16), "")
    assert queries.quota_of(rep, half) == Decimal(400) * 15 / 31 + Decimal(400) * 15 / 30
    assert queries.quota_of(rep, quarter(date(2026, 6, 30)), "deals") == 0
    assert queries.quota_of(rep, quarter(date(2025, 6, 30))) == 0


def test_a_year_without_a_plan_shows_the_organization(app, actor):
    order("rep", 70, (5, 5), 2025)
    rows = queries.attainment(actor("leader"), quarter(date(2025, 5, 5)))
    assert [(row.title, row.total.booked) for row in rows][:3] == [
        ("Test Cycles", Decimal(70)), ("Sales Manager West", Decimal(70)), ("Sales Representative Northwest", Decimal(0)),
    ]  # fmt: skip
    assert [row.total.booked for row in queries.attainment(actor("rep"), quarter(date(2025, 5, 5)))] == [Decimal(70)]
    assert queries.attainment(actor("outsider"), quarter(date(2025, 5, 5)))[0].total.booked == 0


def test_attainment_is_a_few_statements(booked, actor, count_queries):
    who = actor("leader")
    with clock.frozen(MAY):
        now = queries.current_period()
        count_queries.clear()
        queries.attainment(who, now)
    assert len(count_queries) == 6


def test_the_quarter_ends_at_midnight_of_the_company(app, actor):
    with unit_of_work():
        db.session.get(Company, 1).timezone = "America/Los_Angeles"
    late = datetime(2026, 7, 1, 6, 59, tzinfo=UTC)  # still 30 June there
    order("rep", 5, (7, 1), placed_at=late)
    deal("rep", state=OpportunityState.WON, closed_at=late, actual_revenue=Decimal(5))
    rep = world.position("rep").id
    with clock.frozen(MAY):
        for metric, amount in ((Metric.BOOKINGS, 5), (Metric.DEALS, 1)):
            assert queries.actuals(metric, queries.current_period()) == {rep: Decimal(amount)}
