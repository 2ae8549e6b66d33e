"""Countries as ISO 3166-1 lists them, named by the locale data that is installed."""

from functools import lru_cache

from babel import Locale

# Two-letter codes of the locale data that ISO 3166-1 does not list as countries.
_NOT_COUNTRIES = "AC CP CQ DG EA EU EZ IC QO TA UN XA XB XK ZZ"


@lru_cache
def countries(locale: str = "en") -> dict[str, str]:
    """ISO 3166-1 alpha-2 code -> name in the language, by name."""
    names = Locale.parse(locale).territories
    found = {k: str(v) for k, v in names.items() if len(k) == 2 and k.isalpha() and k not in _NOT_COUNTRIES.split()}
    return dict(sorted(found.items(), key=lambda item: item[1]))
