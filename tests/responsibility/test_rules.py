"""Who gets what comes in: the pure rules."""

import pytest

from portal.responsibility.rules import Case, Desk, Rule, decide
from portal.responsibility.states import Method

NAMES = {1: "Ann", 2: "Bob", 3: "Cy"}


def rule(**values):
    given = {"id": 1, "name": "R", "priority": 100, "method": Method.ROUND_ROBIN, "positions": (1, 2, 3)} | values
    return Rule(**given)


def desk(**values):
    return Desk(names=NAMES, **values)


def test_round_robin_goes_on_where_the_wheel_stands():
    stands = desk(wheel={1: 2})

    assert [decide(Case(), [rule()], stands).position_id for _ in range(4)] == [3, 1, 2, 3]


def test_a_wheel_that_stands_on_somebody_who_left_begins_anew():
    assert decide(Case(), [rule()], desk(wheel={1: 9})).position_id == 1


def test_the_least_loaded_gets_it_and_ties_go_by_the_order_of_the_rule():
    stands = desk(load={1: 2, 2: 1, 3: 1})
    found = [decide(Case(), [rule(method=Method.LOAD, positions=(3, 2, 1))], stands) for _ in range(4)]

    assert [verdict.position_id for verdict in found] == [3, 2, 3, 2]
    assert found[0].why == "Rule “R”, the least loaded: Cy had 1"


def test_who_is_away_or_full_is_passed_over_and_the_reason_says_so():
    stands = desk(away={1: "away until 3 May"}, load={2: 5})
    verdict = decide(Case(), [rule(capacity=5)], stands)

    assert verdict.position_id == 3
    assert verdict.why == "Rule “R”, round robin: Cy; Ann is away until 3 May, Bob has 5 of 5"


def test_a_rule_without_anybody_free_passes_to_the_next():
    rules = [rule(name="First", positions=(1,)), rule(id=2, name="Second", priority=200, positions=(2,))]
    verdict = decide(Case(), rules, desk(away={1: "vacant"}))

    assert (verdict.position_id, verdict.rule_id) == (2, 2)
    assert "rule “First” has nobody free" in verdict.why
    assert decide(Case(), rules[:1], desk(away={1: "vacant"})) is None
    assert decide(Case(), [rule(positions=(1,), skips_away=False)], desk(away={1: "vacant"})).position_id == 1


@pytest.mark.parametrize(("values", "case", "applies"), [
    ({"country": "US"}, Case(country="us"), True), ({"country": "US"}, Case(country="DE"), False),
    ({"territory_id": 4}, Case(territories=(7, 4, 1)), True), ({"territory_id": 4}, Case(), False),
    ({"employees_from": 10}, Case(employees=10), True), ({"employees_from": 10}, Case(), False),
    ({"employees_to": 10}, Case(employees=11), False), ({"source": "webinar"}, Case(source="Webinar"), True),
])  # fmt: skip
def test_what_a_rule_asks_for(values, case, applies):
    assert rule(**values).applies(case) is applies


def test_the_lowest_number_decides():
    rules = [rule(priority=5, id=9, positions=(2,)), rule(priority=4, id=10, positions=(3,))]

    assert decide(Case(), rules, desk()).position_id == 3


def test_who_covers_the_territory_gets_it():
    by_territory = rule(method=Method.TERRITORY, positions=())

    assert decide(Case(covering=2), [by_territory], desk()).position_id == 2
    assert decide(Case(), [by_territory], desk()) is None


def test_a_known_account_goes_before_geography_only_where_the_rules_say_so():
    known = Case(account="Alpine", account_owner=3)

    assert decide(known, [rule()], desk()).position_id == 1
    assert (
        decide(known, [rule()], desk(named_first=True)).why == "Cy owns the account Alpine, which goes before geography"
    )
