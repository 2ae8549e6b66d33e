"""What credit notes take back: whatever they are cut into, together they are the invoice and never more."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalog.rules import DocumentTotals, PlainLine, total
from portal.invoices.rules import Left, Taken, Wanted, cost_of_returns, credit_of
from portal.kernel.errors import Refused

D = Decimal
ZERO = D(0)
TAXES = [D(0), D(7), D(19), D("8.75")]
line = st.builds(
    PlainLine,
    quantity=st.decimals(D("0.01"), D(50), places=2),
    unit_price=st.decimals(D("0.01"), D(500), places=4),
    discount_percent=st.sampled_from([ZERO, D(10), D("33.33")]),
    tax_percent=st.sampled_from(TAXES),
)
Lefts = dict[int, Left]


def beginning(lines: list[PlainLine], whole: DocumentTotals) -> Lefts:
    return {key: Left(one, one.quantity, net) for key, (one, net) in enumerate(zip(lines, whole.nets, strict=True))}


def after(lefts: Lefts, taken: dict[int, Taken]) -> Lefts:
    return {
        key: Left(left.line, left.quantity - taken[key].returned, left.net - taken[key].net) if key in taken else left
        for key, left in lefts.items()
    }


@settings(max_examples=120, deadline=None)
@given(st.lists(line, min_size=1, max_size=4), st.sampled_from([ZERO, D(3), D("12.5")]), st.data())
def test_credits_of_a_whole_invoice_are_the_invoice(
    lines: list[PlainLine], percent: Decimal, data: st.DataObject
) -> None:
    whole = total(lines, currency="EUR", discount_percent=percent)
    lefts, credits, cost, costs = beginning(lines, whole), [], D("77.77"), ZERO
    for _ in range(data.draw(st.integers(0, 5))):
        wanted = {}
        for key, left in lefts.items():
            part = data.draw(st.integers(0, 100)) * D("0.01")
            if data.draw(st.booleans()):
                wanted[key] = Wanted(quantity=round(left.quantity * part, 4))
            else:
                wanted[key] = Wanted(amount=round(left.net * part, 2))
        try:
            taken, found = credit_of(whole, lefts, wanted, None)
        except Refused as nothing:
            assert nothing.code == "credit.nothing"  # noqa: PT017 - every other refusal would be a mistake here
            continue
        costs += cost_of_returns(cost, lefts, taken, "EUR")
        lefts = after(lefts, taken)
        credits.append(found)
        assert all(left.net >= 0 and left.quantity >= 0 for left in lefts.values())
        assert all(group.tax >= 0 and group.base >= 0 and group.discount >= 0 for group in found.groups)
        assert all(abs(group.tax - group.base * group.percent / 100) <= 1 for group in found.groups)
        assert found.total == found.net + found.tax == found.lines - found.discount + found.tax
    if sum((left.net for left in lefts.values()), ZERO):
        taken, found = credit_of(whole, lefts, None, None)
        costs += cost_of_returns(cost, lefts, taken, "EUR")
        credits.append(found)
    for part in ("lines", "discount", "net", "tax", "total"):
        assert sum((getattr(one, part) for one in credits), ZERO) == getattr(whole, part)
    assert costs <= cost


@settings(max_examples=60, deadline=None)
@given(st.lists(line, min_size=1, max_size=4), st.decimals(D("0.01"), D(5000), places=2))
def test_an_amount_off_the_whole_is_that_amount(lines: list[PlainLine], amount: Decimal) -> None:
    whole = total(lines, currency="EUR")
    lefts = beginning(lines, whole)
    if amount > whole.lines:
        with pytest.raises(Refused, match="can be credited"):
            credit_of(whole, lefts, None, amount)
        return
    taken, found = credit_of(whole, lefts, None, amount)
    assert found.net == amount
    assert not any(one.returned for one in taken.values())
    assert all(left.net >= 0 for left in after(lefts, taken).values())


def test_a_return_after_a_price_reduction_takes_its_share_of_what_is_left() -> None:
    lines = [PlainLine(D(4), D(25), tax_percent=D(19))]
    whole = total(lines, currency="EUR")
    first, found = credit_of(whole, beginning(lines, whole), {0: Wanted(amount=D(10))}, None)
    assert (first[0].quantity, first[0].unit_price, found.tax) == (1, 10, D("1.9"))
    second, found = credit_of(whole, after(beginning(lines, whole), first), {0: Wanted(D(2))}, None)
    assert second[0] == Taken(D(45), D(2), D(1), D(45), ZERO)  # 2 x 25.00 would be more than they cost by now
    assert found.total == D("53.55")


@pytest.mark.parametrize(
    "wanted",
    [
        {0: Wanted(D(5))},
        {0: Wanted(D(-1))},
        {0: Wanted(amount=D("100.01"))},
        {0: Wanted(amount=D("-1"))},
        {0: Wanted(amount=D("1.005"))},
        {0: Wanted(D(1), D(1))},
        {7: Wanted(D(1))},
        {0: Wanted(D(0), D(0))},
        {},
    ],
)
def test_what_cannot_be_credited(wanted: dict[int, Wanted]) -> None:
    lines = [PlainLine(D(4), D(25))]
    whole = total(lines, currency="EUR")
    with pytest.raises(Refused):
        credit_of(whole, beginning(lines, whole), wanted, None)


def test_goods_bring_their_cost_back_and_a_price_does_not() -> None:
    lines = [PlainLine(D(4), D(25)), PlainLine(D(1), D(100))]
    lefts = beginning(lines, total(lines, currency="EUR"))
    assert cost_of_returns(D(120), lefts, {0: Taken(D(50), D(2), D(2), D(25), ZERO)}, "EUR") == 30
    assert cost_of_returns(D(120), lefts, {0: Taken(D(50), ZERO, D(1), D(50), ZERO)}, "EUR") == 0
