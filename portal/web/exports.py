"""Lists as files: CSV and XLSX that no spreadsheet takes for formulas, made slice by slice."""

import csv
import io
import json
import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.errors import Refused
from portal.kernel.listing import Args, Field, Listing, walk
from portal.organization.queries import names_of_positions

Format = Literal["csv", "xlsx"]
MEDIA: dict[str, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
AT_ONCE = 5_000  # rows; more become long work
SLICE = 500
CELL = 32_000  # characters a cell of a spreadsheet holds
STARTS = "=+-@−"


def known_format(text: str) -> Format:
    """Raises Refused."""
    found = next((one for one in get_args(Format) if one == text), None)
    if found is None:
        raise Refused("export.unknown_format", f"There is no export as {text!r}. Choose CSV or Excel.")
    return found  # type: ignore[no-any-return]


def file_name(listing: Listing, kind: Format, zone: str) -> str:
    return f"{listing.name}-{clock.today(zone).isoformat()}.{kind}"


def write(listing: Listing, actor: Actor, args: Args, kind: Format, zone: str) -> Iterator[tuple[int, bytes]]:
    """The file in pieces, each with the number of rows written by then. Every field, filters and order of `args`."""
    table = _table(listing, actor, args, zone)
    return _csv(table) if kind == "csv" else _xlsx(listing.name, table)


def whole(name: str, rows: Iterable[list[Any]], kind: Format) -> bytes:
    """A file of rows that are no list of the portal; the first one is the head."""
    table = iter(rows)
    return b"".join(piece for _, piece in (_csv(table) if kind == "csv" else _xlsx(name, table)))


def bundle(name: str, parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """A ZIP of everything as one JSON file and of each part as a CSV file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}.json", json.dumps(parts, ensure_ascii=False, indent=2))
        for part, rows in parts.items():
            cells = [[_cell(row[column]) for column in rows[0]] for row in rows]
            archive.writestr(f"{part.replace(' ', '_')}.csv", whole(part, [list(rows[0]), *cells], "csv"))
    return out.getvalue()


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value


def _table(listing: Listing, actor: Actor, args: Args, zone: str) -> Iterator[list[Any]]:
    names = names_of_positions(clock.today(zone))
    yield [f.label for f in listing.fields]
    for row in walk(listing, actor, args, SLICE, zone):
        yield [_plain(f, f.read(row), names, zone) for f in listing.fields]


def _plain(f: Field, value: Any, names: dict[int, str], zone: str) -> Any:
    if f.kind == "position":
        return names.get(value, "") if value else ""
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(zone)).replace(microsecond=0)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else value


def inert(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets a leading apostrophe; numbers and days stay what they are.

    What counts is the first character that shows: blanks, control and format characters before it do not help.
    """
    if isinstance(value, int | Decimal | float):
        return value
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    first = next((c for c in text if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf")), "")
    begins = first and unicodedata.normalize("NFKC", first)[0] in STARTS
    return f"'{text}" if begins or text[:1] in ("\t", "\r", "\n") else text


def _csv(table: Iterator[list[Any]]) -> Iterator[tuple[int, bytes]]:
    buffer, done = io.StringIO(), -1
    buffer.write("\ufeff")  # spreadsheets take a file without it for their own old encoding
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)  # so that no other separator splits a cell
    for row in table:
        writer.writerow([inert(value) for value in row])
        done += 1
        if done % SLICE == 0:
            yield done, _taken(buffer)
    yield max(done, 0), _taken(buffer)


def _taken(buffer: io.StringIO) -> bytes:
    content = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return content


def _xlsx(name: str, table: Iterator[list[Any]]) -> Iterator[tuple[int, bytes]]:
    import xlsxwriter

    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "remove_timezone": True})
        sheet = book.add_worksheet(name[:31])
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet.freeze_panes(1, 0)
        number = -1
        for number, row in enumerate(table):
            for place, value in enumerate(row):
                if isinstance(value, int | float | Decimal):
                    sheet.write_number(number, place, float(value))
                elif isinstance(value, date):
                    sheet.write_datetime(number, place, value, moment if isinstance(value, datetime) else day)
                else:
                    sheet.write_string(number, place, str(value)[:CELL], bold if number == 0 else None)
            if number and number % SLICE == 0:
                yield number, b""
        book.close()
        file.seek(0)
        while piece := file.read(2**20):
            yield number, piece
