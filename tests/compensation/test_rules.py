"""The pay arithmetic: published examples to the cent, and what must hold for every plan."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.compensation.rules import Credit, Draw, Person, Sofar, curve_of, earn, parse, pay_out
from portal.compensation.rules.credits import Document, Share, shares_of
from portal.compensation.states import DrawKind, Measure, Role
from portal.kernel.errors import Refused

D = Decimal
CASES = {one["id"]: one for one in json.loads((Path(__file__).parents[1] / "data/incentive_examples.json").read_text())}
NOBODY = Person(D(0), lambda period: None)


def tiers(rows: list[list[Any]], **more: Any) -> list[dict[str, Any]]:
    """Rows [from, to, rate as a share]; the last one opened."""
    made = [{"from": low, "to": high, "rate": str(D(str(rate)) * 100)} | more for low, high, rate in rows]
    made[-1]["to"] = None
    return made


def component(**given: Any) -> Any:
    return parse({"name": "P", "currency": "USD", "components": [{"name": "C"} | given]}).components[0]


def credits(*amounts: Any, day: date = date(2026, 1, 5)) -> list[Credit]:
    return [Credit(f"c{n}", day, D(str(amount))) for n, amount in enumerate(amounts)]


def paid(made: Any, given: list[Credit], person: Person = NOBODY) -> list[Decimal]:
    return [one.pays for one in earn(made, given, person, currency="USD")]


def test_marginal_tiers_for_each_transaction() -> None:
    case = CASES["oracle_step_rate_individual"]
    made = component(interval="transaction", method="marginal", tiers=tiers(case["tiers"]))
    given = [Credit(key, date.fromisoformat(case["dates"][key]), D(x)) for key, x in case["transactions"].items()]
    found = {one.credit.key: one.pays for one in earn(made, given, NOBODY, currency="USD")}
    assert found | {"total": sum(found.values())} == case["expected"]


@pytest.mark.parametrize(("amount", "rate"), CASES["oracle_flat_by_tier"]["expected_rate"].items())
def test_flat_by_the_tier_reached(amount: str, rate: float) -> None:
    made = component(interval="transaction", method="flat", tiers=tiers(CASES["oracle_flat_by_tier"]["tiers"]))
    found = earn(made, credits(amount), NOBODY, currency="USD")[0]
    assert found.pays == D(amount) * D(str(rate))
    assert [one.rate for one in found.slices] == [D(str(rate)) * 100]


@pytest.mark.parametrize(("amount", "pays"), CASES["annual_marginal_vs_retroactive"]["expected_marginal"].items())
def test_marginal_over_the_year(amount: str, pays: int) -> None:
    made = component(interval="year", tiers=tiers(CASES["annual_marginal_vs_retroactive"]["tiers"]))
    assert sum(paid(made, credits(*[D(amount) / 4] * 4))) == pays


def test_retroactive_over_the_year() -> None:
    case = CASES["annual_marginal_vs_retroactive"]
    retroactive = component(interval="year", tiers=tiers(case["tiers"], retroactive=True))
    flat = component(interval="year", method="flat", tiers=tiers(case["tiers"]))
    for amount, pays in case["expected_retroactive"].items():
        for made in (retroactive, flat):
            found = earn(made, credits(400_000, int(amount) - 400_000), NOBODY, currency="USD")
            assert sum(one.pays for one in found) == pays
            assert [one.earlier for one in found[1].slices] == [False, True]
            assert sum(one.pays for one in found[1].slices) == found[1].pays


GATED = CASES["quarter_quota_accelerator_with_annual_gate"]


def gated(through: bool) -> Any:
    rows = [{"from": 0, "to": 100, "rate": 5}, {"from": 100, "to": 125, "rate": 6}, {"from": 125, "rate": 7}]
    gate = {"attainment": 100, "rate": 5, "through": through}
    return component(interval="quarter", basis="attainment", tiers=rows, gate=gate)


def quarterly(quota: int) -> Person:
    return Person(D(0), lambda period: D(quota) * round(period.days / 91))


def test_accelerators_behind_a_gate() -> None:
    met = earn(gated(True), credits(150_000), quarterly(GATED["quarter_quota"]), currency="USD")[0]
    assert met.pays == GATED["expected"]["150000 (YTD quota met)"]
    assert [one.pays for one in met.slices] == GATED["expected"]["parts"]
    case = GATED["gate_case"]
    given = [Credit(key, date(2026, month, 9), D(case[key])) for key, month in (("Q1", 1), ("Q2", 4), ("Q3", 7))]
    person = quarterly(GATED["quarter_quota"])
    assert paid(gated(False), given, person)[2] == case["expected_Q3_without_accelerator"]
    assert paid(gated(True), given, person)[2] == 5000 + 1500 + 5250  # 325,000 of 300,000 passes a cumulative gate


def test_a_recoverable_draw() -> None:
    case, balance = CASES["oracle_recoverable_draw"], D(0)
    draw = Draw(DrawKind.RECOVERABLE, D(case["draw_per_period"]))
    for earned, expected in zip(case["earnings"], case["expected"], strict=True):
        found = pay_out(D(earned), balance, draw, "USD")
        balance = found.balance
        assert (found.topped_up, found.paid, balance) == (expected["draw"], expected["paid"], expected["balance_due"])


def test_a_draw_is_recovered_from_what_is_earned_above_it() -> None:
    balance, told = D(0), []
    for earned in (400, 600, 1200, 1500, 1400):
        found = pay_out(D(earned), balance, Draw(DrawKind.RECOVERABLE, D(1000)), "USD")
        balance = found.balance
        told.append((found.paid, balance))
    assert told == [(1000, 600), (1000, 1000), (1000, 800), (1000, 300), (1100, 0)]


def test_other_floors_leave_no_balance_and_nobody_pays_back() -> None:
    for kind in (DrawKind.NON_RECOVERABLE, DrawKind.GUARANTEE):
        assert pay_out(D(400), D(0), Draw(kind, D(1000)), "USD").balance == 0
    assert pay_out(D(-250), D(0), None, "USD").balance == 250
    assert pay_out(D(300), D(250), None, "USD").paid == 50


def document(amount: Any) -> Document:
    return Document("invoices:1", Measure.INVOICED, "invoices", 1, "INV-1", date(2026, 1, 2), D(amount), 1, 1, "USD", 7)


def test_a_split_between_two() -> None:
    case = CASES["two_rep_split"]
    shares = [Share(n, D(str(share)) * 100, Role.DIRECT) for n, share in enumerate(case["shares"].values(), 1)]
    made = component(interval="transaction", tiers=[{"from": 0, "rate": 15}])
    found = [paid(made, credits(one.amount))[0] for one in shares_of(document(case["sale"]), {7: shares}, {})]
    assert found == [case["expected"]["A"], case["expected"]["B"]]
    assert sum(found) == case["expected"]["total"]


def test_one_running_total_in_the_order_of_credits() -> None:
    case = CASES["xactly_rolling_attainment"]
    months = {"Jan": 1, "Feb": 2}
    given = [Credit(f"{n}", date(2026, months[m], n + 1), D(x)) for n, (m, x, _) in enumerate(case["credits"])]
    found = earn(component(interval="quarter", tiers=[{"from": 0, "rate": 1}]), given, NOBODY, currency="USD")
    assert [one.after for one in found] == case["expected_rolling"]


BASE = [
    {"from": 0, "to": 50, "rate": "0.5"}, {"from": 50, "to": 100, "rate": 1}, {"from": 100, "rate": "1.5"}
]  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "pays", "unlock"),
    [(240, 12, False), (600, 45, False), (720, 63, False), (300, 30, True), (720, 78, True)],
)
def test_multiples_of_the_base_commission_rate(amount: int, pays: int, unlock: bool) -> None:
    rows = [one | {"retroactive": unlock and one["from"] == 50} for one in BASE]
    made = component(interval="year", basis="attainment", unit="multiplier", tiers=rows)
    person = Person(D(60_000), lambda period: D(600_000))
    assert sum(paid(made, credits(amount * 600, amount * 400), person)) == pays * 1000


def test_interpolated_rates_glide() -> None:
    rows = [{"from": 0, "to": 100, "rate": 0, "rate_to": 10}, {"from": 100, "rate": 10}]
    made = component(interval="month", method="interpolated", tiers=rows)
    assert paid(made, credits(50, 50, 50)) == [D("2.5"), D("7.5"), D(5)]


def test_bonus_spif_and_caps() -> None:
    person = Person(D(12_000), lambda period: D(1000))
    rows = [{"from": 0, "to": 100, "rate": 0}, {"from": 100, "rate": 100}]
    bonus = component(kind="bonus", interval="year", weight=50, tiers=rows)
    assert paid(bonus, credits(900, 100, 500), person) == [0, 6000, 0]
    spif = component(kind="spif", amount=250, minimum=1000)
    assert paid(spif, credits(999, 1000)) == [0, 250]
    capped = component(interval="year", cap=100, tiers=[{"from": 0, "rate": 10}])
    found = earn(capped, credits(900, 900), NOBODY, currency="USD")
    assert [one.pays for one in found] == [90, 10]
    assert found[1].note == "The cap holds."


def test_what_is_taken_back_nets_to_zero_at_the_original_rate() -> None:
    rows = [{"from": 0, "to": 100, "rate": 1}, {"from": 100, "rate": 2}]
    made = component(interval="quarter", tiers=rows)
    first, second = credits(100, 100)
    back = Credit("back", date(2026, 2, 1), D(-100), reverses="c0")
    third = Credit("c2", date(2026, 3, 1), D(100))
    assert paid(made, [first, second, back]) == [1, 2, -1]
    assert sum(paid(made, [first, second, back, third])) == 3  # what the table says of 200, whatever went before


def test_clawback_has_a_window_and_a_share() -> None:
    back = Credit("back", date(2026, 2, 1), D(-100), reverses="c0")
    for more, pays in (({"clawback_days": 10}, 0), ({"clawback_percent": 50}, D("-0.5")), ({}, -1)):
        made = component(interval="quarter", tiers=[{"from": 0, "rate": 1}], **more)
        assert paid(made, [*credits(100), back])[1] == pays
    assert paid(component(tiers=[{"from": 0, "rate": 1}]), [back]) == [0]


BAD = [
    ({"tiers": []}, "components[0].tiers"),
    ({"tiers": [{"from": 0, "to": 10, "rate": 1}]}, "components[0].tiers[0].to"),
    ({"tiers": [{"from": 1, "rate": 1}]}, "components[0].tiers[0].from"),
    ({"tiers": [{"from": 0, "to": 10, "rate": 1}, {"from": 11, "rate": 1}]}, "components[0].tiers[1].from"),
    ({"tiers": [{"from": 0, "to": 10, "rate": 1}, {"from": 9, "rate": 1}]}, "components[0].tiers[1].from"),
    ({"tiers": [{"from": 0, "to": 0, "rate": 1}]}, "components[0].tiers[0].to"),
    ({"tiers": [{"from": 0, "rate": "1.23456"}]}, "components[0].tiers[0].rate"),
    ({"tiers": [{"from": 0, "rate": "NaN"}]}, "components[0].tiers[0].rate"),
    ({"tiers": [{"from": 0, "rate": True}]}, "components[0].tiers[0].rate"),
    ({"tiers": [{"from": 0, "rate": 1, "rte": 2}]}, "components[0].tiers[0].rte"),
    ({"measure": "sold"}, "components[0].measure"),
    ({"credits": ["mine"]}, "components[0].credits"),
    ({"kind": "spif"}, "components[0].amount"),
    ({"kind": "bonus", "basis": "amount", "tiers": [{"from": 0, "rate": 1}]}, "components[0].basis"),
    ({"interval": "transaction", "basis": "attainment", "tiers": [{"from": 0, "rate": 1}]}, "components[0].interval"),
    ({"tiers": [{"from": 0, "rate": 1, "rate_to": 2}]}, "components[0].method"),
    ({"gate": {"attainment": 100}, "tiers": [{"from": 0, "rate": 1}]}, "components[0].gate.rate"),
]


@pytest.mark.parametrize(("given", "field"), BAD)
def test_what_is_wrong_is_named(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        component(**given)
    assert refused.value.field == field


def test_a_quota_that_is_missing_is_no_guess() -> None:
    with pytest.raises(LookupError):
        paid(component(basis="attainment", tiers=[{"from": 0, "rate": 1}]), credits(1))


amounts = st.decimals(D("0.01"), D(50_000), places=2)
rates = st.lists(st.decimals(D(0), D(20), places=2), min_size=1, max_size=5)


def ladder(given: list[Decimal], **more: Any) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [
        {"from": n * 10_000, "to": (n + 1) * 10_000, "rate": rate} | more for n, rate in enumerate(given)
    ]
    made[-1]["to"] = None
    return made


@settings(max_examples=60, deadline=None)
@given(rates, st.lists(amounts, min_size=1, max_size=8), st.booleans())
def test_credits_pay_what_the_table_says_of_their_sum(
    given_rates: list[Decimal], given: list[Decimal], unlocks: bool
) -> None:
    """However a sum is cut into credits; and each credit's slices add up to what it pays."""
    made = component(interval="year", tiers=ladder(given_rates, retroactive=unlocks))
    found = earn(made, credits(*given), NOBODY, currency="USD")
    whole = curve_of(made, target=D(0), quota=None).pays(sum(given, D(0)))
    assert sum(one.pays for one in found) == round(whole + D("0.0000001"), 2)
    assert all(sum(piece.pays for piece in one.slices) == one.pays for one in found)
    assert all(sum(piece.amount for piece in one.slices if not piece.earlier) == one.credit.amount for one in found)


