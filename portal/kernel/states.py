"""Tables of allowed moves."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from .errors import Refused

S = TypeVar("S", bound=StrEnum)


def check_move(moves: Mapping[S, frozenset[S]], current: S, wanted: S, *, noun: str) -> None:
    """Raises Refused unless the table allows `current` -> `wanted`."""
    if wanted not in moves.get(current, frozenset()):
        raise Refused(f"{noun}.cannot_become_{wanted}", f"This {noun} is {current}, so it cannot be {wanted}.")
