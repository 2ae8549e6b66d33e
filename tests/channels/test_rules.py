"""Who a registration means, and what a discount comes to."""

from decimal import Decimal as D

import pytest

from portal.channels.rules import customer_key, domain_in, off_list, source_key, sources_in


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("Harbor Bikes Inc.", ""), ("HARBOR  BIKES", "")),
        (("Müller GmbH & Co. KG", ""), ("müller", "")),
        (("Whatever", "www.harbor.example"), ("Another name", "Harbor.example")),
    ],
)
def test_the_same_customer_has_one_key(one: tuple[str, str], other: tuple[str, str]) -> None:
    assert customer_key(*one) == customer_key(*other)


def test_different_customers_differ() -> None:
    assert customer_key("Harbor Bikes", "") != customer_key("Harbor Boats", "")
    assert customer_key("Co.", "")  # a name that is nothing but a legal form keeps something to compare


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("https://www.Harbor.example/en?x=1", "harbor.example"),
        ("ann@harbor.example", "harbor.example"),
        (" harbor.example. ", "harbor.example"),
        ("", ""),
    ],
)
def test_the_domain_in_what_people_paste(typed: str, domain: str) -> None:
    assert domain_in(typed) == domain


def test_sources_are_told_apart_by_their_words() -> None:
    assert source_key("trade_fair") == source_key("Trade  Fair")
    assert sources_in("Trade fair\n\ntrade_fair\nWebinar ") == {"trade fair": "Trade fair", "webinar": "Webinar"}


def test_a_discount_counts_however_it_is_given() -> None:
    assert off_list(D(100), D(10), D(10), D(100)) == D(19)
    assert off_list(D(80), D(0), D(0), D(100)) == D(20)
    assert off_list(D(120), D(0), D(0), D(100)) == D(-20)
    assert off_list(D(5), D(0), D(0), D(0)) == 0
