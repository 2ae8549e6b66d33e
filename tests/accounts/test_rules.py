import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import portal
from portal.accounts.rules import (
    LEGAL_FORMS,
    VAT_FORMS,
    check_country,
    domain_of,
    name_key,
    normal_email,
    normal_phone,
    normal_vat_id,
)
from portal.kernel.errors import Refused
from portal.kernel.places import countries

WORDS = st.lists(st.text(st.characters(categories=["Ll", "Nd"]), min_size=1, max_size=8), min_size=1, max_size=4)


@given(st.text())
def test_the_key_of_a_key_is_itself_or_shorter(name):
    key = name_key(name)

    assert set(name_key(key).split()) <= set(key.split())
    assert key == key.strip()
    assert key == key.casefold()


@given(WORDS, st.sampled_from(sorted(LEGAL_FORMS)), st.sampled_from([",", " ", ", ", "  "]))
def test_case_punctuation_and_legal_form_do_not_tell_companies_apart(words, form, between):
    if {name_key(word) for word in words} <= LEGAL_FORMS:
        return
    plain = " ".join(words)

    assert name_key(f"{plain}{between}{form}.") == name_key(plain)
    assert name_key("-".join(words).title()) == name_key(plain.title())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller GmbH & Co. KG", "MULLER"),
        ("The Bike Shop, Inc.", "bike shop"),
        ("Acme S.A.", "ACME SA"),
        ("Contoso Ltd", "Contoso, Limited"),
    ],
)
def test_spellings_of_one_company_share_a_key(one, other):
    assert name_key(one) == name_key(other)


def test_different_companies_keep_different_keys():
    assert len({name_key(name) for name in ("Alpine Ski House", "Alpine Ski Hut", "GmbH", "AG", "")}) == 5


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("Ann@Shop.Example", "shop.example"),
        ("https://www.shop.example/path", "shop.example"),
        ("shop.example:8080", "shop.example"),
        ("ann@gmail.com", ""),
        ("nothing", ""),
        ("", ""),
    ],
)
def test_domains_of_companies(address, domain):
    assert domain_of(address) == domain


def test_addresses_are_kept_in_one_form():
    assert normal_email("  Ann.B@Shop.Example ") == "ann.b@shop.example"
    for wrong in (
        "",
        "ann",
        "ann@",
        "@shop.example",
        "a b@shop.example",
        "ann@shop",
        "ann@shop.example\nBcc: x",
        "ü@b.example",
    ):
        with pytest.raises(Refused):
            normal_email(wrong)


def test_numbers_are_readable_and_can_be_dialled():
    assert normal_phone("(213) 555-0193", "US") == ("+1 213-555-0193", "+12135550193")
    assert normal_phone("030 123456", "DE") == ("+49 30 123456", "+4930123456")
    assert normal_phone("", "US") == ("", "")
    for wrong in ("12", "call me", "+999 1", "030 123456"):
        with pytest.raises(Refused):
            normal_phone(wrong)


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("de 123 456 789", "DE", "DE123456789"),
        ("EL123456789", "GR", "EL123456789"),
        ("XI123456789", "GB", "XI123456789"),
        ("ATU12345678", "US", "ATU12345678"),
        ("NL123456789B01", "", "NL123456789B01"),
        ("CHE-123.456.789", "CH", "CHE123456789"),
        ("", "DE", ""),
    ],
)
def test_vat_numbers_are_kept_without_decoration(typed, country, kept):
    assert normal_vat_id(typed, country) == kept


@pytest.mark.parametrize(
    ("typed", "country"),
    [
        ("DE12345678", "DE"),
        ("FR12345678901", "DE"),
        ("123456789", "US"),
        ("GR123456789", "GR"),
        ("<b>", "CH"),
        ("DE１２３４５６７８９", "DE"),
    ],
)
def test_vat_numbers_that_cannot_be_right(typed, country):
    with pytest.raises(Refused) as refusal:
        normal_vat_id(typed, country)

    assert refusal.value.field == "vat_id"


def test_every_member_state_has_a_form():
    members = "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
    assert set(members.split()) == VAT_FORMS.keys() - {"GB", "XI"}


def test_countries_are_those_of_the_standard():
    with (Path(portal.__path__[0]) / "seeds/demo/countries.csv").open(encoding="utf-8") as file:
        assert countries().keys() == {row["code"] for row in csv.DictReader(file)}
    assert countries("de")["DE"] == "Deutschland"
    assert check_country(" de ") == "DE"
    for wrong in ("XK", "EU", "Germany", "ZZ"):
        with pytest.raises(Refused):
            check_country(wrong)
