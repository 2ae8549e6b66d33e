"""Rows out of a file somebody exported elsewhere: CSV in any of the usual encodings and separators, or a workbook."""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import NamedTuple

from .errors import Refused

SEPARATORS = ",;\t|"
WIDEST = 300  # columns
LONGEST = 200_000  # rows
CELL = 10_000  # characters; the rest of a longer cell is cut off
UNPACKED = 200 * 2**20  # bytes a workbook may have when it is unpacked
BOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
STRANGERS = {
    b"%PDF": "a PDF", b"\x89PNG": "a picture", b"\xff\xd8\xff": "a picture", b"GIF8": "a picture",
    b"{\\rtf": "a text document", b"<": "a web page", b"{": "a JSON file", b"BEGIN:VCARD": "an address card",
}  # fmt: skip
CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1a\x7f]")
TOLD_SEPARATOR = re.compile(r"\ufeff?sep=([,;|\t])\r?\n")  # the first line of a CSV that Excel is to open

csv.field_size_limit(2**24)


class Row(NamedTuple):
    """As wide as the header. `line`: its place as a spreadsheet counts it, from 1. `surplus`: there was more in it."""

    line: int
    cells: list[str]
    surplus: bool


class Table:
    """Read from its bytes row by row, as often as one likes, so that a large file is never in memory as a whole.

    `header` is the first row that is not empty; blank rows are left out. Reading on raises Refused where the file breaks.
    """

    def __init__(self, content: bytes) -> None:
        self._read = _book(content) if content.startswith(BOOKS) else _text(content)
        header = next(self._filled(), None)
        if header is None:
            raise Refused("table.empty", "This file is empty.", "file")
        self.header = _named(header[1][:WIDEST])

    def __iter__(self) -> Iterator[Row]:
        width, rows = len(self.header), self._filled()
        next(rows)
        for line, cells in rows:
            yield Row(line, (cells + [""] * (width - len(cells)))[:width], any(cells[width:]))

    def _filled(self) -> Iterator[tuple[int, list[str]]]:
        for line, row in enumerate(self._read(), 1):
            if line > LONGEST:
                raise Refused("table.too_long", f"This file has more than {LONGEST:,} rows. Divide it.", "file")
            cells = [cell.strip()[:CELL] for cell in row]
            if any(cells):
                yield line, cells


def read_table(content: bytes) -> tuple[Table, int]:
    """The table and how many rows it has, all of them read. Raises Refused when there is nothing that reads as one."""
    for mark, what in STRANGERS.items():
        if content.lstrip().startswith(mark):
            raise Refused("table.stranger", f"This is {what}, not a table. Save it as CSV or XLSX.", "file")
    table = Table(content)
    rows = sum(1 for _ in table)
    if not rows:
        raise Refused("table.empty", "This file has no rows below its first one.", "file")
    return table, rows


def _named(first: list[str]) -> list[str]:
    """Column names as they are; one without a name is called by its place."""
    while first and not first[-1]:
        first = first[:-1]
    return [name or f"Column {place}" for place, name in enumerate(first, 1)]


def _text(content: bytes) -> Callable[[], Iterator[list[str]]]:
    text = decoded(content).replace("\0", "")
    if len(CONTROLS.findall(text[:20_000])) > len(text[:20_000]) // 100:
        raise Refused("table.binary", "This file does not hold text. Save it as CSV or XLSX.", "file")
    told = TOLD_SEPARATOR.match(text)
    if told:
        text = text[told.end() :]
    head = "\n".join(line for line in text[:20_000].splitlines()[:20] if line.strip())
    mark = told[1] if told else separator(head)

    def read() -> Iterator[list[str]]:
        try:
            yield from csv.reader(io.StringIO(text, newline=""), delimiter=mark, skipinitialspace=True)
        except csv.Error as error:
            raise Refused("table.broken", f"This file cannot be read as a table: {error}.", "file") from error

    return read


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


def _book(content: bytes) -> Callable[[], Iterator[list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook

    _check_size(content)
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    except (CalamineError, ValueError, OSError, IndexError) as error:
        raise Refused("table.broken", "This workbook cannot be read. Save it again, or as CSV.", "file") from error
    return lambda: ([_shown(value) for value in row] for row in sheet.iter_rows())


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
