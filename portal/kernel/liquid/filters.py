"""The filters of our Liquid. Every result is bounded, so that no template can eat the machine."""

import html
import math
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, DivisionByZero, InvalidOperation
from typing import Any
from urllib.parse import quote_plus

from markupsafe import Markup, escape

MOST_TEXT = 20_000  # characters in what one filter returns
MOST_NUMBER = 10**15


class LiquidError(ValueError):
    """The template is wrong, or would do too much."""


class Missing(LiquidError):
    """A value that the mail may not go without is empty for this recipient."""


def text(value: Any) -> str:
    """As Liquid prints it: nothing for nil, lower-case truth, lists run together."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return "".join(map(text, value))
    return str(value)


def number(value: Any) -> int | Decimal:
    """Text that is no number counts as 0."""
    if isinstance(value, int | Decimal):
        return value
    try:
        plain = text(value).strip()
        return int(plain) if re.fullmatch(r"-?\d{1,18}", plain) else Decimal(plain)
    except InvalidOperation:
        return 0


def empty(value: Any) -> bool:
    return value is None or value is False or value == "" or value == [] or value == {}


def _date(value: Any, form: str = "%d %B %Y") -> str:
    """Of a day or moment written in ISO 8601; anything else stays as it is."""
    try:
        moment = value if isinstance(value, date) else datetime.fromisoformat(text(value).strip())
        return moment.strftime(text(form)[:100])
    except ValueError:
        return text(value)


def _default(value: Any, otherwise: Any = "") -> Any:
    return otherwise if empty(value) else value


def _required(value: Any, name: str = "") -> Any:
    if empty(value) or not text(value).strip():
        raise Missing(f"{name or 'A value'} is empty for this recipient.")
    return value


def _replace(value: Any, old: Any, new: Any = "") -> str:
    plain, old, new = text(value), text(old), text(new)
    times = plain.count(old) if old else len(plain) + 1
    if len(plain) + times * len(new) > MOST_TEXT:
        raise LiquidError("A replacement makes the text too long.")
    return plain.replace(old, new)


def _truncate(value: Any, length: Any = 50, end: Any = "...") -> str:
    plain, end, most = text(value), text(end), int(number(length))
    return plain if len(plain) <= most else plain[: max(most - len(end), 0)] + end


def _truncate_words(value: Any, length: Any = 15, end: Any = "...") -> str:
    words, most = text(value).split(), max(int(number(length)), 1)
    return " ".join(words) if len(words) <= most else " ".join(words[:most]) + text(end)


def _divided(value: Any, by: Any) -> int | Decimal:
    left, right = number(value), number(by)
    try:
        return left // right if isinstance(left, int) and isinstance(right, int) else Decimal(left) / right
    except (ZeroDivisionError, DivisionByZero, InvalidOperation) as error:
        raise LiquidError("A division by zero.") from error


def _modulo(value: Any, by: Any) -> int | Decimal:
    if not (divisor := number(by)):
        raise LiquidError("A division by zero.")
    left = number(value)
    return left % divisor if isinstance(left, int) and isinstance(divisor, int) else Decimal(left) % divisor


def _round(value: Any, places: Any = 0) -> int | Decimal:
    digits = min(max(int(number(places)), 0), 6)
    rounded = round(Decimal(number(value)), digits)
    return rounded if digits else int(rounded)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list | tuple | str) and value else None


def _last(value: Any) -> Any:
    return value[-1] if isinstance(value, list | tuple | str) and value else None


def _size(value: Any) -> int:
    return len(value) if isinstance(value, str | list | tuple | Mapping) else 0


def _join(value: Any, glue: Any = " ") -> str:
    return text(glue).join(map(text, value)) if isinstance(value, list | tuple) else text(value)


FILTERS: Mapping[str, Callable[..., Any]] = {
    "abs": lambda v: abs(number(v)),
    "append": lambda v, more: text(v) + text(more),
    "capitalize": lambda v: text(v).capitalize(),
    "ceil": lambda v: math.ceil(number(v)),
    "date": _date,
    "default": _default,
    "divided_by": _divided,
    "downcase": lambda v: text(v).lower(),
    "escape": lambda v: escape(text(v)),
    "first": _first,
    "floor": lambda v: math.floor(number(v)),
    "join": _join,
    "last": _last,
    "lstrip": lambda v: text(v).lstrip(),
    "minus": lambda v, other: number(v) - number(other),
    "modulo": _modulo,
    "newline_to_br": lambda v: Markup("<br />\n").join(escape(text(v)).splitlines()),
    "plus": lambda v, other: number(v) + number(other),
    "prepend": lambda v, more: text(more) + text(v),
    "remove": lambda v, old: _replace(v, old),
    "replace": _replace,
    "required": _required,
    "round": _round,
    "rstrip": lambda v: text(v).rstrip(),
    "size": _size,
    "split": lambda v, by: text(v).split(text(by)) if text(by) else list(text(v)),
    "strip": lambda v: text(v).strip(),
    "strip_html": lambda v: html.unescape(re.sub(r"<[^<>]{0,2000}>", "", text(v))),
    "times": lambda v, other: number(v) * number(other),
    "truncate": _truncate,
    "truncatewords": _truncate_words,
    "upcase": lambda v: text(v).upper(),
    "url_encode": lambda v: quote_plus(text(v)),
}


def bounded(value: Any) -> Any:
    """The value, unless it grew beyond every sense."""
    if isinstance(value, str | list) and len(value) > MOST_TEXT:
        raise LiquidError("A value is too long.")
    if isinstance(value, int | Decimal) and not -MOST_NUMBER <= value <= MOST_NUMBER:
        raise LiquidError("A number is too large.")
    return value
