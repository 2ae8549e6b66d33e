"""Countries as ISO 3166-1 lists them, named by the locale data that is installed."""

import unicodedata
from functools import cache, lru_cache

from babel import Locale

# Two-letter codes of the locale data that ISO 3166-1 does not list as countries.
_NOT_COUNTRIES = "AC CP CQ DG EA EU EZ IC QO TA UN XA XB XK ZZ"


@lru_cache
def countries(locale: str = "en") -> dict[str, str]:
    """ISO 3166-1 alpha-2 code -> name in the language, by name."""
    names = Locale.parse(locale).territories
    found = {k: str(v) for k, v in names.items() if len(k) == 2 and k.isalpha() and k not in _NOT_COUNTRIES.split()}
    return dict(sorted(found.items(), key=lambda item: item[1]))


_READ_IN = ("en", "de", "fr", "es", "it", "nl", "pt", "pl")
_ALSO_CALLED = {
    "GB": "great britain, england, scotland, wales, uk", "US": "usa, united states of america, america",
    "NL": "holland, the netherlands", "CZ": "czech republic", "CI": "ivory coast", "KR": "korea", "RU": "russian federation",
    "VN": "viet nam", "MK": "macedonia", "TR": "turkey", "SZ": "swaziland", "CV": "cape verde", "BA": "bosnia",
}  # fmt: skip


def country_called(text: str) -> str | None:
    """The code of a country written as people write it: its code or its name in a usual language; None for no country."""
    code = text.strip().upper()
    return code if code in countries() else _by_name().get(_bare(text))


@cache
def _by_name() -> dict[str, str]:
    found = {_bare(name): code for locale in reversed(_READ_IN) for code, name in countries(locale).items()}
    return found | {_bare(name): code for code, names in _ALSO_CALLED.items() for name in names.split(",")}


def _bare(text: str) -> str:
    """Letters only, without case and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if c.isalpha())
