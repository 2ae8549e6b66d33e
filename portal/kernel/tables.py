"""Rows out of a file somebody exported elsewhere: CSV in any of the usual encodings and separators, or a workbook."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import Refused

SEPARATORS = ",;\t|"
WIDEST = 300  # columns
LONGEST = 200_000  # rows
CELL = 10_000  # characters; the rest of a longer cell is cut off
UNPACKED = 200 * 2**20  # bytes a workbook may have when it is unpacked
BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))

csv.field_size_limit(2**24)


@dataclass(frozen=True)
class Table:
    """`header` is the first row that is not empty; the rows are as wide as it, blank ones left out.

    `lines` has the place of each row in the file as a spreadsheet counts it, from 1.
    """

    header: list[str]
    rows: list[list[str]]
    lines: list[int]


def read_table(content: bytes) -> Table:
    """Raises Refused when there is nothing that reads as a table."""
    rows = _book(content) if content.startswith(BOOKS) else _text(content)
    filled = ([_cell(cell) for cell in row] for row in rows)
    kept = [(line, row) for line, row in enumerate(filled, 1) if any(row)]
    if len(kept) < 2:
        raise Refused("table.empty", "This file has no rows below its first one.", "file")
    header = _named(kept[0][1][:WIDEST])
    width = len(header)
    return Table(header, [(row + [""] * width)[:width] for _, row in kept[1:]], [line for line, _ in kept[1:]])


def _named(first: list[str]) -> list[str]:
    """Column names as they are; one without a name is called by its place."""
    while first and not first[-1]:
        first = first[:-1]
    return [name or f"Column {place}" for place, name in enumerate(first, 1)]


def _cell(text: str) -> str:
    return text.replace("\0", "").strip()[:CELL]


def _text(content: bytes) -> Iterator[list[str]]:
    text = decoded(content)
    head = "\n".join(line for line in text[:20_000].splitlines()[:20] if line.strip())
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator(head), skipinitialspace=True)
    try:
        for number, row in enumerate(reader):
            if number > LONGEST:
                raise Refused("table.too_long", f"This file has more than {LONGEST:,} rows. Divide it.", "file")
            yield row
    except csv.Error as error:
        raise Refused("table.broken", f"This file cannot be read as a table: {error}.", "file") from error


def decoded(content: bytes) -> str:
    """By its mark, else UTF-8, else UTF-16 without a mark, else the Windows encoding of Western Europe."""
    encoding = next((name for mark, name in MARKS if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        pass
    sample = content[:2000]
    if sample.count(0) > len(sample) // 4:
        return content.decode("utf-16-le" if sample[1:2] == b"\0" else "utf-16-be", "replace")
    return content.decode("cp1252", "replace")


def separator(head: str) -> str:
    """The one that cuts the lines into most columns of equal number; a comma when none does."""
    best, most = ",", 1.0
    for one in SEPARATORS:
        widths = [len(row) for row in csv.reader(io.StringIO(head), delimiter=one)]
        usual = max(set(widths), key=widths.count) if widths else 0
        score = usual * widths.count(usual) / max(len(widths), 1)
        if usual > 1 and score > most:
            best, most = one, score
    return best


def _book(content: bytes) -> Iterator[list[str]]:
    from python_calamine import CalamineError, CalamineWorkbook

    _check_size(content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=True)
    except (CalamineError, ValueError, OSError, IndexError) as error:
        raise Refused("table.broken", "This workbook cannot be read. Save it again, or as CSV.", "file") from error
    if len(rows) > LONGEST:
        raise Refused("table.too_long", f"This file has more than {LONGEST:,} rows. Divide it.", "file")
    for row in rows:
        yield [_shown(value) for value in row]


def _check_size(content: bytes) -> None:
    """A small file may unpack to gigabytes."""
    if not content.startswith(b"PK"):
        return
    try:
        unpacked = sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(content)).infolist())
    except (zipfile.BadZipFile, ValueError) as error:
        raise Refused("table.broken", "This workbook cannot be read. Save it again, or as CSV.", "file") from error
    if unpacked > UNPACKED:
        raise Refused(
            "table.too_big", "This workbook is too large when unpacked. Divide it, or save it as CSV.", "file"
        )


def _shown(value: object) -> str:
    """A cell as text: whole numbers without ".0", days in ISO form."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
