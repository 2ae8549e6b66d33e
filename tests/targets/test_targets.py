"""Quarters, quotas, attainment."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portal.kernel import clock
from portal.kernel.db import db, unit_of_work
from portal.kernel.errors import Forbidden, Stale
from portal.opportunities.states import OpportunityState
from portal.organization.models import Company
from portal.targets import queries, services
from portal.targets.models import Quota
from portal.targets.rules import attained, fiscal_year, quarter
from tests import world
from tests.opportunities.makers import deal

MAY = datetime(2026, 5, 16, 12, tzinfo=UTC)  # day 46 of 91 in the second quarter


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


def test_quarters_beside_each_other_join():
    for start in range(1, 13):
        periods = [quarter(date(2026, 5, 16), start, shift=shift) for shift in range(-6, 7)]
        assert all(one.ends_on == other.starts_on for one, other in zip(periods, periods[1:], strict=False))
        year = fiscal_year(date(2026, 5, 16), start)
        assert year.starts_on <= date(2026, 5, 16) < year.ends_on
        assert year.starts_on in {period.starts_on for period in periods}


def test_pace_is_a_straight_line_over_the_days():
    period = quarter(date(2026, 5, 16))
    found = attained(Decimal(500), Decimal(910), period, date(2026, 5, 16))
    assert (found.expected, found.left) == (Decimal(460), Decimal(410))
    assert found.ahead == Decimal(40) / 910
    assert attained(Decimal(1), Decimal(0), period, date(2026, 5, 16)).ratio is None
    assert period.share_gone(date(2027, 1, 1)) == 1
    assert period.share_gone(date(2026, 1, 1)) == 0


def win(owner, amount, day, **values):
    at = datetime(2026, *day, 12, tzinfo=UTC)
    return deal(owner, state=OpportunityState.WON, closed_at=at, actual_revenue=Decimal(amount), **values)


def give(key, amount, starts_on=date(2026, 4, 1)):
    period = quarter(starts_on)
    return world.add(
        Quota(
            owner_id=world.position(key).id,
            starts_on=period.starts_on,
            ends_on=period.ends_on,
            amount=Decimal(amount),
            currency="USD",
        )
    )


@pytest.fixture
def booked(app):
    """Quotas and wins around one quarter."""
    give("rep", 1000), give("colleague", 600), give("manager", 1500)
    give("rep", 7777, date(2026, 7, 1))
    win("rep", 300, (4, 1)), win("rep", 150, (6, 30)), win("colleague", 90, (5, 5)), win("outsider", 10, (5, 5))
    win("rep", 9999, (3, 31)), win("rep", 9999, (7, 1))
    win("rep", 9999, (5, 5), currency="EUR")
    deal("rep", state=OpportunityState.LOST, closed_at=MAY), deal("rep", amount=Decimal(9999))


def test_attainment_rolls_up_the_tree(booked, actor):
    with clock.frozen(MAY):
        rows = {row.position_id: row for row in queries.attainment(actor("leader"), queries.current_period())}
    rep, manager, leader, outsider = (rows[world.position(key).id] for key in ("rep", "manager", "leader", "outsider"))
    assert (rep.own_quota, rep.total.booked, rep.total.ratio) == (Decimal(1000), Decimal(450), Decimal("0.45"))
    assert (manager.own_quota, manager.below, manager.total.booked) == (Decimal(1500), Decimal(1600), Decimal(540))
    assert round(manager.over_assigned, 4) == Decimal("0.0667")
    assert (leader.own_quota, leader.total.quota, leader.total.booked) == (None, Decimal(3100), Decimal(550))
    assert (outsider.total.quota, outsider.total.booked) == (Decimal(0), Decimal(10))
    assert (leader.depth, manager.depth, rep.depth) == (0, 1, 2)


def test_everybody_sees_their_own_part(booked, actor):
    with clock.frozen(MAY):
        period = queries.current_period()
        seen = {who: [row.name for row in queries.attainment(actor(who), period)] for who in ("rep", "manager")}
        mine = queries.of_positions(actor("rep").position_ids, period)
    assert seen == {"rep": ["Rita Rep"], "manager": ["Max Manager", "Rita Rep", "Cole League"]}
    assert (mine.booked, mine.quota) == (Decimal(450), Decimal(1000))
    assert queries.quota_of(world.position("rep").id, quarter(date(2026, 6, 30))) == Decimal(1000)
    assert queries.quota_of(world.position("rep").id, quarter(date(2026, 7, 1))) == Decimal(7777)


def test_attainment_is_a_few_statements(booked, actor, count_queries):
    who = actor("leader")
    with clock.frozen(MAY):
        period = queries.current_period()
        count_queries.clear()
        queries.attainment(who, period)
    assert len(count_queries) == 7


def test_the_quarter_ends_at_midnight_of_the_company(app, actor):
    with unit_of_work():
        db.session.get(Company, 1).timezone = "America/Los_Angeles"
    late = datetime(2026, 7, 1, 6, 59, tzinfo=UTC)  # still 30 June there
    deal("rep", state=OpportunityState.WON, closed_at=late, actual_revenue=Decimal(5))
    with clock.frozen(MAY):
        assert queries.booked_by([world.position("rep").id], queries.current_period()) == Decimal(5)


def test_setting_a_quota_and_its_versions(actor):
    period, position = quarter(date(2026, 5, 16)), world.position("rep").id
    with unit_of_work():
        services.set_quota(actor("leader"), position, period, Decimal(100))
    one = queries.quota_in(actor("leader"), position, period.starts_on)
    version = one.version
    with unit_of_work():
        services.set_quota(actor("operator"), position, period, Decimal(200), version=version)
    with pytest.raises(Stale), unit_of_work():
        services.set_quota(actor("leader"), position, period, Decimal(300), version=version)
    with pytest.raises(Forbidden), unit_of_work():
        services.set_quota(actor("manager"), position, period, Decimal(1))
    assert db.session.get(Quota, one.id).amount == Decimal(200)


def test_the_pages(client_of):
    give("rep", 1000)
    position = world.position("rep").id
    here = f"/targets/{position}/2026-04-01"
    leader = client_of("leader")
    assert client_of("rep").get("/targets").status_code == 200
    assert client_of("marketer").get("/targets").status_code == 403
    assert leader.get("/targets?period=-1").status_code == 200
    assert leader.get(here).status_code == 200
    assert client_of("rep").get(here).status_code == 403
    for wrong in (f"/targets/{position}/2026-04-02", f"/targets/{position}/soon", "/targets/9999/2026-04-01"):
        assert leader.get(wrong).status_code == 404
    version = str(queries.quota_in(_leader(), position, date(2026, 4, 1)).version)
    assert leader.post(here, data={"amount": "2500", "version": version}).status_code == 303
    assert leader.post(here, data={"amount": "3", "version": version}).status_code == 409
    for bad in ("-1", "", "NaN", "much"):
        assert leader.post(here, data={"amount": bad}).status_code == 422
    assert queries.quota_in(_leader(), position, date(2026, 4, 1)).amount == Decimal(2500)


def _leader():
    from portal.organization.queries import actor_for

    return actor_for(world.user("leader"), date(2026, 6, 1))
