"""List pages: the same filters, sorting, paging, saved views, bulk acts and exports for every area."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from flask import Response, g, request, stream_with_context

from portal.kernel import audit
from portal.kernel.db import transact
from portal.kernel.listing import Listing, read, walk
from portal.organization.queries import authorize
from portal.workspace.queries import views_for

from .htmx import page

STEERING = ("sort", "after", "before", "format")
FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True)
class Bulk:
    """A button below the list: posts the picked ids (`pick`) to `url`."""

    text: str
    url: str
    permission: str
    danger: bool = False


def list_page(
    template: str, listing: Listing, *, title: str, bulk: Sequence[Bulk] = (), empty: str = "", **context: Any
) -> Response:
    """The list as page, as the fragment `list`, or as CSV/XLSX with ?format=. The template extends layout/list.html."""
    args = {k: v for k, v in request.args.items() if v}
    if wanted := args.pop("format", None):
        return export(listing, args, wanted)
    found = read(listing, g.actor, args)
    filters = {k: v for k, v in args.items() if k not in STEERING}
    return page(
        template,
        "list",
        title=title,
        listing=listing,
        found=found,
        filters=filters,
        views=views_for(g.actor, listing.name),
        bulk=[b for b in bulk if g.actor.may(b.permission)],
        empty=empty,
        link=lambda **changes: request.path + _query(args, changes),
        **context,
    )


def _query(args: Mapping[str, str], changes: Mapping[str, str | None]) -> str:
    kept: dict[str, str | None] = {k: v for k, v in args.items() if k not in ("after", "before")}
    kept.update(changes)
    return "?" + urlencode({k: v for k, v in kept.items() if v})


def export(listing: Listing, args: Mapping[str, str], wanted: str) -> Response:
    """All matching rows as a file. Who took what is in the audit."""
    authorize(g.actor, "exports.run")
    transact(lambda: audit.record(listing.name, None, "exported", filters=dict(args), format=wanted))
    name = f"{listing.name}-{date.today().isoformat()}.{wanted}"
    if wanted == "xlsx":
        body: Any = _xlsx(listing, args)
        media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    else:
        body, media = stream_with_context(_csv(listing, args)), "text/csv; charset=utf-8"
    return Response(body, mimetype=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _rows(listing: Listing, args: Mapping[str, str]) -> Iterator[list[Any]]:
    yield [f.label for f in listing.fields]
    for row in walk(listing, g.actor, args):
        yield [_plain(f.read(row)) for f in listing.fields]


def _plain(value: Any) -> Any:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date | datetime) else value


def inert(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets a leading apostrophe; numbers stay numbers."""
    if isinstance(value, int | Decimal | float):
        return value
    text = str(value)
    return (
        f"'{text}" if text.lstrip(" \u00a0\u3000").startswith(FORMULA_STARTS) or text[:1] in "\t\r\n" and text else text
    )


def _csv(listing: Listing, args: Mapping[str, str]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for row in _rows(listing, args):
        writer.writerow([inert(value) for value in row])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _xlsx(listing: Listing, args: Mapping[str, str]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"constant_memory": True, "in_memory": False, "strings_to_formulas": False})
    sheet = book.add_worksheet(listing.name[:31])
    for number, row in enumerate(_rows(listing, args)):
        for place, value in enumerate(row):
            if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
                sheet.write_number(number, place, float(value))
            else:
                sheet.write_string(number, place, str(value)[:32_000])
    book.close()
    return out.getvalue()
