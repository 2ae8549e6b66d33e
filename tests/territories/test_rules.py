"""Which territory a company belongs to."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.territories.rules import Facts, Index, Rule, match, overlaps

US = Rule(1, 10, 20, country="US")
CALIFORNIA = Rule(2, 20, 10, country="US", region="CA")
BAY = Rule(3, 30, 10, country="US", region="CA", postcode_from="94000", postcode_to="95199")
RETAIL = Rule(4, 40, 20, industry="Retail")
LARGE = Rule(5, 50, 5, employees_from=1000)
ALL = [US, CALIFORNIA, BAY, RETAIL, LARGE]


@pytest.mark.parametrize(
    ("facts", "territory"),
    [
        (Facts("US"), 10),
        (Facts("us", "ca"), 20),
        (Facts("US", "CA", "94105"), 30),
        (Facts("US", "CA", "94105-1234"), 30),
        (Facts("US", "CA", "95200"), 20),
        (Facts("US", "CA", "95199-9999"), 30),
        (Facts("US", "TX", industry="Retail"), 10),
        (Facts("FR", industry="retail"), 40),
        (Facts("US", "CA", "94105", employees=1000), 50),
        (Facts("FR", employees=999), None),
        (Facts("FR"), None),
        (Facts(), None),
    ],
)
def test_the_best_rule_decides(facts: Facts, territory: int | None) -> None:
    found = match(facts, ALL)
    assert (found and found.rule.territory_id) == territory


def test_the_answer_names_its_rule_and_those_it_beat() -> None:
    found = match(Facts("US", "CA", "94105"), ALL)
    assert found is not None
    assert found.why == "Rule: country US, region CA, postcode 94000 to 95199, priority 10"
    assert found.beaten == (CALIFORNIA, US)


def test_of_equals_the_older_rule_wins_and_the_pair_is_shown() -> None:
    twin = replace(US, id=9, territory_id=99)
    found = match(Facts("US"), [twin, US])
    assert found is not None
    assert found.rule == US
    assert overlaps([*ALL, twin]) == [(US, twin)]


@pytest.mark.parametrize(
    ("change", "meets"),
    [
        ({"region": "CA"}, True),
        ({"region": "WA"}, False),
        ({"region": "CA", "postcode_from": "95100", "postcode_to": "96000"}, True),
        ({"region": "CA", "postcode_from": "96000", "postcode_to": "97000"}, False),
    ],
)
def test_only_rules_that_can_meet_overlap(change: dict[str, Any], meets: bool) -> None:
    base = BAY if "postcode_from" in change else CALIFORNIA
    assert bool(overlaps([base, replace(base, id=9, territory_id=99, **change)])) is meets


TEXT = st.sampled_from(["", "A", "B"])
RULES = st.lists(
    st.builds(Rule, st.integers(1, 50), st.integers(1, 3), st.integers(1, 3), TEXT, TEXT, industry=TEXT),
    max_size=12,
    unique_by=lambda rule: rule.id,
)


@given(RULES, st.builds(Facts, TEXT, TEXT, industry=TEXT), st.randoms())
def test_the_compiled_index_answers_as_a_plain_search_does(rules: list[Rule], facts: Facts, chance: Any) -> None:
    from portal.territories.rules import applies

    plain = next((r for r in sorted(rules, key=lambda r: r.order) if applies(r, facts)), None)
    shuffled = list(rules)
    chance.shuffle(shuffled)
    found = Index(shuffled).match(facts)
    assert (found and found.rule) == plain
