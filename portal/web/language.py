"""Words and number formats of a recipient's language, for paper and mail."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

import jinja2
from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_precision
from babel.support import NullTranslations, Translations

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
CATALOGUES = ROOT / "portal/translations"
LANGUAGES = ("en", "de")

UNITS = {  # one, several
    "en": {
        "piece": ("piece", "pieces"), "pair": ("pair", "pairs"), "set": ("set", "sets"), "hour": ("hour", "hours"),
        "day": ("day", "days"), "month": ("month", "months"),
    },
    "de": {
        "piece": ("Stück", "Stück"), "pair": ("Paar", "Paar"), "set": ("Satz", "Sätze"), "hour": ("Stunde", "Stunden"),
        "day": ("Tag", "Tage"), "month": ("Monat", "Monate"),
    },
}  # fmt: skip


def unit_word(unit: str, quantity: Decimal | str, language: str) -> str:
    """The unit beside a quantity: 1 piece, 12 pieces; one without such words stays as it is (kg, m)."""
    one, several = UNITS[language if language in UNITS else "en"].get(unit, (unit, unit))
    return one if Decimal(quantity) == 1 else several


def locale_of(tag: str) -> Locale:
    """The locale of a BCP 47 tag; an unknown one is English, so that a letter is never held up by its language."""
    try:
        locale = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return Locale("en")
    return locale if locale.language in LANGUAGES else Locale("en")


@lru_cache
def catalogue(language: str) -> NullTranslations:
    """The compiled catalogue of a language; English is the language of the source."""
    return Translations.load(CATALOGUES, [language]) if language != "en" else NullTranslations()


def gettext_for(language: str) -> Callable[..., str]:
    """A `_()` that fills `%(name)s` only when values are given, like the one of the pages."""
    words = catalogue(language)

    def gettext(message: str, **values: object) -> str:
        text: str = words.gettext(message)
        return text % values if values else text

    return gettext


@lru_cache
def environment(tag: str) -> jinja2.Environment:
    """Templates in the recipient's language: escaped, strict about missing values, with formats of the locale."""
    locale = locale_of(tag)
    env = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=jinja2.select_autoescape(["html"], default_for_string=True),
        trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    env.globals["_"] = env.globals["gettext"] = gettext_for(locale.language)
    env.globals["ngettext"] = catalogue(locale.language).ngettext
    env.filters.update(formats(locale))
    return env


def formats(locale: Locale) -> dict[str, Callable[..., str]]:
    """Filters that turn the exact decimals and ISO days of a snapshot into what people read."""

    def amount(value: str, currency: str) -> str:
        pattern = "#,##0" + ("." + "0" * digits if (digits := get_currency_precision(currency)) else "")
        return format_decimal(Decimal(value), pattern, locale=locale).replace("-", "\N{MINUS SIGN}")

    def percent(value: str) -> str:
        return format_decimal(Decimal(value), "#,##0.##", locale=locale) + (
            "%" if locale.language == "en" else "\u202f%"
        )

    return {
        "amount": amount,
        "minus": lambda value, currency: amount(str(-Decimal(value)), currency),
        "money": lambda value, currency: format_currency(Decimal(value), currency, locale=locale),
        "price": lambda value: format_decimal(Decimal(value), "#,##0.00##", locale=locale),
        "quantity": lambda value: format_decimal(Decimal(value), "#,##0.####", locale=locale),
        "units": lambda unit, quantity: unit_word(unit, quantity, locale.language),
        "percent": percent,
        "day": lambda value: format_date(date.fromisoformat(value), "long", locale=locale) if value else "",
        "iban": lambda value: " ".join(value[i : i + 4] for i in range(0, len(value), 4)),
    }
