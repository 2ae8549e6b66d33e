"""Countries by name, in the reader's language."""

from functools import lru_cache

from babel import Locale

NO_COUNTRY = frozenset(["AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"])


@lru_cache
def country_codes() -> frozenset[str]:
    return frozenset(code for code, _ in countries("en"))


@lru_cache(16)
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """(ISO 3166-1 code, name), by name."""
    names = Locale.parse(language, sep="-" if "-" in language else "_").territories
    found = [(code, name) for code, name in names.items() if len(code) == 2 and code not in NO_COUNTRY]
    return tuple(sorted(found, key=lambda pair: pair[1]))
