"""The ways out of the house, and how they are kept open during a turn."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from portal.consent.states import Channel
from portal.kernel.db import unit_of_work

from ..rules import Kind, Outcome, Pace
from .letters import Desk, Letter
from .pacing import let_go, rest


class Transport(Protocol):
    """`open` and `hand_over` answer; they raise nothing that a server can cause."""

    def open(self) -> Outcome: ...

    def hand_over(self, letter: Letter, renew: Callable[[], None]) -> Outcome:
        """Calls `renew` while it waits, at least every `rules.RENEW_AFTER` seconds."""

    def close(self) -> None: ...


class Way(NamedTuple):
    """`server_id`: whose pace is kept; None where nothing limits it."""

    transport: Transport
    server_id: int | None = None


@dataclass
class Sender:
    """One worker on one channel during one turn."""

    channel: Channel
    ways: Sequence[Way]
    worker: str
    desk: Desk
    pace: Pace
    last_batch: int = 0  # batches take turns
    room_soon: bool = False  # something would go if a limit by the second were not reached
    reached: set[int | None] = field(default_factory=set)
    away: set[int | None] = field(default_factory=set)
    in_flight: list[int] = field(default_factory=list)  # messages; several when the servers before were silent

    def reach(self, way: Way) -> bool:
        """Open it at its first use in this turn. One that is away rests, and is not tried again."""
        if way.server_id in self.away:
            return False
        if way.server_id not in self.reached:
            answer = way.transport.open()
            if answer.kind != Kind.ACCEPTED:
                self.leave(way)
                with unit_of_work():
                    rest(self.channel, way.server_id, answer)
                return False
            self.reached.add(way.server_id)
        return True

    def without(self, way: Way) -> "Sender":
        """The same turn by the other ways."""
        return replace(self, ways=[one for one in self.ways if one is not way and one.server_id not in self.away])

    def leave(self, way: Way) -> None:
        self.away.add(way.server_id)

    def close(self) -> None:
        for way in self.ways:
            way.transport.close()
        let_go(self.worker)
