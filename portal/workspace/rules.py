"""What areas add to the lists and imports: bulk acts, kinds of import; and which files may be kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from portal.kernel.actor import Actor


class Refusal(NamedTuple):
    """Why one row was not taken. `row` counts from 1 within what was handed over."""

    row: int
    field: str
    reason: str


@dataclass(frozen=True)
class BulkAct:
    """One act for picked rows or for all that match. `act` gets actor, id and the chosen value, once per row, and
    raises Refused, NotFound or Forbidden for a row that stays as it is."""

    listing: str
    name: str  # the last part of its address, a noun: "assignment"
    text: str  # on the button
    permission: str
    act: Callable[[Actor, int, str], object]
    options: Callable[[Actor], Sequence[tuple[str, str]]] | None = None
    danger: bool = False


@dataclass(frozen=True)
class ImportKind:
    """Records that come in from a file. `fields` are (name, label); `take` gets rows as field -> text and returns the
    refusals. It takes a row once however often it comes: an import that was interrupted hands rows over again."""

    name: str
    title: str
    permission: str
    fields: Sequence[tuple[str, str]]
    required: Sequence[str]
    take: Callable[[Sequence[Mapping[str, str]]], Sequence[Refusal]]


_bulk: dict[tuple[str, str], BulkAct] = {}
_imports: dict[str, ImportKind] = {}


def offer_act(act: BulkAct) -> None:
    """An area adds an act to its list, when its jobs are loaded."""
    _bulk[act.listing, act.name] = act


def bulk_acts(listing: str) -> list[BulkAct]:
    return [act for (name, _), act in _bulk.items() if name == listing]


def bulk_act(listing: str, name: str) -> BulkAct | None:
    return _bulk.get((listing, name))


def offer_import(kind: ImportKind) -> None:
    """An area says what it can take from a file, when its jobs are loaded."""
    _imports[kind.name] = kind


def import_kinds(actor: Actor) -> list[ImportKind]:
    """What this person may import."""
    return [kind for kind in _imports.values() if actor.may("imports.run") and actor.may(kind.permission)]
