"""Countries and currencies as the world's lists name them, from the locale data that is installed."""

from datetime import date
from functools import lru_cache

from babel import Locale
from babel.core import get_global

# Two-letter codes of the locale data that ISO 3166-1 does not list as countries.
_NOT_COUNTRIES = "AC CP CQ DG EA EU EZ IC QO TA UN XA XB XK ZZ"


@lru_cache
def countries(locale: str = "en") -> dict[str, str]:
    """ISO 3166-1 alpha-2 code -> name in the language, by name."""
    names = Locale.parse(locale).territories
    found = {k: str(v) for k, v in names.items() if len(k) == 2 and k.isalpha() and k not in _NOT_COUNTRIES.split()}
    return dict(sorted(found.items(), key=lambda item: item[1]))


@lru_cache
def currencies(locale: str = "en") -> dict[str, str]:
    """ISO 4217 code -> name of every currency that is legal tender somewhere, by code."""
    names = Locale.parse(locale).currencies
    current = {
        code
        for uses in get_global("territory_currencies").values()
        for code, _, end, tender in uses
        if tender and (end is None or date(*end) > date.today())
    }
    return {code: str(names[code]) for code in sorted(current) if code in names}
