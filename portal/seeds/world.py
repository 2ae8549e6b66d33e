"""The demo company as the areas' loaders find it: its people, positions and territories, and rows of the demo files."""

import csv
import json
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from portal.identity.models import User
from portal.kernel import clock
from portal.organization.models import Position
from portal.territories.models import Territory

DEMO = Path(__file__).parent / "demo"


@dataclass
class World:
    """What loaded areas leave for later ones: records by the keys that the files use."""

    today: date
    people: dict[str, User] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    territories: dict[str, Territory] = field(default_factory=dict)
    products: dict[str, Any] = field(default_factory=dict)  # by sku
    price_lists: dict[str, Any] = field(default_factory=dict)  # by name
    accounts: dict[str, Any] = field(default_factory=dict)  # by number
    contacts: dict[str, Any] = field(default_factory=dict)  # by email
    channels: dict[str, int] = field(default_factory=dict)  # ids by key of their sources
    partners: list[Any] = field(default_factory=list)
    leads: dict[str, Any] = field(default_factory=dict)  # by email
    opportunities: dict[str, Any] = field(default_factory=dict)  # by key

    @cached_property
    def company(self) -> dict[str, Any]:
        """What company.json says."""
        found: dict[str, Any] = json.loads((DEMO / "company.json").read_text(encoding="utf-8"))
        return found

    @cached_property
    def months(self) -> int:
        """By how many months dates of the files move, so that the anchor starts today's fiscal quarter."""
        anchor = date.fromisoformat(self.company["date_anchor"])
        into_quarter = (self.today.month - self.company["fiscal_year_start_month"]) % 3
        return (self.today.year - anchor.year) * 12 + self.today.month - int(into_quarter) - anchor.month

    def shift(self, day: date | str) -> date:
        """A date of the files in today's terms. A day beyond the end of its month becomes the last one."""
        old = date.fromisoformat(day) if isinstance(day, str) else day
        year, month = divmod(old.year * 12 + old.month - 1 + self.months, 12)
        return date(year, month + 1, min(old.day, monthrange(year, month + 1)[1]))

    def rows(self, name: str) -> list[dict[str, str]]:
        """The rows of demo/NAME.csv in the file's order."""
        with (DEMO / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


def empty_world() -> World:
    company = json.loads((DEMO / "company.json").read_text(encoding="utf-8"))
    return World(today=clock.today(company["timezone"]))
