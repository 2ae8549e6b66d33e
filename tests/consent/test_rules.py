"""One spelling per address, and hashes that say nothing without the key."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.consent.rules import address_hash, normal_address, normal_email, normal_phone, use_key
from portal.consent.states import Channel
from portal.kernel.errors import Refused

LOCAL = st.from_regex(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]{1,20}(\.[A-Za-z0-9_-]{1,10}){0,2}", fullmatch=True)
LABEL = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9]{0,10}[A-Za-z0-9])?", fullmatch=True)
DOMAIN = st.builds(lambda a, b: f"{a}.{b}", LABEL, st.sampled_from(["com", "de", "EXAMPLE", "co.uk"]))
BLANKS = st.sampled_from(["", " ", "\t", "  "])


@settings(deadline=None)
@given(LOCAL, DOMAIN, BLANKS, BLANKS)
def test_an_email_has_one_spelling(local: str, domain: str, before: str, after: str) -> None:
    plain = normal_email(f"{before}{local}@{domain}{after}")
    assert plain == normal_email(plain) == normal_email(f"{local.upper()}@{domain.swapcase()}") == plain.lower()
    assert plain.isascii()


@settings(deadline=None)
@given(st.text(max_size=60))
def test_any_text_becomes_an_address_or_a_refusal(text: str) -> None:
    for channel in Channel:
        try:
            plain = normal_address(channel, text)
        except Refused:
            continue
        assert normal_address(channel, plain) == plain
        assert plain.isprintable()
        assert "," not in plain


@settings(deadline=None)
@given(
    st.integers(2_000_000_000, 9_999_999_999), st.sampled_from(["{}-{}-{}", "({}) {}-{}", "{}.{}.{}", "+1 {} {} {}"])
)
def test_a_us_number_has_one_spelling(number: int, written: str) -> None:
    digits = str(number)
    plain = normal_phone(written.format(digits[:3], digits[3:6], digits[6:]))
    assert plain == f"+1{digits}" == normal_phone(plain)


@pytest.mark.parametrize(
    ("text", "region", "plain"),
    [
        ("030 901820", "DE", "+4930901820"),
        ("0049 30 901820", "DE", "+4930901820"),
        ("+49 (0)30 901820", "US", "+4930901820"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("697-555-0142", "US", "+16975550142"),
    ],
)
def test_numbers_without_a_country_are_read_at_home(text: str, region: str, plain: str) -> None:
    assert normal_phone(text, region) == plain


@pytest.mark.parametrize("text", ["", "12", "call me", "+1 425 555 0100 ext. 7", "9" * 30, "+0 000"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Refused) as refusal:
        normal_phone(text)
    assert refusal.value.field == "address"


def test_an_international_domain_is_the_same_in_both_spellings() -> None:
    assert normal_email("anna@BÜCHER.example") == normal_email("anna@xn--bcher-kva.example")


def test_hashes_depend_on_channel_address_and_key() -> None:
    use_key("one")
    first = address_hash(Channel.EMAIL, "ann@example.com")
    assert first == address_hash(Channel.EMAIL, "ann@example.com")
    assert first != address_hash(Channel.SMS, "ann@example.com")
    use_key("two")
    assert first != address_hash(Channel.EMAIL, "ann@example.com")
    use_key("only-for-tests-only-for-tests-only-for-tests")
