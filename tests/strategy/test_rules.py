"""What stays carry, seasons, correlations and axes."""

from datetime import date
from decimal import Decimal

import pytest

from portal.strategy.rules import Stay, axis, correlation, spread, together, typical
from portal.targets.rules import Period

MAY = Period(date(2026, 5, 1), date(2026, 6, 1), "May 2026")
FULL = Decimal(310)


@pytest.mark.parametrize(
    ("since", "until", "ramp", "carries"),
    [
        (date(2026, 1, 1), None, [], 310),
        (date(2026, 6, 1), None, [], 0),
        (date(2026, 5, 17), None, [], 150),  # 15 of 31 days
        (date(2026, 5, 1), None, [0, 50], 0),
        (date(2026, 4, 1), None, [0, 50], 155),
        (date(2026, 3, 1), None, [0, 50], 310),
        (date(2026, 1, 1), date(2026, 5, 11), [], 100),  # ten days
        (date(2026, 5, 11), date(2026, 5, 21), [], 100),
        (date(2026, 1, 1), date(2026, 5, 1), [], 0),
        (date(2026, 1, 1), date(2026, 6, 1), [], 310),
        (date(2026, 5, 11), date(2026, 5, 21), [50], 50),
    ],
)
def test_a_stay_carries_its_days_times_the_ramp(since: date, until: date | None, ramp: list[int], carries: int) -> None:
    assert round(Stay(since, until, ramp).carries(FULL, MAY), 10) == carries


@pytest.mark.parametrize("season", [[0] * 12, [1] * 12, [0, 3, 7, *[1] * 9], list(range(12))])
def test_a_season_spreads_the_whole_year(season: list[int]) -> None:
    months = spread(Decimal(1_000_001), [Decimal(share) for share in season])
    assert round(sum(months) - 1_000_001, 6) == 0
    assert not any(season) or [not one for one in months] == [not share for share in season]


@pytest.mark.parametrize("most", ["0", "0.01", "0.99", "1", "7", "101", "2499.99", "2500", "99999999999.5"])
def test_an_axis_is_round_and_reaches_the_figure(most: str) -> None:
    top, step = axis(Decimal(most))
    assert top >= Decimal(most)
    assert top % step == 0
    assert top // step <= 10


def test_an_axis_has_few_lines() -> None:
    assert [axis(Decimal(n)) for n in (0, 3, 100, 924_000)] == [(1, 1), (3, 1), (100, 25), (1_000_000, 250_000)]


@pytest.mark.parametrize(
    ("pairs", "r"),
    [
        ([(0, 0), (1, 1), (2, 2)], 1),
        ([(0, 2), (1, 1), (2, 0)], -1),
        ([(0, 0), (1, 1)], None),
        ([(1, 0), (1, 1), (1, 2)], None),
        ([], None),
    ],
)
def test_correlation(pairs: list[tuple[float, float]], r: float | None) -> None:
    found = correlation(pairs)
    assert found == r if r is None else found == pytest.approx(r)


def test_typical_is_the_middle_of_those_who_have_a_number() -> None:
    assert typical([Decimal(0), Decimal(10), Decimal(1000), Decimal(20)]) == 20
    assert typical([Decimal(0)]) == 0
    assert together([]) == [0] * 12
