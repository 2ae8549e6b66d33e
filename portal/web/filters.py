"""Figures and times as the viewer writes them: locale from g.locale, zone from g.timezone."""

import re
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel import Locale, dates, numbers
from flask import Flask, g
from flask_babel import get_translations, gettext
from markupsafe import Markup, escape

from .language import unit_word

Number = Decimal | int | float


def viewer_locale() -> Locale:
    return _locale(g.get("locale") or "en")


@lru_cache(64)
def _locale(named: str | Locale) -> Locale:
    return Locale.parse(named)


def viewer_zone() -> tzinfo:
    return dates.get_timezone(g.get("timezone") or "UTC")


def language() -> str:
    """BCP 47 tag for the lang attribute."""
    return str(viewer_locale()).replace("_", "-")


def direction() -> str:
    return viewer_locale().text_direction


def as_figure(text: str) -> str:
    """A true minus sign instead of the hyphen that most locales print."""
    return text.replace("-", "−")


def as_money(text: str, currency: str, locale: Locale) -> Markup:
    """The sign in a span of its own: it is set lighter than the amount."""
    symbol = str(numbers.get_currency_symbol(currency, locale))
    before, found, after = as_figure(text).partition(symbol)
    sign = Markup('<span class="cur">{}</span>').format(found) if found else ""
    return Markup('<span class="money">{}{}{}</span>').format(before, sign, after)


def format_money(amount: Number, currency: str, cents: bool = True) -> Markup:
    """An amount with its currency; without cents it is rounded to whole units, for lists."""
    return _money(amount, currency, cents, viewer_locale())


@lru_cache(4096)
def _money(amount: Number, currency: str, cents: bool, locale: Locale) -> Markup:
    if cents:
        return as_money(numbers.format_currency(amount, currency, locale=locale), currency, locale)
    pattern = re.sub(r"\.0+", "", locale.currency_formats["standard"].pattern)
    whole = Decimal(str(amount)).quantize(Decimal(1), ROUND_HALF_UP)
    text = numbers.format_currency(whole, currency, pattern, locale=locale, currency_digits=False)
    return as_money(text, currency, locale)


def format_short(amount: Number, currency: str) -> Markup:
    """An amount for summaries: $45K, $1.23M; whole where the language has no short word for thousand."""
    return _short(amount, currency, viewer_locale())


@lru_cache(4096)
def _short(amount: Number, currency: str, locale: Locale) -> Markup:
    digits = 2 if abs(Decimal(str(amount))) >= 1_000_000 else 0
    text = numbers.format_compact_currency(amount, currency, locale=locale, fraction_digits=digits)
    if re.search(r"\d{4}", text):
        return _money(amount, currency, False, locale)
    return as_money(text, currency, locale)


def format_number(value: Number) -> str:
    return as_figure(numbers.format_decimal(value, locale=viewer_locale()))


def format_percent(ratio: Number, places: int = 0) -> str:
    """A ratio as percent: 0.25 is 25%."""
    pattern = viewer_locale().percent_formats[None].pattern
    if places:
        pattern = pattern.replace("#,##0", "#,##0." + "0" * places)
    return as_figure(numbers.format_percent(ratio, pattern, locale=viewer_locale()))


