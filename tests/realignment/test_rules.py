"""The balance index and the search for a better one."""

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.realignment.queries.comparing import next_to, outlines
from portal.realignment.rules import Load, Unit, balance, improve


def load(potential: int, workload: int = 0, revenue: int = 0) -> Load:
    return Load(1, Decimal(0), Decimal(revenue), Decimal(potential), workload)


def test_the_index_is_100_when_all_carry_the_same_and_0_when_one_carries_everything() -> None:
    even = {1: load(10, 5, 2), 2: load(10, 5, 2), 3: load(10, 5, 2)}
    people = dict.fromkeys(even, 1.0)
    assert balance(even, people).index == pytest.approx(100)
    assert balance({1: load(9), 2: Load(), 3: Load()}, people).index == pytest.approx(0)
    assert balance({}, {}).index == balance({1: load(1)}, {1: 1.0}).index == 100


def test_potential_counts_half_workload_30_and_revenue_20() -> None:
    lopsided = {1: load(4, 1, 1), 2: load(0, 1, 1)}
    found = balance(lopsided, {1: 1.0, 2: 1.0})
    assert found.weights == {"potential": 50, "workload": 30, "revenue": 20}
    assert found.shares == pytest.approx({1: 1.5, 2: 0.5})
    assert found.index == pytest.approx(50)
    assert balance({1: load(4), 2: load(4)}, {1: 1.0, 2: 1.0}).weights == {"potential": 100}


def test_two_people_carry_twice_as_much() -> None:
    found = balance({1: load(20), 2: load(10)}, {1: 2.0, 2: 1.0})
    assert found.index == pytest.approx(100)
    assert found.shares == pytest.approx({1: 1.0, 2: 1.0})


UNITS = st.lists(
    st.tuples(
        st.tuples(st.integers(1, 3), st.just("US"), st.sampled_from(["CA", "NV", "AZ", "OR", "UT", "NM"])),
        st.integers(1, 3),
        st.integers(1, 9),
        st.integers(0, 200).map(lambda percent: percent / 100),
    ).map(lambda values: Unit(*values)),
    max_size=12,
    unique_by=lambda unit: unit.key,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(UNITS, st.integers(1, 40))
def test_a_search_never_lowers_the_index_nor_moves_too_many(units: list[Unit], most: int) -> None:
    carried: dict[int, float] = {1: 0.0, 2: 0.0, 3: 0.0}
    for unit in units:
        carried[unit.territory] += unit.load
    staff = dict.fromkeys(carried, 1.0)
    beside = lambda place: dict.fromkeys(next_to(place))  # noqa: E731
    steps = list(improve(carried, staff, units, beside, most))
    assert steps == list(improve(carried, staff, list(reversed(units)), beside, most))
    reached = [step.balance for step in steps]
    assert reached == sorted(reached)
    assert all(step.moved <= most for step in steps)
    now = {unit.key: unit.territory for unit in units} | {step.unit.key: step.to for step in steps}
    away = sum(unit.accounts for unit in units if now[unit.key] != unit.territory)
    assert away == (steps[-1].moved if steps else 0)
    final: dict[int, float] = defaultdict(float)
    for unit in units:
        final[now[unit.key]] += unit.load
    if steps:
        off = sum(abs(final[key] - 1) for key in staff)
        assert steps[-1].balance == pytest.approx(100 * (1 - off / 4), abs=1e-6)


def test_regions_go_to_neighbours_only() -> None:
    units = [
        Unit((1, "US", "CA"), 1, 5, 1.5),
        Unit((2, "US", "AZ"), 1, 5, 0.5),
        Unit((3, "US", "ME"), 2, 1, 0.5),
        Unit((4, "US", "NM"), 3, 1, 0.5),
    ]
    beside = lambda place: dict.fromkeys(next_to(place))  # noqa: E731
    steps = list(improve({1: 2.0, 2: 0.5, 3: 0.5}, dict.fromkeys((1, 2, 3), 1.0), units, beside, 10))
    assert [(step.unit.place, step.to) for step in steps] == [(("US", "AZ"), 3)]


def test_the_maps_know_neighbours_and_places() -> None:
    assert next_to(("US", "WA")) == {("US", "ID"), ("US", "OR")}
    assert next_to(("FR", "75")) == frozenset()
    states, world = outlines("US"), outlines("world")
    assert len(states) == 52
    assert {"US", "DE", "FR", "GB", "AU", "CA"} <= world.keys()
    for outline in (states, world):
        for code, shape in outline.items():
            assert code == "box" or shape["path"].startswith("M")
            assert code == "box" or all(code in outline[near]["near"] for near in shape["near"])
