"""EN 16931 arithmetic: known answers, and what must hold for every document."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalog.rules import PlainLine, line_net, total
from portal.kernel.errors import Refused
from portal.kernel.money import digits

D = Decimal


def line(quantity: str, price: str, discount: str = "0", percent: str = "0", category: str = "S") -> PlainLine:
    return PlainLine(D(quantity), D(price), D(discount), category, D(percent))


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "net"),
    [
        ("2.25", "64.22", "0", "144.50"),
        ("2.25", "64.22", "100", "0.00"),
        ("9.5", "124.75", "0", "1185.13"),
        ("1", "0.005", "0", "0.01"),
        ("100", "200", "5", "19000.00"),
    ],
)
def test_a_line_is_rounded_once_half_up(quantity: str, price: str, discount: str, net: str) -> None:
    assert line_net(line(quantity, price, discount), "USD") == D(net)


def test_tax_is_computed_on_the_group() -> None:
    assert total([line("1", "33.33", percent="19")] * 3, currency="EUR").tax == D("19.00")
    lines = [line("1", price, percent="19") for price in ("97.50", "65", "32.50")]
    assert total(lines, currency="EUR").tax == D("37.05")


def test_groups_of_two_rates() -> None:
    found = total([line("1", "0.13", percent="10"), line("1", "0.16", percent="20")], currency="EUR")
    assert (found.tax, [group.tax for group in found.groups]) == (D("0.04"), [D("0.03"), D("0.01")])


def test_the_discount_of_the_document_is_split_over_the_groups() -> None:
    lines = [line("1", "100", percent="19"), line("1", "50", percent="7"), line("1", "0.01", percent="0", category="Z")]
    found = total(lines, currency="EUR", discount_percent=D("10"))
    assert found.discount == D("15.00")
    assert [(g.discount, g.base, g.tax) for g in found.groups] == [
        (D("10.00"), D("90.00"), D("17.10")),
        (D("5.00"), D("45.00"), D("3.15")),
        (D("0.00"), D("0.01"), D("0.00")),
    ]
    assert found.total == D("155.26")


def test_stacked_discounts_multiply() -> None:
    assert total([line("1", "600", "50")], currency="USD", discount_percent=D(50)).net == D("150.00")


def test_the_explanation_adds_up() -> None:
    found = total([line("3", "33.33", percent="19")], currency="EUR", discount_percent=D("12.5"))
    assert sum(amount for _, amount in found.explain()) == found.total


def test_nothing_costs_nothing() -> None:
    assert total([], currency="USD", discount_percent=D(10)).total == 0


@pytest.mark.parametrize("bad", [line("0", "1"), line("-1", "1"), line("1", "-1"), line("1", "1", "101")])
def test_lines_out_of_range_are_refused(bad: PlainLine) -> None:
    with pytest.raises(Refused):
        total([bad], currency="USD")


def test_a_discount_out_of_range_is_refused() -> None:
    with pytest.raises(Refused):
        total([line("1", "1")], currency="USD", discount_percent=D("100.01"))


def exact(high: int, places: int = 4) -> st.SearchStrategy[Decimal]:
    return st.integers(0, high * 10**places).map(lambda n: D(n).scaleb(-places))


any_line = st.builds(
    PlainLine,
    quantity=st.integers(1, 10**7).map(lambda n: D(n).scaleb(-3)),
    unit_price=exact(100_000),
    discount_percent=exact(100, 2),
    tax_category=st.sampled_from(["S", "Z", "AA"]),
    tax_percent=st.sampled_from([D(0), D(7), D("5.5"), D(19), D("14.975")]),
)
any_currency = st.sampled_from(["USD", "JPY", "KWD", "EUR"])


@settings(max_examples=200, deadline=None)
@given(st.lists(any_line, max_size=30), any_currency, exact(100, 2))
def test_every_document_adds_up(lines: list[PlainLine], currency: str, discount: Decimal) -> None:
    found = total(lines, currency=currency, discount_percent=discount)
    assert sum(found.nets) == found.lines == sum(group.lines for group in found.groups)
    assert sum(group.discount for group in found.groups) == found.discount
    assert sum(group.base for group in found.groups) == found.net == found.lines - found.discount
    assert sum(group.tax for group in found.groups) == found.tax
    assert found.net + found.tax == found.total
    assert all(group.base >= 0 and group.discount >= 0 for group in found.groups)
    unit = D(1).scaleb(-digits(currency))
    for figure in (*found.nets, found.discount, found.net, found.tax, found.total):
        assert figure == figure.quantize(unit)
    for one, net in zip(lines, found.nets, strict=True):
        exactly = one.quantity * one.unit_price * (100 - one.discount_percent) / 100
        assert net == exactly.quantize(unit, ROUND_HALF_UP)
        assert abs(net - exactly) <= unit / 2
    for group in found.groups:
        assert abs(group.tax - group.base * group.percent / 100) <= unit / 2


@settings(max_examples=50, deadline=None)
@given(st.lists(any_line, min_size=2, max_size=12), any_currency)
def test_the_order_of_lines_changes_no_figure(lines: list[PlainLine], currency: str) -> None:
    there, back = total(lines, currency=currency), total(lines[::-1], currency=currency)
    assert (there.net, there.tax, there.total) == (back.net, back.tax, back.total)
