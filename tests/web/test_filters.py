"""How values are written."""

import pytest

from portal.web.language import unit_word


@pytest.mark.parametrize(
    ("unit", "quantity", "language", "words"),
    [("piece", "1", "en", "piece"), ("piece", "12", "en", "pieces"), ("piece", "0.5", "en", "pieces"),
     ("set", "2", "de", "Sätze"), ("kg", "12", "de", "kg"), ("crate", "3", "fr", "crate")],
)  # fmt: skip
def test_a_unit_goes_with_its_quantity(unit, quantity, language, words):
    assert unit_word(unit, quantity, language) == words
