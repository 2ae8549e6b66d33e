"""Splitting, power, intervals and verdicts, also over thousands of simulated tests that are looked at all the time."""

import random
from bisect import bisect
from collections import Counter
from functools import cache
from itertools import accumulate
from math import exp, lgamma, log

import pytest

from portal.experiments.rules import LOOKING_ALWAYS, Arm, Share, arm_of, detectable, fixed, judge, needed, sequential
from portal.experiments.states import Method, Outcome

SHARES = (Share("A", 10), Share("B", 10), Share("hold-out", 5), Share("rest", 75))


def test_people_fall_to_arms_by_their_shares_and_stay_there() -> None:
    found = Counter(arm_of(person, "broadcast:7", SHARES) for person in range(100_000))
    for label, percent in SHARES:
        assert found[label] == pytest.approx(1000 * percent, rel=0.05)
    assert [arm_of(person, "broadcast:7", SHARES) for person in (1, 2, 3)] == ["rest", "rest", "rest"]
    assert arm_of(99, "broadcast:7", (Share("A", 0),)) == ""


def test_what_one_test_says_of_a_person_tells_nothing_about_another_test() -> None:
    halves = (Share("A", 50), Share("B", 50))
    both = Counter((arm_of(person, "1", halves), arm_of(person, "2", halves)) for person in range(40_000))
    assert all(count == pytest.approx(10_000, rel=0.05) for count in both.values())
    assert len(both) == 4


@pytest.mark.parametrize(
    ("rate", "other", "people"),
    [(0.20, 0.22, 6509), (0.20, 0.25, 1094), (0.03, 0.04, 5301), (0.03, 0.045, 2517), (0.02, 0.03, 3825)],
)
def test_people_needed(rate: float, other: float, people: int) -> None:
    assert needed(rate, other) == needed(other, rate) == people
    assert detectable(rate, people) == pytest.approx(other - rate, rel=0.001)


def test_more_comparisons_need_more_people() -> None:
    assert needed(0.2, 0.22, comparisons=3) > needed(0.2, 0.22)
    with pytest.raises(ValueError, match="two different rates"):
        needed(0.2, 0.2)


def test_the_fixed_interval_is_newcombes() -> None:
    """His worked example (a): 56 of 70 against 48 of 80 gives 0.0524 to 0.3339."""
    effect = fixed(Arm("A", 70, 56), Arm("B", 80, 48), 0.05)
    assert (round(effect.difference, 4), round(effect.low, 4), round(effect.high, 4)) == (0.2, 0.0524, 0.3339)


def test_the_interval_for_all_looks_is_wider_and_narrows() -> None:
    once = fixed(Arm("A", 5000, 600), Arm("B", 5000, 500), 0.05)
    always = sequential(Arm("A", 5000, 600), Arm("B", 5000, 500), 0.05)
    assert always.low < once.low < 0.02 < once.high < always.high
    later = sequential(Arm("A", 50_000, 6000), Arm("B", 50_000, 5000), 0.05)
    assert later.high - later.low < (always.high - always.low) / 2
    assert later.clear


def test_no_hits_and_nobody_say_nothing() -> None:
    for measure in (fixed, sequential):
        assert not measure(Arm("A", 0, 0), Arm("B", 0, 0), 0.05).clear
        assert not measure(Arm("A", 100, 0), Arm("B", 100, 0), 0.05).clear
    assert sequential(Arm("A", 1000, 100), Arm("B", 1000, 0), 0.05).clear


def test_a_fixed_test_says_nothing_before_its_time() -> None:
    arms = [Arm("A", 5000, 500), Arm("B", 5000, 800)]
    assert judge(arms, Method.FIXED, minimum=1000, final=False).outcome is None
    verdict = judge(arms, Method.FIXED, minimum=1000, final=True)
    assert (verdict.outcome, verdict.best, verdict.pick("A")) == (Outcome.WINNER, "B", "B")
    assert judge(arms, Method.SEQUENTIAL, minimum=1000, final=False).outcome == Outcome.WINNER


