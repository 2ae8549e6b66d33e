"""List pages: the same filters, sorting, paging, saved views, bulk acts and exports for every area."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from flask import Response, g, request, url_for

from portal.kernel.errors import Refused
from portal.kernel.listing import COUNTED, Field, Listing, Page, counts, read, sums
from portal.workspace.models import SavedView
from portal.workspace.queries import views_for
from portal.workspace.rules import bulk_acts

from .filters import format_money, format_number, format_rate, when
from .htmx import page
from .records import position_name

PAGING = ("after", "before")
UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")
QUICK = 3  # filters that stand in the bar; the others wait behind "More filters"


@dataclass(frozen=True)
class Bulk:
    """A button below the list: posts the picked ids (`pick`) to `url`. `options` adds a choice called `value`."""

    text: str
    url: str
    permission: str
    danger: bool = False
    options: Sequence[tuple[str, str]] = ()
    name: str = ""


class Tag(NamedTuple):
    """One filter that is set: what it says, and the page without it."""

    label: str
    text: str
    without: dict[str, str]
    url: str


class View(NamedTuple):
    """A tab of the list: saved by somebody, or one that everybody has."""

    text: str
    url: str
    rows: str | None
    saved: SavedView | None = None


def list_page(
    template: str, listing: Listing, *, title: str, bulk: Sequence[Bulk] = (), empty: str = "", **context: Any
) -> Response:
    """The list as page or as the fragment `list`. The template extends layout/list.html.

    A filter that cannot be read gives the same page with its words and status 422. In `context`, `row_url` makes
    titles links, `under` gives their second line, `sub` stands below the title.
    """
    args = arguments(request.args)
    choices = {f.key: list(f.choices(g.actor)) for f in listing.fields if f.choices and f.names}
    found, refusal, fixed = None, "", [("All", ""), *listing.views]
    asked = [dict(parse_qsl(query)) for _, query in fixed]
    try:
        total, *totals = counts(listing, g.actor, [args, *asked], g.timezone)
        found = read(listing, g.actor, args, zone=g.timezone, total=total)
    except Refused as refused:
        refusal, totals = refused.message, counts(listing, g.actor, asked, g.timezone)
    tags, views = _tags(listing, args, choices), _views(listing, fixed, totals)
    return page(
        template,
        "list",
        status=422 if refusal else 200,
        title=title,
        listing=listing,
        found=found,
        refusal=refusal,
        args=args,
        choices=choices,
        quick=[f for f in listing.fields if f.names and f.filter == "choice"][:QUICK],
        tags=tags,
        views=[(view.text, view.url, view.rows) for view in views],
        view=next((view for view in reversed(views) if _same(view.url, args)), None),
        hidden_by=_hidden_by(listing, tags, found),
        bulk=_bulk(listing, bulk),
        query=urlencode(_kept(args)),
        here=request.full_path.rstrip("?"),
        shown=shown,
        link=lambda **changes: request.path + _query(args, changes),
        **{"empty_text": empty, "together": _together(listing, args, tags, found), **context},
    )


def _together(
    listing: Listing, args: Mapping[str, str], tags: Sequence[Tag], found: Page | None
) -> list[tuple[str, list[tuple[str, Decimal]]]]:
    """Sums of a filtered list, so that a figure elsewhere can be checked against its rows."""
    return sums(listing, g.actor, args, g.timezone) if tags and found and found.rows else []


def shown(f: Field, value: Any, row: Any) -> Any:
    """A cell as people read it."""
    if value is None or value == "":
        return ""
    if f.kind == "money":
        return format_money(value, f.currency(row) if f.currency else row.currency)
    if f.kind == "number":
        return format_number(value)
    if f.kind == "percent":
        return format_rate(value)
    if f.kind in ("date", "datetime"):
        return when(value)
    return position_name(value) if f.kind == "position" else value


def arguments(given: Mapping[str, str]) -> dict[str, str]:
    """The query string without what was left empty and without what no page can show."""
    plain = {name: UNSHOWN.sub("", value) for name, value in given.items() if UNSHOWN.search(name) is None}
    return {name: value for name, value in plain.items() if value.strip()}


def _kept(args: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in args.items() if name not in PAGING}


def _query(args: Mapping[str, str], changes: Mapping[str, str | None]) -> str:
    kept: dict[str, str | None] = {**_kept(args), **changes}
    text = urlencode({k: v for k, v in kept.items() if v})
    return f"?{text}" if text else ""


def _same(url: str, args: Mapping[str, str]) -> bool:
    return dict(parse_qsl(url.partition("?")[2])) == _kept(args)


def _views(listing: Listing, fixed: Sequence[tuple[str, str]], totals: Sequence[int]) -> list[View]:
    """Everything, the list's own views with their counts, then those of the person and of others."""
    views = [View(name, _url(query), _counted(n)) for (name, query), n in zip(fixed, totals, strict=True)]
    return views + [View(v.name, _url(v.query), None, v) for v in views_for(g.actor, listing.name)]


def _counted(number: int) -> str:
    return format_number(number) if number <= COUNTED else f"{format_number(COUNTED)}+"


def _url(query: str) -> str:
    return f"{request.path}?{query}" if query else request.path


def _tags(listing: Listing, args: Mapping[str, str], choices: Mapping[str, list[tuple[str, str]]]) -> list[Tag]:
    filters: list[tuple[str, str, tuple[str, ...]]] = []
    if listing.words and "q" in args:
        filters.append(("Search", f"“{args['q']}”", ("q",)))
    for f in listing.fields:
        given = [args.get(name, "") for name in f.names]
        if any(given):
            filters.append((f.label, _said(f, given, choices.get(f.key, [])), f.names))
    tags = []
    for label, text, names in filters:
        without = {name: value for name, value in _kept(args).items() if name not in names}
        tags.append(Tag(label, text, without, request.path + _query(without, {})))
    return tags


def _said(f: Field, given: Sequence[str], options: Sequence[tuple[str, str]]) -> str:
    """The filter in words: "Grade A or B", "1 May to 3 June"."""
    if f.filter == "range":
        low, high = given
        return f"{low} to {high}" if low and high else f"from {low}" if low else f"until {high}"
    if f.filter == "contains":
        return f"“{given[0]}”"
    names = dict(options)
    if given[0] in names:
        return names[given[0]]
    return " or ".join(names.get(part, part) for part in given[0].split(","))


def _hidden_by(listing: Listing, tags: Sequence[Tag], found: Page | None) -> list[tuple[Tag, int, bool]]:
    """For a page with nothing on it: each filter, the rows it alone hides, and whether there are more than counted."""
    if found is None or found.total or not tags:
        return []
    totals = counts(listing, g.actor, [tag.without for tag in tags], g.timezone)
    return [(tag, min(n, COUNTED), n > COUNTED) for tag, n in zip(tags, totals, strict=True) if n]


def _bulk(listing: Listing, own: Sequence[Bulk]) -> list[Bulk]:
    """The acts that areas offer for this list and that this person may do."""
    offered = [
        Bulk(
            act.text,
            url_for("workspace.act_on_rows", listing=listing.name, act=act.name),
            act.permission,
            act.danger,
            tuple(act.options(g.actor)) if act.options and g.actor.may(act.permission) else (),
            act.name,
        )
        for act in bulk_acts(listing.name)
    ]
    return [act for act in (*offered, *own) if g.actor.may(act.permission)]
