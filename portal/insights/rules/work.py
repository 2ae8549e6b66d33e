"""What makes work urgent, in points that can be shown."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import log10

Points = list[tuple[str, int]]


@dataclass(frozen=True)
class WorkItem:
    """One row of the work list. `why` adds up to its rank."""

    icon: str
    text: str
    noun: str
    record_id: int
    note: str
    why: Points
    worth: Decimal | None = None
    currency: str = "USD"
    due: date | datetime | None = None
    kind: str = ""  # bad, warn or nothing
    task_id: int | None = None

    @property
    def rank(self) -> int:
        return sum(points for _, points in self.why)


def worth_points(expected: Decimal) -> int:
    """0 to 50: ten times the money is about twelve points more, so that size does not drown everything."""
    return min(50, int(12 * log10(1 + float(max(expected, Decimal(0))) / 250)))


def expected(amount: Decimal, probability: int) -> tuple[str, int]:
    """The points of a deal's expected value, with its words."""
    return f"Expected value, {probability} % of {amount:,.0f}", worth_points(amount * probability / 100)


def days_text(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def lateness(days: int) -> int:
    """Points of something overdue by so many days."""
    return 20 + min(20, 2 * max(days, 0))


def answer_points(respond_by: datetime | None, now: datetime) -> tuple[str, int]:
    """How much a waiting lead presses."""
    if respond_by is None:
        return "New lead, no answer agreed", 10
    minutes = int((respond_by - now).total_seconds() // 60)
    if minutes < 0:
        return f"Answer {_spell(-minutes)} overdue", 45
    if minutes <= 60:
        return f"First answer due {f'in {_spell(minutes)}' if minutes else 'now'}", 35
    return f"First answer due in {_spell(minutes)}", 20 if minutes <= 24 * 60 else 10


def _spell(minutes: int) -> str:
    if minutes < 120:
        return "1 minute" if minutes == 1 else f"{minutes} minutes"
    hours = minutes // 60
    return f"{hours} hours" if hours < 48 else f"{hours // 24} days"


def due_points(due: datetime, now: datetime) -> tuple[str, int]:
    days = (now - due).days
    if due < now:
        return (f"{days_text(days)} overdue" if days else "Overdue"), lateness(days)
    return ("Due within a day", 22) if -days <= 1 else ("Due later", 8)


def ranked(items: list[WorkItem]) -> list[WorkItem]:
    """Most worthwhile first; equal ranks by what is due first."""
    return sorted(items, key=lambda item: (-item.rank, str(item.due or "9"), item.text))
