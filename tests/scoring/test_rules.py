"""The score: points, decay, limits and receipts, whatever the order of what happened."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.scoring.rules import ENGAGEMENT, FIT, Happening, Rule, grade_of, problem, score

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
FORM = Rule(1, ENGAGEMENT, "Sent a form", "form", "happened", "", 20, half_life=14, cap=30)


def rule(fact: str, operator: str, value: str = "", points: int = 10) -> Rule:
    return Rule(1, FIT, "Rule", fact, operator, value, points)


def ago(days: float, name: str = "form") -> Happening:
    return Happening(name, NOW - timedelta(days=days))


@pytest.mark.parametrize(
    ("asked", "facts", "holds"),
    [
        (rule("country", "is", "us"), {"country": "US"}, True),
        (rule("country", "is", "US"), {"country": ""}, False),
        (rule("source", "in", "Referral; Trade fair"), {"source": "trade fair"}, True),
        (rule("source", "in", "Referral; Trade fair"), {"source": "fair"}, False),
        (rule("job_title", "contains", "buyer; purchas"), {"job_title": "Head of Purchasing"}, True),
        (rule("job_title", "contains", "buyer"), {}, False),
        (rule("employees", "at_least", "30"), {"employees": 30}, True),
        (rule("employees", "at_least", "30"), {"employees": 29}, False),
        (rule("employees", "at_least", "30"), {"employees": None}, False),
        (rule("phone", "known"), {"phone": "1"}, True),
        (rule("phone", "known"), {"phone": ""}, False),
        (rule("employees", "known"), {"employees": 0}, True),
        (rule("free_mail", "yes"), {"free_mail": True}, True),
        (rule("free_mail", "yes"), {"free_mail": False}, False),
    ],
)
def test_a_fact_meets_its_condition(asked: Rule, facts: dict[str, Any], holds: bool) -> None:
    assert score(facts, [], [asked], NOW).fit == (10 if holds else 0)


@pytest.mark.parametrize(("days", "points"), [(0, 20), (14, 10), (28, 5), (42, 2), (56, 1), (100, 0)])
def test_engagement_fades_by_half(days: int, points: int) -> None:
    assert score({}, [ago(days)], [FORM], NOW).engagement == points


def test_what_is_still_to_come_does_not_count() -> None:
    assert score({}, [ago(-1)], [FORM], NOW).total == 0


def test_a_rule_and_a_part_have_limits_with_receipts_of_their_own() -> None:
    found = score({}, [ago(0), ago(0), ago(0)], [FORM], NOW)
    assert found.engagement == 30
    assert [r.points for r in found.receipts] == [20, 20, 20, -30]
    many = [Rule(n, FIT, str(n), "phone", "known", "", 40) for n in range(3)]
    assert score({"phone": "1"}, [], many, NOW).receipts[-1].label == "Limit of this part"
    assert score({"phone": "1"}, [], many, NOW).fit == 60
    assert score({"phone": "1"}, [], [Rule(1, FIT, "No", "phone", "known", "", -5)], NOW).fit == 0


@pytest.mark.parametrize(
    ("fit", "engagement", "grade"), [(60, 40, "A1"), (45, 25, "A1"), (44, 24, "B2"), (20, 5, "C3"), (0, 0, "D4")]
)
def test_grades(fit: int, engagement: int, grade: str) -> None:
    assert grade_of(fit, engagement) == grade


@pytest.mark.parametrize(
    ("fact", "operator", "value", "field"),
    [
        ("shoe_size", "is", "1", "fact"),
        ("phone", "yes", "", "operator"),
        ("form", "is", "x", "operator"),
        ("country", "is", " ", "value"),
        ("source", "in", " ; ", "value"),
        ("employees", "at_least", "many", "value"),
        ("phone", "known", "1", "value"),
    ],
)
def test_a_rule_that_cannot_apply_is_named(fact: str, operator: str, value: str, field: str) -> None:
    found = problem(fact, operator, value)
    assert found is not None
    assert found[0] == field


RULES = st.lists(
    st.builds(
        Rule,
        id=st.none(),
        part=st.just(ENGAGEMENT),
        label=st.text(max_size=3),
        fact=st.sampled_from(["form", "call", "meeting"]),
        operator=st.just("happened"),
        value=st.just(""),
        points=st.integers(-100, 100),
        half_life=st.none() | st.integers(1, 400),
        cap=st.none() | st.integers(1, 100),
    ),
    max_size=5,
)
HAPPENINGS = st.lists(
    st.builds(
        Happening,
        name=st.sampled_from(["form", "call", "meeting", "email"]),
        at=st.integers(-50, 900).map(lambda hours: NOW - timedelta(hours=hours)),
        words=st.text(max_size=3),
    ),
    max_size=8,
)


@given(RULES, HAPPENINGS, st.randoms())
def test_order_is_no_matter_and_receipts_add_up(rules: list[Rule], happenings: list[Happening], chance: Any) -> None:
    first = score({}, happenings, rules, NOW)
    shuffled = list(happenings)
    chance.shuffle(shuffled)
    assert score({}, shuffled, rules, NOW) == first
    assert sum(r.points for r in first.receipts) == first.total
    assert 0 <= first.engagement <= 40
