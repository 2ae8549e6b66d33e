"""The Adventure Works tables, read once, and the small rules that every file shares."""

import csv
import re
import unicodedata
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path

Row = dict[str, str]

CALENDAR = timedelta(
    days=2160
)  # the tables moved every date by this; without it quota quarters start on 1 Jan, Apr, Jul, Oct
WINDOW = (date(2006, 10, 1), date(2007, 12, 31))  # five quarters of orders
ANCHOR = date(2007, 10, 1)  # loads as the first day of the fiscal quarter of today


def mended(line: str) -> str:
    """The two slips of the tables that reach a demo file: a wrong code page and a letter for a digit in a postcode."""
    return line.replace("Mart¡nez", "Martínez").replace("SW6 SBY", "SW6 5BY")


class Source:
    """Tables by name; a missing file raises FileNotFoundError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._tables: dict[str, list[Row]] = {}
        self._indexes: dict[tuple[str, str], dict[str, Row]] = {}

    def table(self, name: str) -> list[Row]:
        if name not in self._tables:
            with (self.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                self._tables[name] = list(csv.DictReader(mended(line) for line in file))
        return self._tables[name]

    def index(self, name: str, key: str) -> dict[str, Row]:
        """Rows by `key`; of several rows with one key the last counts."""
        if (name, key) not in self._indexes:
            self._indexes[name, key] = {row[key]: row for row in self.table(name)}
        return self._indexes[name, key]

    @cached_property
    def persons(self) -> dict[str, Row]:
        return self.index("Person", "BusinessEntityID")

    @cached_property
    def provinces(self) -> dict[str, Row]:
        return self.index("StateProvince", "StateProvinceID")

    @cached_property
    def products(self) -> dict[str, Row]:
        return self.index("Product", "ProductID")

    @cached_property
    def places(self) -> dict[str, Row]:
        """First address of every person and store, with its province."""
        addresses = self.index("Address", "AddressID")
        found: dict[str, Row] = {}
        for link in self.table("BusinessEntityAddress"):
            address = addresses[link["AddressID"]]
            found.setdefault(link["BusinessEntityID"], address | self.provinces[address["StateProvinceID"]])
        return found


def real_date(text: str) -> date:
    return date.fromisoformat(text[:10]) - CALENDAR


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def plain(number: Decimal) -> str:
    """Without exponent and without needless zeros: 1200, 12.5, 0.1875."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def slug(text: str, joint: str = "") -> str:
    """ASCII letters and digits of `text` in lower case."""
    ascii_text = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    return joint.join(re.findall(r"[a-z0-9]+", ascii_text.replace("'", "")))


def full_name(person: Row) -> str:
    return f"{person['FirstName']} {person['LastName']}"


def write(path: Path, rows: Iterable[Row]) -> None:
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)
