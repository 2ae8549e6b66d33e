"""List pages as data: fields that can be shown, filtered and sorted, read page by page with a keyset.

An area declares a `Listing` in its queries; portal.web.listing turns requests into pages and exports.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Enum, Select, SQLColumnExpression, false, func, not_, or_, select

from .actor import Actor
from .db import db
from .errors import Refused
from .keyset import Keyset, exact, python_type
from .money import SCALE

Kind = Literal["text", "number", "money", "date", "datetime", "state", "percent", "position"]
Choices = Callable[[Actor], Sequence[tuple[str, str]]]
Match = Callable[[Actor, str], ColumnElement[bool]]
Args = Mapping[str, str]

PAGE = 50
COUNTED = 10_000  # beyond this a list says "more than", so that counting stays cheap
STEERING = ("sort", "after", "before")
BIGGEST = {"INTEGER": 2**31 - 1, "BIGINT": 2**63 - 1}

listings: dict[str, "Listing"] = {}  # every declared list by name: saved views, exports and bulk acts find it here


@dataclass(frozen=True)
class Field:
    """One thing a list knows about its rows.

    `column` sorts and filters; rows without a value sort last. `value` reads the cell from a row for pages and exports
    (default: the attribute called `key`). `filter`: choice (one or several of `choices`, comma between), contains,
    range (KEY_from and KEY_until, both included; days are the viewer's), flag (yes or no, 1 or 0).
    `match` replaces the comparison, for choices that name no value of the column ("me", "open"); it may raise
    ValueError. Kind "position" has the id of a position as value and is shown as the person in it.
    """

    key: str
    label: str
    column: SQLColumnExpression[Any] | None = None
    value: Callable[[Any], Any] | None = None
    kind: Kind = "text"
    sortable: bool = True
    shown: bool = True  # as a column; False: filter or export only
    filter: Literal["choice", "contains", "range", "flag"] | None = None
    choices: Choices | None = None
    match: Match | None = None
    currency: Callable[[Any], str] | None = None  # of an amount; default: the row's attribute `currency`
    summed: bool = False  # an amount that a filtered list adds up, for each currency of its rows

    def read(self, row: Any) -> Any:
        return self.value(row) if self.value else getattr(row, self.key)

    @property
    def names(self) -> tuple[str, ...]:
        """What the filter is called in an address."""
        if self.filter is None or (self.column is None and self.match is None):
            return ()
        return (f"{self.key}_from", f"{self.key}_until") if self.filter == "range" else (self.key,)


@dataclass(frozen=True)
class Listing:
    """`query` gives the visible rows as entities (start with `visible_to`); `identity` is its unique column.

    `views` are (name, query string) pairs that everybody has, as tabs: ("Mine, open", "owner=me&state=open").
    `picked`: an index covers what is filtered and sorted by, so the rows of a page are picked there before they are read.
    """

    name: str
    query: Callable[[Actor], Select[Any]]
    identity: Any
    fields: Sequence[Field]
    sort: str  # key, with a leading "-" for descending
    words: Sequence[Any] = ()  # columns the search box looks in
    views: Sequence[tuple[str, str]] = ()
    picked: bool = False
    currency: Any = None  # the column by which amounts are added up; default: `currency` of the listed model

    def __post_init__(self) -> None:
        listings[self.name] = self

    def field(self, key: str) -> Field:
        found = next((f for f in self.fields if f.key == key), None)
        if found is None:
            raise Refused("list.unknown_field", f"This list has no field {key!r}.")
        return found

    def order(self, sort: str) -> Keyset:
        """Raises Refused when the list cannot be sorted so."""
        by = self.field(sort.removeprefix("-"))
        if by.column is None or not by.sortable:
            raise Refused("list.not_sortable", f"This list cannot be sorted by {by.label}.")
        return Keyset(by.column, self.identity, sort.startswith("-"))


def extend(listing: Listing, field: Field) -> None:
    """A later area adds what it knows about the rows of an earlier one."""
    object.__setattr__(listing, "fields", (*listing.fields, field))


@dataclass(frozen=True)
class Page:
    rows: Sequence[Any]
    total: int
    more_than_counted: bool
    sort: str
    newer: str | None  # cursors
    older: str | None


def named(name: str) -> Listing:
    """The list of that name. Raises Refused."""
    if name not in listings:
        raise Refused("list.unknown", f"There is no list {name!r}.")
    return listings[name]


def matching(listing: Listing, actor: Actor, args: Args, zone: str = "UTC") -> Select[Any]:
    """The listing's query under the filters in `args`. Raises Refused on unknown names and bad values."""
    known = {"q", *STEERING, *(name for f in listing.fields for name in f.names)}
    if unknown := sorted(set(args) - known):
        raise Refused("list.unknown_filter", f"This list has no filter {unknown[0]!r}.")
    if any("\0" in value for value in args.values()):
        raise Refused("list.bad_value", "A filter holds a character that no text can hold.")
    query = listing.query(actor)
    for word in args.get("q", "").split()[:8] if listing.words else ():
        query = query.where(or_(*(c.icontains(word, autoescape=True) for c in listing.words)))
    for f in listing.fields:
        given = [args.get(name, "").strip() for name in f.names]
        if any(given):
            query = query.where(*_conditions(f, given, actor, zone))
    return query


def _conditions(f: Field, given: Sequence[str], actor: Actor, zone: str) -> Iterator[ColumnElement[bool]]:
    try:
        if f.match:
            yield f.match(actor, given[0])
            return
        column: Any = f.column
        if f.filter == "range":
            yield from _between(column, f, given[0], given[1], zone)
        elif f.filter == "contains":
            yield column.icontains(given[0], autoescape=True)
        elif f.filter == "flag":
            held = func.coalesce(column, false())
            yield {"yes": held, "1": held, "no": not_(held), "0": not_(held)}[given[0]]
        else:
            yield column.in_(_chosen(column, given[0]))
    except (ValueError, LookupError, OverflowError) as error:
        raise Refused("list.bad_value", f"{f.label}: {' to '.join(given)!r} cannot be read.") from error


def _chosen(column: Any, text: str) -> list[Any]:
    """The values asked for; text without a fixed set of values may hold a comma and is one value."""
    if isinstance(column.type, Enum) and column.type.enum_class is not None:
        return [column.type.enum_class(part) for part in text.split(",")]
    if python_type(column) is int:
        return [_whole(column, part) for part in text.split(",")]
    return [text]


def _whole(column: Any, text: str) -> int:
    number = int(text)
    if abs(number) > BIGGEST.get(str(column.type), BIGGEST["INTEGER"]):
        raise ValueError(text)
    return number


def _between(column: Any, f: Field, low: str, high: str, zone: str) -> Iterator[ColumnElement[bool]]:
    if f.kind in ("date", "datetime"):
        start, end = (date.fromisoformat(text) if text else None for text in (low, high))
        after = end and end + timedelta(days=1)
        if f.kind == "date":
            bounds: tuple[Any, Any] = (start, after)
        else:
            bounds = (start and _midnight(start, zone), after and _midnight(after, zone))
        if low:
            yield column >= bounds[0]
        if high:
            yield column < bounds[1]
        return
    whole = python_type(column) is int
    if low:
        yield column >= (_whole(column, low) if whole else exact(low))
    if high:
        yield column <= (_whole(column, high) if whole else exact(high))


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def counts(listing: Listing, actor: Actor, several: Sequence[Args], zone: str = "UTC") -> list[int]:
    """How many rows match each set of filters, in one question; COUNTED + 1 stands for more than COUNTED."""
    keys = [frozenset((name, value) for name, value in args.items() if name not in STEERING) for args in several]
    different = list(dict.fromkeys(keys))  # a list without filters is the first of its own tabs
    queries = (matching(listing, actor, dict(key), zone).with_only_columns(listing.identity) for key in different)
    limited = (query.order_by(None).limit(COUNTED + 1).subquery() for query in queries)
    numbers = select(*(select(func.count()).select_from(q).scalar_subquery() for q in limited))
    found = dict(zip(different, db.session.execute(numbers).one(), strict=True))
    return [found[key] for key in keys]


def count(listing: Listing, actor: Actor, args: Args, zone: str = "UTC") -> int:
    return counts(listing, actor, [args], zone)[0]


def sums(listing: Listing, actor: Actor, args: Args, zone: str = "UTC") -> list[tuple[str, list[tuple[str, Decimal]]]]:
    """Label of each summed amount -> (currency, sum) over every matching row, in one question."""
    fields = [f for f in listing.fields if f.summed and f.column is not None]
    if not fields:
        return []
    coin = listing.identity.class_.currency if listing.currency is None else listing.currency
    query = matching(listing, actor, args, zone).order_by(None)
    columns = [func.sum(f.column).label(f.key) for f in fields]
    rows = db.session.execute(query.with_only_columns(coin, *columns).group_by(coin).order_by(coin)).all()
    return [(f.label, [(row[0], exact_sum(row[at])) for row in rows]) for at, f in enumerate(fields, 1)]


def exact_sum(value: Any) -> Decimal:
    """Sums of expressions come back in ten-thousandths."""
    return value if isinstance(value, Decimal) else Decimal(value or 0) / SCALE


def read(
    listing: Listing, actor: Actor, args: Args, size: int = PAGE, zone: str = "UTC", total: int | None = None
) -> Page:
    """One page. `args` may hold sort and a cursor (after or before) besides the filters; `total` as counted before."""
    if total is None:
        total = count(listing, actor, args, zone)
    sort = args.get("sort") or listing.sort
    order, back = listing.order(sort), bool(args.get("before"))
    cursor = args.get("before") or args.get("after")
    query = matching(listing, actor, args, zone).order_by(None).order_by(*order.order(back)).limit(size + 1)
    if cursor:
        query = query.where(order.beyond(cursor, back))
    if listing.picked:
        rows = query.with_only_columns(listing.identity.label("id")).subquery()
        query = query.where(listing.identity.in_(select(rows.c.id)))
    found = list(db.session.execute(query.add_columns(order.key, listing.identity)).unique())
    further, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    ends = [order.cursor(row[-2], row[-1]) for row in (found[0], found[-1])] if found else []
    has_newer, has_older = (further, True) if back else (bool(cursor), further)
    return Page(
        rows=[row[0] for row in found],
        total=min(total, COUNTED),
        more_than_counted=total > COUNTED,
        sort=sort,
        newer=ends[0] if ends and has_newer else None,
        older=ends[1] if ends and has_older else None,
    )


def walk(listing: Listing, actor: Actor, args: Args, size: int = 500, zone: str = "UTC") -> Iterator[Any]:
    """Every matching row in the order of the list, slice by slice: for exports."""
    order = listing.order(args.get("sort") or listing.sort)
    query = matching(listing, actor, args, zone).order_by(None).order_by(*order.order()).limit(size)
    query, cursor = query.add_columns(order.key, listing.identity), None
    while True:
        rest = query.where(order.beyond(cursor)) if cursor else query
        rows = db.session.execute(rest).unique().all()
        yield from (row[0] for row in rows)
        if len(rows) < size:
            return
        cursor = order.cursor(rows[-1][-2], rows[-1][-1])


def ids(listing: Listing, actor: Actor, args: Args, zone: str = "UTC") -> list[int]:
    """The ids of every matching row as of now: what a bulk act over all of them will visit."""
    query = matching(listing, actor, args, zone).with_only_columns(listing.identity)
    return list(db.session.scalars(query.order_by(None).order_by(listing.identity)))