def test_too_few_people_are_not_enough_whatever_the_figures() -> None:
    arms = [Arm("A", 99, 1), Arm("B", 99, 60)]
    for method in Method:
        assert judge(arms, method, minimum=100, final=False).outcome is None
        verdict = judge(arms, method, minimum=100, final=True)
        assert (verdict.outcome, verdict.pick("A")) == (Outcome.NOT_ENOUGH, "A")


def test_without_a_clear_best_the_default_goes_out_unless_it_is_clearly_worse() -> None:
    close = judge([Arm("A", 5000, 500), Arm("B", 5000, 505)], Method.FIXED, minimum=1, final=True)
    assert (close.outcome, close.pick("A")) == (Outcome.NO_DIFFERENCE, "A")
    arms = [Arm("A", 5000, 300), Arm("B", 5000, 500), Arm("C", 5000, 505)]
    three = judge(arms, Method.FIXED, minimum=1, final=True)
    assert (three.outcome, three.pick("A"), three.pick("B")) == (Outcome.NO_DIFFERENCE, "C", "B")


def _chances(people: int, rate: float) -> list[float]:
    """The cumulative chances of 0, 1, 2 ... hits among so many people."""
    log_of = [lgamma(people + 1) - lgamma(k + 1) - lgamma(people - k + 1) for k in range(people + 1)]
    return list(accumulate(exp(ways + k * log(rate) + (people - k) * log(1 - rate)) for k, ways in enumerate(log_of)))


def _false_winners(method: Method, people: int, rates: list[float], rounds: int, *, peek: bool = True) -> float:
    """The share of tests that name a winner when all looks count: one after every single hit, in random order."""
    rng = random.Random(20140601)
    chances = [_chances(people, rate) for rate in rates]

    @cache
    def wins(*hits: int) -> bool:
        arms = [Arm(str(n), people, count) for n, count in enumerate(hits)]
        return judge(arms, method, minimum=1, final=True).outcome == Outcome.WINNER

    named = 0
    for _ in range(rounds):
        totals = [min(bisect(chance, rng.random()), people) for chance in chances]
        if not peek:
            named += wins(*totals)
            continue
        order = [arm for arm, total in enumerate(totals) for _ in range(total)]
        rng.shuffle(order)
        hits = [0] * len(rates)
        for arm in order:
            hits[arm] += 1
            if wins(*hits):
                named += 1
                break
    return named / rounds


def test_peeking_names_false_winners_in_at_most_5_percent_of_10_000_tests() -> None:
    found = _false_winners(Method.SEQUENTIAL, 1000, [0.05, 0.05], 10_000)
    print(f"\nfalse winners when looking after every hit: {found:.2%} of 10,000 tests")
    assert found <= 0.05


@pytest.mark.parametrize(("people", "rates"), [(300, [0.4, 0.4]), (500, [0.05] * 3), (120, [0.9, 0.9])])
def test_it_holds_for_frequent_hits_and_for_several_arms(people: int, rates: list[float]) -> None:
    assert _false_winners(Method.SEQUENTIAL, people, rates, 1000) <= 0.05


def test_looking_at_a_fixed_test_all_the_time_would_name_many() -> None:
    assert _false_winners(Method.FIXED, 1000, [0.05, 0.05], 1000) > 0.15


def test_a_fixed_test_judged_once_keeps_its_word() -> None:
    assert _false_winners(Method.FIXED, 1000, [0.05, 0.05], 10_000, peek=False) <= 0.055


def test_a_real_difference_is_found_with_what_the_calculator_asks_for() -> None:
    people = needed(0.05, 0.07)
    assert _false_winners(Method.FIXED, people, [0.05, 0.07], 1000, peek=False) == pytest.approx(0.8, abs=0.04)
    always = int(people * LOOKING_ALWAYS)
    assert _false_winners(Method.SEQUENTIAL, always, [0.05, 0.07], 150) == pytest.approx(0.83, abs=0.08)
