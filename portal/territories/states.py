"""States of a territory model."""

from enum import StrEnum, auto


class ModelState(StrEnum):
    """How the market is cut: as it is planned, as it holds, as it held."""

    PLANNING = auto()
    ACTIVE = auto()
    ARCHIVED = auto()


MOVES = {
    ModelState.PLANNING: frozenset({ModelState.ACTIVE}),
    ModelState.ACTIVE: frozenset({ModelState.ARCHIVED}),
    ModelState.ARCHIVED: frozenset({ModelState.ACTIVE}),
}
