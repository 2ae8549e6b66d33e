"""Where what was achieved is asked for: later areas register how to count it and where to see it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from .calendar import Period

Count = Callable[[Sequence[Period]], Iterable[tuple[int | None, int, Decimal]]]


class Documents(NamedTuple):
    """A list of records by its noun, with the filters under which its rows add up to the figure."""

    noun: str
    filters: Mapping[str, str]


@dataclass(frozen=True)
class Measure:
    count: Count
    documents: Callable[[Period, Collection[int]], Documents]


PIPELINE = "pipeline"  # open deals by the day they are to close: no metric, but counted like one
_measures: dict[str, Measure] = {}


def register_measure(metric: str, count: Count, documents: Callable[[Period, Collection[int]], Documents]) -> None:
    """`count` gives (position id, place of the period in those asked for, amount in the company's currency or number),
    in one statement; `documents` the list behind a figure of some positions in a period (no positions: everybody)."""
    _measures[metric] = Measure(count, documents)


def measure(metric: str) -> Measure | None:
    return _measures.get(metric)
