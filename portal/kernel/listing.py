"""List pages as data: fields that can be shown, filtered and sorted, read page by page with a keyset.

An area declares a `Listing` in its queries; portal.web.listing turns requests into pages and exports.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from .actor import Actor
from .db import db
from .errors import Refused

Kind = Literal["text", "number", "money", "date", "datetime", "state", "percent"]
Choices = Callable[[Actor], Sequence[tuple[str, str]]]

PAGE = 50
COUNTED = 10_000  # beyond this a list says "more than", so that counting stays cheap


@dataclass(frozen=True)
class Field:
    """One thing a list knows about its rows.

    `column` sorts and filters and must not be NULL (coalesce it); `value` reads the cell from a row for pages and
    exports (default: the attribute called `key`). `filter`: choice (one of `choices`), contains, from and until
    (dates, numbers), flag (yes when present).
    """

    key: str
    label: str
    column: ColumnElement[Any] | InstrumentedAttribute[Any] | None = None
    value: Callable[[Any], Any] | None = None
    kind: Kind = "text"
    sortable: bool = True
    shown: bool = True  # as a column; False: filter or export only
    filter: Literal["choice", "contains", "range", "flag"] | None = None
    choices: Choices | None = None

    def read(self, row: Any) -> Any:
        return self.value(row) if self.value else getattr(row, self.key)


@dataclass(frozen=True)
class Listing:
    """`query` gives the visible rows as entities (start with `visible_to`); `identity` is its unique column."""

    name: str
    query: Callable[[Actor], Select[Any]]
    identity: Any
    fields: Sequence[Field]
    sort: str  # key, with a leading "-" for descending
    words: Sequence[Any] = ()  # columns the search box looks in

    def field(self, key: str) -> Field:
        found = next((f for f in self.fields if f.key == key), None)
        if found is None:
            raise Refused("list.unknown_field", f"This list has no field {key!r}.")
        return found


@dataclass(frozen=True)
class Page:
    rows: Sequence[Any]
    total: int
    more_than_counted: bool
    sort: str
    newer: str | None  # cursors
    older: str | None
    args: Mapping[str, str] = field(default_factory=dict)


def matching(listing: Listing, actor: Actor, args: Mapping[str, str]) -> Select[Any]:
    """The listing's query under the filters in `args` (q, KEY, KEY_from, KEY_until). Raises Refused on bad values."""
    query = listing.query(actor)
    if words := args.get("q", "").strip():
        for word in words.split()[:8]:
            query = query.where(or_(*(c.icontains(word, autoescape=True) for c in listing.words)))
    for f in listing.fields:
        query = _filtered(query, f, args)
    return query


def _filtered(query: Select[Any], f: Field, args: Mapping[str, str]) -> Select[Any]:
    text = args.get(f.key, "").strip()
    if f.column is None or f.filter is None:
        return query
    if f.filter == "range":
        low, high = args.get(f"{f.key}_from", "").strip(), args.get(f"{f.key}_until", "").strip()
        if low:
            query = query.where(f.column >= _parse(f, low))
        if high:
            limit = _parse(f, high)
            whole_day = f.kind in ("date", "datetime")
            query = query.where(f.column < limit + timedelta(days=1) if whole_day else f.column <= limit)
        return query
    if not text:
        return query
    if f.filter == "contains":
        return query.where(f.column.icontains(text, autoescape=True))
    return query.where(f.column == (_parse(f, text) if f.filter == "choice" else True))


def _parse(f: Field, text: str) -> Any:
    """The typed value for the column; choices keep their text unless the column is a number."""
    try:
        if f.kind == "datetime":
            return datetime.fromisoformat(f"{text}T00:00:00+00:00")
        if f.kind == "date":
            return date.fromisoformat(text)
        if f.kind in ("number", "money", "percent"):
            return Decimal(text) if f.kind != "number" else int(text)
        python_type = f.column.type.python_type if f.column is not None else str
        return int(text) if python_type is int else text
    except (ValueError, InvalidOperation) as error:
        raise Refused("list.bad_value", f"{f.label}: {text!r} cannot be read as a {f.kind}.") from error


def read(listing: Listing, actor: Actor, args: Mapping[str, str], size: int = PAGE) -> Page:
    """One page. `args` may hold sort and a cursor (after or before) besides the filters."""
    query = matching(listing, actor, args)
    counted = select(func.count()).select_from(query.with_only_columns(listing.identity).limit(COUNTED + 1).subquery())
    total = db.session.scalar(counted) or 0
    sort = args.get("sort") or listing.sort
    descending, by = sort.startswith("-"), listing.field(sort.removeprefix("-"))
    if by.column is None or not by.sortable:
        raise Refused("list.not_sortable", f"This list cannot be sorted by {by.label}.")
    back = "before" in args
    cursor = args.get("before") or args.get("after")
    key = (by.column, listing.identity)
    rising = descending == back  # reading backwards turns the order round
    if cursor:
        query = query.where(_beyond(key, _decode(cursor, by), rising))
    query = query.order_by(*(c.asc() if rising else c.desc() for c in key)).limit(size + 1)
    found = list(db.session.execute(query.add_columns(by.column, listing.identity)).unique())
    further, found = len(found) > size, list(found[:size])
    if back:
        found.reverse()
    ends = [_encode(row[-2], row[-1]) for row in (found[0], found[-1])] if found else []
    has_newer, has_older = (further, True) if back else (bool(cursor), further)
    return Page(
        rows=[row[0] for row in found],
        total=min(total, COUNTED),
        more_than_counted=total > COUNTED,
        sort=sort,
        newer=ends[0] if ends and has_newer else None,
        older=ends[1] if ends and has_older else None,
        args=args,
    )


def walk(listing: Listing, actor: Actor, args: Mapping[str, str], size: int = 500) -> Iterator[Any]:
    """Every matching row in id order, in slices: for exports and bulk acts."""
    query, last = matching(listing, actor, args), 0
    while True:
        slice_query = query.where(listing.identity > last).order_by(listing.identity).limit(size)
        rows = db.session.execute(slice_query.add_columns(listing.identity)).unique().all()
        yield from (row[0] for row in rows)
        if len(rows) < size:
            return
        last = rows[-1][-1]


def _beyond(key: tuple[Any, Any], at: tuple[Any, int], rising: bool) -> ColumnElement[bool]:
    column, identity = key
    value, last = at
    if rising:
        return or_(column > value, and_(column == value, identity > last))
    return or_(column < value, and_(column == value, identity < last))


def _encode(value: Any, identity: int) -> str:
    plain = value.isoformat() if isinstance(value, date | datetime) else str(value) if value is not None else ""
    return base64.urlsafe_b64encode(json.dumps([plain, identity]).encode()).decode().rstrip("=")


def _decode(cursor: str, by: Field) -> tuple[Any, int]:
    try:
        plain, identity = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        kind = by.column.type.python_type if by.column is not None else str
        readers: dict[type, Callable[[str], Any]] = {
            datetime: datetime.fromisoformat,
            date: date.fromisoformat,
            int: int,
            Decimal: Decimal,
            bool: lambda text: text == "True",
        }
        return readers.get(kind, str)(plain), int(identity)
    except (ValueError, TypeError, InvalidOperation) as error:
        raise Refused("list.bad_cursor", "This page of the list no longer exists. Start from its beginning.") from error
