"""Who acts: plain data, so that no row of the database travels with it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum, auto


class Scope(StrEnum):
    """How far a permission reaches: rows of my positions, my team's, everything below me, my territories, all."""

    OWN = auto()
    TEAM = auto()
    SUBTREE = auto()
    TERRITORY = auto()
    ALL = auto()


@dataclass(frozen=True)
class Actor:
    """A person in their positions, the system itself, or a customer behind a signed link."""

    name: str
    user_id: int | None = None
    grants: Mapping[str, frozenset[Scope]] = field(default_factory=dict)
    position_ids: frozenset[int] = frozenset()
    team_ids: frozenset[int] = frozenset()
    paths: tuple[str, ...] = ()
    territory_ids: frozenset[int] = frozenset()
    stands_for: Mapping[int, str] = field(default_factory=dict)  # as a deputy: position -> name of who is away
    is_system: bool = False

    def may(self, permission: str) -> bool:
        """Whether the permission is held at all, in whatever scope."""
        return self.is_system or permission in self.grants

    def signs(self, position_id: int | None) -> str:
        """Whose name stands below what is done to a record of the position: "X for Y" where X is the deputy of Y."""
        absent = self.stands_for.get(position_id or 0)
        return f"{self.name} for {absent}" if absent else self.name


SYSTEM = Actor("Throughline", is_system=True)

_acting: ContextVar[Actor] = ContextVar("acting", default=SYSTEM)


def acting() -> Actor:
    """The actor that audit entries name."""
    return _acting.get()


def become(actor: Actor) -> None:
    """From here on in this context, until somebody else becomes somebody: one web request, one thread of a test."""
    _acting.set(actor)


@contextmanager
def act_as(actor: Actor) -> Iterator[None]:
    token = _acting.set(actor)
    try:
        yield
    finally:
        _acting.reset(token)
