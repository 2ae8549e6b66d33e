"""The compiled catalogue is the written one, and every sentence that a customer reads has a translation."""

import re

import pytest

from portal.runtime import translations

LANGUAGES = sorted(path.parent.name for path in translations.FOLDER.glob("*/LC_MESSAGES"))
FOR_CUSTOMERS = re.compile(r"templates/(.*/)?(mail/|pdf/|layout/public)")
BLANK = re.compile(r"\{\{ [\w.]+ \}\}|%\(\w+\)s")


def test_german_is_here() -> None:
    assert LANGUAGES == ["de"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_file_is_current(language: str) -> None:
    compiled = translations.source(language).with_suffix(".mo").read_bytes()
    assert compiled == translations.compiled(translations.read(language)), "run python -m portal.runtime.translations"


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_customers_read_is_translated(language: str) -> None:
    catalogue = translations.read(language)
    asked = [
        message
        for message in translations.collect()
        if any(FOR_CUSTOMERS.search(path) for path, _ in message.locations)
    ]
    assert len(asked) > 100
    assert [m.id for m in asked if m.id not in catalogue or m.id in translations.missing(catalogue)] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_translation_keeps_the_blanks(language: str) -> None:
    for message in translations.read(language):
        if isinstance(message.id, str) and message.id and message.string:
            assert sorted(BLANK.findall(message.id)) == sorted(BLANK.findall(str(message.string))), message.id
