from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.kernel.money import Exact, digits, round_to, spread


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("1.005", "USD", "1.01"),
        ("-1.005", "USD", "-1.01"),
        ("2.675", "EUR", "2.68"),
        ("10.5", "JPY", "11"),
        ("1.0005", "KWD", "1.001"),
        ("0.004", "USD", "0.00"),
    ],
)
def test_amounts_round_half_up_to_the_currency(amount, currency, rounded):
    assert round_to(D(amount), currency) == D(rounded)


def test_currencies_have_their_own_digits():
    assert [digits(c) for c in ("USD", "JPY", "KWD")] == [2, 0, 3]


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    st.lists(st.decimals(min_value=0, max_value=10**6, places=2), min_size=1, max_size=40).filter(any),
)
def test_shares_add_up_and_stay_within_a_cent_of_the_ideal(total, weights):
    shares = spread(total, weights, "USD")

    assert sum(shares) == total
    whole = sum(weights)
    assert all(abs(s - total * w / whole) < D("0.01") for s, w in zip(shares, weights, strict=True))


def test_nothing_to_share_by_is_an_error():
    with pytest.raises(ValueError, match="zero"):
        spread(D(1), [D(0), D(0)], "USD")


def test_a_fifth_decimal_place_is_refused_rather_than_lost():
    with pytest.raises(ValueError, match="four decimal places"):
        Exact().process_bind_param(D("0.00001"), None)


@given(st.decimals(min_value=-(10**14), max_value=10**14, places=4))
def test_the_database_gives_back_what_it_got(value):
    stored = Exact().process_bind_param(value, None)

    assert Exact().process_result_value(stored, None) == value
