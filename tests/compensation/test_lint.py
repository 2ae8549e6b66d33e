"""The plan linter: what a plan pays at its target, cliffs, and the curve."""

from decimal import Decimal
from typing import Any

import pytest

from portal.compensation.rules import curve_points, lint, parse

from .test_rules import BASE

D = Decimal


def plan(*components: dict[str, Any]) -> Any:
    given = [{"name": f"C{n}", "interval": "year", "basis": "attainment"} | one for n, one in enumerate(components)]
    return parse({"name": "P", "currency": "USD", "components": given})


FULL = [{"from": 0, "to": 60, "rate": "0.8"}, {"from": 60, "to": 100, "rate": "1.3"}, {"from": 100, "rate": 2}]
CLIFF = [{"from": 0, "to": 50, "rate": 0}, {"from": 50, "rate": 1, "retroactive": True}]
FALLS = [{"from": 0, "to": 50, "rate": 2}, {"from": 50, "rate": 1}]


@pytest.mark.parametrize(
    ("components", "said", "bad"),
    [
        ([{"tiers": FULL, "unit": "multiplier"}], [], []),
        (
            [{"tiers": BASE, "unit": "multiplier"}],
            ["pays 45,000.00; the target incentive is 60,000.00, 75.00 % of it"],
            [True],
        ),
        ([{"tiers": CLIFF, "unit": "multiplier"}], ["at 50 % of the quota the payout jumps by 30,000.00"], [False]),
        (
            [{"tiers": FALLS, "unit": "multiplier", "method": "flat"}],
            ["at 50 % of the quota the payout falls by"],
            [True],
        ),
        ([{"tiers": FULL, "unit": "multiplier", "weight": 90}], ["add up to 90 %", "pays 54,000.00"], [False, True]),
        ([{"tiers": FULL, "unit": "multiplier", "weight": 80}, {"kind": "mbo", "weight": 20}], [], []),
        ([{"tiers": FULL, "unit": "multiplier"}, {"kind": "spif", "amount": 9, "basis": "amount"}], [], []),
    ],
)
def test_what_the_linter_says(components: list[dict[str, Any]], said: list[str], bad: list[bool]) -> None:
    found = lint(plan(*components), D(60_000), D(600_000))
    assert [one.bad for one in found] == bad
    assert all(text in one.text for text, one in zip(said, found, strict=True))


def test_the_curve_shows_both_sides_of_a_cliff() -> None:
    points = curve_points(plan({"tiers": CLIFF, "unit": "multiplier"}), D(60_000), D(600_000))
    near = [point.pays for point in points if abs(point.attained - D("0.5")) < D("0.001")]
    assert near[0] == 0
    assert near[-1] == 30_000
    assert points[-1].pays == 90_000
