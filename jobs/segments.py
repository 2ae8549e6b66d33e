"""Keeping segments: as contacts change, as rules change, and as time goes by."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from jobs.registry import every, on, sweeps
from portal.consent.events import PersonErased
from portal.kernel.actor import Actor, acting
from portal.kernel.db import transact, unit_of_work
from portal.segments import queries, services
from portal.segments.events import SegmentChanged
from portal.workspace.rules import BulkAct, ImportKind, Outcome, offer_act, offer_import

NIGHT = timedelta(hours=24)


@sweeps("default", waits=queries.touched)
def follow_contacts(worker: str) -> int:
    """A slice of the contacts that changed."""
    return transact(services.follow)


@on(SegmentChanged)
def refresh_segment(segment_id: int) -> None:
    services.refresh(segment_id)


@on(PersonErased)
def count_again(contact_ids: list[int]) -> None:
    services.count_again(contact_ids)


@every(timedelta(hours=1))
def sweep_timed() -> None:
    """Rules that speak of days change by waiting."""
    with unit_of_work():
        services.sweep(everything=False)


@every(NIGHT)
def sweep_all() -> None:
    """Whatever changed without a word."""
    with unit_of_work():
        services.sweep(everything=True)


def _add(actor: Actor, contact_id: int, segment_id: str) -> object:
    return services.add_members(actor, int(segment_id) if segment_id.isdecimal() else 0, [contact_id])


def take_members(rows: Sequence[Mapping[str, str]]) -> Outcome:
    return services.import_members(acting(), rows)


offer_act(BulkAct("contacts", "list", "Add to list", "segments.edit", _add, queries.list_choices))
offer_import(
    ImportKind(
        "members", "Members of a list", "segments.edit", fields=(("list", "List"), ("email", "Email")),
        required=("list", "email"), take=take_members,
    )
)  # fmt: skip
