"""Which territory a company belongs to."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.territories.rules import Facts, Index, Rule, applies, inherit, match, overlaps

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
# id, territory, priority, country, region, industry, product, account, inherited
VALUES = st.tuples(
    st.integers(1, 50), st.integers(1, 3), st.integers(1, 3), TEXT, TEXT, TEXT, TEXT,
    st.sampled_from(["", "", "", "N1"]), st.booleans(),
)  # fmt: skip


def _rule(values: tuple[Any, ...]) -> Rule:
    key, territory, priority, country, region, industry, product, account, inherited = values
    if account:
        return Rule(key, territory, priority, account=account)
    return Rule(key, territory, priority, country, region, industry=industry, product=product, inherited=inherited)


RULES = st.lists(VALUES, max_size=12, unique_by=lambda values: values[0]).map(lambda found: [_rule(v) for v in found])
FACTS = st.tuples(TEXT, TEXT, TEXT, st.sets(TEXT), st.sampled_from(["", "N1"])).map(
    lambda v: Facts(v[0], v[1], industry=v[2], products=frozenset(v[3] - {""}), account=v[4])
)
PATHS = {1: "/1/", 2: "/1/2/", 3: "/1/2/3/"}


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(RULES, FACTS, st.randoms())
def test_placement_is_the_same_in_any_order_of_rules_and_as_a_plain_search(
    rules: list[Rule], facts: Facts, chance: Any
) -> None:
    made = inherit(rules, PATHS)
    plain = next((r for r in sorted(made, key=lambda r: r.order) if applies(r, facts)), None)
    shuffled = list(rules)
    chance.shuffle(shuffled)
    index = Index(inherit(shuffled, PATHS))
    assert index.first(facts) == plain
    assert (found := index.match(facts)) is None or found.rule == plain
    if any(rule.account and rule.account == facts.account for rule in rules):
        assert plain is not None
        assert plain.account == facts.account


def test_an_inherited_rule_narrows_those_below_and_takes_what_they_leave() -> None:
    country = Rule(1, 1, 1, "US", inherited=True)
    retail, named = Rule(2, 3, 50, industry="Retail"), Rule(3, 3, 50, account="N1")
    index = Index(inherit([country, retail, named], PATHS))

    def where(facts: Facts) -> int | None:
        found = index.first(facts)
        return found and found.territory_id

    assert where(Facts("US", industry="retail")) == 3  # before the rule of its parent, whatever the priorities
    assert where(Facts("US", industry="Mining")) == 1
    assert where(Facts("FR", industry="Retail")) is None  # the parent asks for its country too
    assert where(Facts("FR", account="N1")) == 3  # a named account beats geography


def test_of_two_parents_the_nearer_one_takes_it() -> None:
    far, near = Rule(1, 1, 1, "US", inherited=True), Rule(2, 2, 9, "US", inherited=True)
    found = match(Facts("US"), inherit([far, near], PATHS))
    assert found is not None
    assert found.rule.territory_id == 2


def test_product_interest_is_one_of_several() -> None:
    rule = Rule(1, 1, 1, product="Bikes")
    assert applies(rule, Facts(products=frozenset({"Helmets", "bikes"})))
    assert not applies(rule, Facts(products=frozenset({"Helmets"})))
    assert rule.words() == "interest in Bikes"
