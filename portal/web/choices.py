"""Languages, time zones, months and currencies to choose from."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_name, get_territory_currencies
from wtforms.fields.choices import SelectChoice

from portal.kernel.places import countries


def pairs(given: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    """(value, text) pairs as a select field wants them."""
    return [SelectChoice(value, text) for value, text in given]


def maybe_id(value: str | None) -> int | None:
    """What a select field with an empty choice means."""
    return int(value) if value else None


def or_none(rows: Iterable[tuple[Any, str]], none: str) -> list[SelectChoice]:
    """(id, name) as choices behind an empty one, which says `none`."""
    return [SelectChoice("", none), *(SelectChoice(str(key), name) for key, name in rows)]


LANGUAGES = pairs([("en", "English"), ("de", "Deutsch")])
ZONES = sorted(zone for zone in available_timezones() if zone == "UTC" or "/" in zone and not zone.startswith("Etc/"))
COUNTRIES = pairs(countries().items())
MONTHS = pairs(Locale("en").months["stand-alone"]["wide"].items())
CURRENCIES = pairs(
    (code, f"{code}, {get_currency_name(code, locale='en')}")
    for code in sorted({code for land in get_global("territory_currencies") for code in get_territory_currencies(land)})
)
