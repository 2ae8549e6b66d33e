"""Links of campaigns, and shares of credit."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.campaigns.rules import HALF_LIFE, tagged, utm_word, weights
from portal.campaigns.states import Credit
from portal.kernel.errors import Refused

CLOSE = datetime(2026, 6, 30, tzinfo=UTC)


def days_before(*days: int) -> list[datetime]:
    return [CLOSE - timedelta(days=n) for n in days]


def test_a_link_keeps_what_it_had_and_gets_its_campaign() -> None:
    made = tagged(
        "https://a.example/p?x=1&utm_source=old#top", source="newsletter", medium="email", campaign="spring-ride"
    )
    parts = urlsplit(made)
    assert parse_qs(parts.query) == {
        "x": ["1"], "utm_source": ["newsletter"], "utm_medium": ["email"], "utm_campaign": ["spring-ride"],
    }  # fmt: skip
    assert parts.fragment == "top"


@pytest.mark.parametrize("url", ["", "example.com", "javascript:alert(1)", "mailto:a@b.example", "https://"])
def test_only_whole_addresses_are_tagged(url: str) -> None:
    with pytest.raises(Refused):
        tagged(url, source="a", medium="b", campaign="c")


@pytest.mark.parametrize(("name", "word"), [("Frühjahr 2026!", "fruhjahr-2026"), ("  A/B  ", "a-b"), ("日本", "")])
def test_the_word_of_a_name(name: str, word: str) -> None:
    assert utm_word(name) == word


def test_first_last_and_linear() -> None:
    touches = days_before(30, 20, 10)
    assert weights(touches, CLOSE, Credit.FIRST_TOUCH) == [1, 0, 0]
    assert weights(touches, CLOSE, Credit.LAST_TOUCH) == [0, 0, 1]
    assert len(set(weights(touches, CLOSE, Credit.LINEAR))) == 1


def test_a_touch_counts_half_for_each_half_life_before_the_close() -> None:
    older, newer = weights(days_before(HALF_LIFE.days, 0), CLOSE, Credit.TIME_DECAY)
    assert abs(newer - 2 * older) < Decimal("1e-20")
    assert weights(days_before(9000, 9000), CLOSE, Credit.TIME_DECAY) == [Decimal("0.5")] * 2


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(0, 4000), min_size=1, max_size=30), st.sampled_from(Credit))
def test_shares_add_up_to_one(days: list[int], credit: Credit) -> None:
    shares = weights(sorted(days_before(*days)), CLOSE, credit)
    assert abs(sum(shares) - 1) < Decimal("1e-20")
    assert all(0 <= share <= 1 for share in shares)