@settings(max_examples=60, deadline=None)
@given(rates, st.lists(amounts, min_size=2, max_size=6), st.data())
def test_taking_back_and_going_on_leaves_what_the_table_says(
    given_rates: list[Decimal], given: list[Decimal], data: st.DataObject
) -> None:
    made = component(
        interval="year", method=data.draw(st.sampled_from(["flat", "marginal"])), tiers=ladder(given_rates)
    )
    first = credits(*given)
    gone = data.draw(st.integers(0, len(first) - 1))
    back = Credit("back", date(2026, 2, 1), -first[gone].amount, reverses=first[gone].key)
    last = Credit("last", date(2026, 3, 1), D(100))
    found = {one.credit.key: one.pays for one in earn(made, [*first, back, last], NOBODY, currency="USD")}
    assert found["back"] == -found[first[gone].key]
    left = sum(given, D(100)) - first[gone].amount
    whole = curve_of(made, target=D(0), quota=None).pays(left)
    assert abs(sum(found.values()) - whole) <= D("0.005")


@settings(max_examples=60, deadline=None)
@given(st.decimals(D(-90_000), D(90_000), places=2), st.lists(st.integers(1, 99), min_size=1, max_size=5))
def test_splits_conserve_the_credit(amount: Decimal, parts: list[int]) -> None:
    shares = [Share(n, D(part), Role.DIRECT) for n, part in enumerate(parts)]
    overlay = Share(99, D(250), Role.OVERLAY)
    found = shares_of(document(amount), {7: [*shares, overlay]}, {})
    assert sum(one.amount for one in found if one.role == Role.DIRECT) == amount


def test_going_on_from_where_a_period_ended() -> None:
    """Calculated month by month it is the same as at once."""
    made = component(interval="year", tiers=ladder([D(1), D(2), D(3)]))
    given = credits(8000, 7000, 9000, 4000)
    at_once = paid(made, given)
    first = earn(made, given[:2], NOBODY, currency="USD")
    sofar = Sofar({date(2026, 1, 1): first[-1].after})
    then = earn(made, given[2:], NOBODY, currency="USD", sofar=sofar)
    assert [one.pays for one in (*first, *then)] == at_once
