"""Reading rows in a stable order from a known row on: the place is a cursor, never an offset."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, Enum, String, TypeDecorator, and_, func, or_
from sqlalchemy.sql.functions import coalesce

from .errors import Refused
from .money import LIMIT, Exact

BIGGEST = 2**63 - 1


@dataclass(frozen=True)
class Keyset:
    """Rows by `column`, ties by `identity` (unique); rows without a value come last in either direction."""

    column: Any
    identity: Any
    descending: bool = False

    @property
    def key(self) -> Any:
        """What the database sorts by: words without regard to case."""
        return func.lower(self.column) if is_text(self.column) else self.column

    @property
    def may_be_null(self) -> bool:
        column = self.column.expression if hasattr(self.column, "expression") else self.column
        own = getattr(column, "table", None) is getattr(self.identity.expression, "table", None)
        return not (isinstance(column, coalesce) or (own and getattr(column, "nullable", True) is False))

    def order(self, back: bool = False) -> list[ColumnElement[Any]]:
        terms = [(self.key, self.descending), (self.identity, self.descending)]
        if self.may_be_null:
            terms.insert(0, (self.column.is_(None), False))
        return [term.desc() if down != back else term.asc() for term, down in terms]

    def beyond(self, cursor: str, back: bool = False) -> ColumnElement[bool]:
        """Rows after the one the cursor names, in the direction of reading. Raises Refused for a bad cursor."""
        value, last = self._decode(cursor)
        rising = self.descending == back
        further: ColumnElement[bool] = self.identity > last if rising else self.identity < last
        if value is None:
            same = and_(self.column.is_(None), further)
            return or_(same, self.column.is_not(None)) if back else same
        if rising:
            found = and_(self.key >= value, or_(self.key > value, further))
        else:
            found = and_(self.key <= value, or_(self.key < value, further))
        return or_(found, self.column.is_(None)) if self.may_be_null and not back else found

    def cursor(self, value: Any, identity: int) -> str:
        """The place of a row, from its values of `key` and `identity`."""
        plain = value.isoformat() if isinstance(value, date) else None if value is None else str(value)
        return base64.urlsafe_b64encode(json.dumps([plain, identity]).encode()).decode().rstrip("=")

    def _decode(self, cursor: str) -> tuple[Any, int]:
        try:
            plain, identity = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            value = None if plain is None else READERS.get(python_type(self.column), _text)(plain)
            return value, _whole(str(identity))
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            message = "This page of the list no longer exists. Start from its beginning."
            raise Refused("list.bad_cursor", message) from error


def is_text(column: Any) -> bool:
    return isinstance(column.type, String) and not isinstance(column.type, Enum)


def python_type(column: Any) -> type:
    """What the column's values are in Python."""
    kind = column.type
    if isinstance(kind, Exact):
        return Decimal
    try:
        plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
        return str if isinstance(plain, Enum) else plain.python_type
    except NotImplementedError:
        return str


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("naive datetime")
    return moment


def exact(text: str) -> Decimal:
    """A number that fits its column. Raises ValueError."""
    try:
        number = Decimal(text)
        if number.is_finite() and abs(number) < LIMIT:
            return round(number, 4)
    except InvalidOperation:
        pass
    raise ValueError(text)


def _whole(text: str) -> int:
    number = int(text)
    if abs(number) > BIGGEST:
        raise ValueError(text)
    return number


def _text(text: str) -> str:
    if not isinstance(text, str) or "\0" in text:
        raise ValueError("no text")
    return text


READERS: dict[type, Callable[[str], Any]] = {
    datetime: _moment,
    date: date.fromisoformat,
    int: _whole,
    Decimal: exact,
    float: float,
    bool: lambda text: text == "True",
}