def local(moment: datetime) -> datetime:
    """A moment in the viewer's zone. Raises ValueError for a datetime without zone."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without zone has no place on a page")
    return moment.astimezone(viewer_zone())


def stamped(iso: str, full: str, text: str) -> Markup:
    return Markup('<time datetime="{}" title="{}">{}</time>').format(iso, full, text)


def format_date(value: date | None, length: str = "medium") -> str:
    """A day; of a datetime the day it is for the viewer. Nothing for None."""
    if value is None:
        return ""
    day = local(value).date() if isinstance(value, datetime) else value
    return dates.format_date(day, length, locale=viewer_locale())


def format_datetime(value: datetime | None, length: str = "medium") -> str:
    if value is None:
        return ""
    locale, moment = viewer_locale(), local(value)
    return f"{dates.format_date(moment, length, locale=locale)} {format_time(moment)}"


def format_time(moment: datetime) -> str:
    return dates.format_time(moment, "short", locale=viewer_locale(), tzinfo=moment.tzinfo)


def near_day(day: date, today: date) -> str:
    """Today, Yesterday, Tomorrow, then the day with its weekday, then with its year."""
    if day == today:
        return str(gettext("Today"))
    if day == today - timedelta(days=1):
        return str(gettext("Yesterday"))
    if day == today + timedelta(days=1):
        return str(gettext("Tomorrow"))
    if abs((day - today).days) < 180:
        return dates.format_skeleton("MMMEd", day, locale=viewer_locale())
    return dates.format_date(day, "medium", locale=viewer_locale())


def when(value: date | None, now: datetime | None = None) -> Markup:
    """A day or moment as people say it, exact on hover. Nothing for None."""
    if value is None:
        return Markup("")
    today = local(now or g.get("now") or datetime.now(UTC)).date()
    return _said(value, today, g.get("locale") or "en", g.get("timezone") or "UTC")


@lru_cache(4096)
def _said(value: date, today: date, locale: str, zone: str) -> Markup:
    """For the viewer, whose `locale` and `zone` are named so that one is not told what another reads."""
    if not isinstance(value, datetime):
        return stamped(value.isoformat(), format_date(value, "full"), near_day(value, today))
    moment = local(value)
    day = near_day(moment.date(), today)
    text = f"{day} {format_time(moment)}" if abs((moment.date() - today).days) < 180 else day
    return stamped(moment.isoformat(timespec="seconds"), f"{format_date(value, 'full')} {format_time(moment)}", text)


def country(code: str) -> str:
    """A country by name in the viewer's language; the code itself where it has no name."""
    return str(viewer_locale().territories.get(code, code))


def units(unit: str, quantity: Decimal) -> str:
    """The unit beside a quantity, in the viewer's language."""
    return unit_word(unit, quantity, viewer_locale().language)


def language_name(tag: str) -> str:
    return str(viewer_locale().languages.get(tag, tag))


def browser(agent: str | None) -> str:
    """A device as people know it: "Firefox on Windows"."""
    names = (("Edg", "Edge"), ("OPR", "Opera"), ("Chrom", "Chrome"), ("Firefox", "Firefox"), ("Safari", "Safari"))
    systems = (
        ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    )  # fmt: skip
    name = next((said for mark, said in names if mark in (agent or "")), "")
    system = next((said for mark, said in systems if mark in (agent or "")), "")
    return gettext("%(browser)s on %(system)s", browser=name, system=system) if name and system else agent or "?"


def address(text: str | None) -> Markup:
    """An address of mail or web that is broken, where it must be, behind the @ or before a dot."""
    return Markup(re.sub(r"(?<=@)|(?<=\w)(?=\.\w)", "<wbr>", str(escape(text or ""))))


def size(count: int) -> str:
    """Bytes as people say them: 640 kB, 2.4 MB."""
    if count < 1_000_000:
        return f"{format_number(-(-count // 1000))} kB"
    return f"{format_number(Decimal(count // 100_000) / 10)} MB"


def counted(singular: str, plural: str, num: int, **values: object) -> Markup:
    """`ngettext` for templates: the number in it is written as the viewer writes it."""
    return Markup(get_translations().ungettext(singular, plural, num)) % ({"num": format_number(num)} | values)


def register(app: Flask) -> None:
    app.jinja_env.filters.update(
        address=address, size=size, country=country, language_name=language_name, units=units,
        money=format_money, short=format_short, number=format_number, percent=format_percent,
        date=format_date, datetime=format_datetime, when=when, browser=browser,
    )  # fmt: skip
    app.jinja_env.globals.update(language=language, direction=direction, ngettext=counted)
