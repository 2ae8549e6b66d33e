"""Spreading: nothing is lost, nobody is short-changed by more than a unit; ramp, season, the shape of the tree."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.kernel.errors import Refused
from portal.targets.rules import (
    Place,
    carried,
    check_amount,
    check_season,
    check_shares,
    even_season,
    grown,
    month,
    over_months,
    shared,
    unit_of,
)
from portal.targets.states import Metric

CENT = Decimal("0.01")
weights = st.lists(st.integers(0, 10**6).map(Decimal), min_size=1, max_size=12)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # other work may hold the machine


@unhurried
@given(st.integers(0, 10**12), weights, st.sampled_from([CENT, Decimal(1)]))
def test_shares_add_up(units, given_weights, unit):
    total = units * unit
    parts = shared(total, given_weights, unit)
    assert sum(parts) == total
    assert min(parts) >= 0
    whole = sum(given_weights) or len(given_weights)
    for part, weight in zip(parts, given_weights if any(given_weights) else [1] * len(parts), strict=True):
        assert abs(part - total * weight / whole) < unit


@unhurried
@given(st.lists(st.integers(0, 10**9), min_size=12, max_size=12), weights, st.sampled_from([CENT, Decimal(1)]))
def test_every_month_adds_up_and_the_year_is_fair(units, given_weights, unit):
    months = [n * unit for n in units]
    parts = over_months(months, [given_weights] * 12, unit)
    assert [sum(part[i] for part in parts) for i in range(12)] == months
    assert min(min(part) for part in parts) >= 0
    given_weights = given_weights if any(given_weights) else [Decimal(1)] * len(parts)
    for part, weight in zip(parts, given_weights, strict=True):
        assert abs(sum(part) - sum(months) * weight / sum(given_weights)) <= unit * 2


def test_a_deal_a_month_goes_round():
    """Largest remainder month by month would give all twelve to the first."""
    parts = over_months([Decimal(1)] * 12, [[Decimal(1)] * 3] * 12, Decimal(1))
    assert [sum(part) for part in parts] == [4, 4, 4]


def test_a_newcomer_carries_what_the_ramp_says_of_the_days_there():
    january, ramp = month(date(2026, 1, 1)), [25, 50, 75]
    assert carried(Decimal(310), january, date(2026, 1, 17), ramp) == Decimal(310) * 15 / 31 / 4
    assert carried(Decimal(310), january, date(2025, 12, 3), ramp) == 155
    assert carried(Decimal(310), january, date(2025, 9, 30), ramp) == 310
    assert carried(Decimal(310), january, date(2025, 10, 1), []) == 310
    assert carried(Decimal(310), january, date(2026, 2, 1), ramp) == 0
    assert carried(Decimal(310), january, None, ramp) == 0


def test_amounts_seasons_and_shares_are_checked_by_field():
    assert sum(even_season()) == 100
    assert unit_of(Metric.BOOKINGS, "JPY") == unit_of(Metric.DEALS, "USD") == 1
    bad = {
        "m3": lambda: check_amount(Decimal("-1"), Metric.BOOKINGS, "USD", "m3"),
        "m4": lambda: check_amount(Decimal("0.001"), Metric.BOOKINGS, "USD", "m4"),
        "m5": lambda: check_amount(Decimal("1.5"), Metric.DEALS, "USD", "m5"),
        "month_2": lambda: check_season([Decimal(50), Decimal(60), Decimal(-10), *[Decimal(0)] * 9]),
        "month_11": lambda: check_season([Decimal(9)] * 12),
        "b": lambda: check_shares({"a": Decimal(60), "b": Decimal(41)}),
        "a": lambda: check_shares({"a": Decimal(-1), "b": Decimal(101)}),
    }
    for field, check in bad.items():
        with pytest.raises(Refused) as refused:
            check()
        assert refused.value.field == field


def test_the_tree_has_units_teams_territories_and_sellers():
    places = [
        Place(1, "Chief", "/1/", False),
        Place(2, "Head of sales", "/1/2/", False, unit=(7, "Sales")),
        Place(3, "Manager", "/1/2/3/", True, unit=(8, "West")),
        Place(4, "Seller", "/1/2/3/4/", True, unit=(8, "West"), territory=(5, "Oregon")),
        Place(6, "Seller", "/1/2/3/6/", True, unit=(8, "West"), territory=(5, "Oregon")),
        Place(9, "Accountant", "/1/9/", False),
    ]
    assert [(part.key, part.parent, part.kind.value, part.name) for part in grown("Ours", places)] == [
        ("company", None, "company", "Ours"),
        ("team:2", "company", "unit", "Sales"),
        ("team:3", "team:2", "team", "West"),
        ("position:3", "team:3", "position", "Manager"),
        ("territory:5@team:3", "team:3", "territory", "Oregon"),
        ("position:4", "territory:5@team:3", "position", "Seller"),
        ("position:6", "territory:5@team:3", "position", "Seller"),
    ]
    assert [part.key for part in grown("Ours", [])] == ["company"]
