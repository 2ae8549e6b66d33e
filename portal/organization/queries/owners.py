"""The owner of records as a column and a filter of their list."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement

from portal.kernel.actor import Actor
from portal.kernel.listing import Field

from .choices import owner_choices


def _owners(actor: Actor) -> list[tuple[str, str]]:
    return [("me", "Me"), *owner_choices(actor)]


def owner_field(
    model: Any, key: str = "owner", *, shown: bool = False, value: Callable[[Any], Any] = attrgetter("owner_id")
) -> Field:
    """`model` is an Owned one; `value` finds it where the rows are of another model.

    Besides positions one can filter by "me": the positions of the person asking.
    """

    def owned_by(actor: Actor, owners: str) -> ColumnElement[bool]:
        wanted = actor.position_ids if owners == "me" else [int(owner) for owner in owners.split(",")]
        found: ColumnElement[bool] = model.owner_id.in_(wanted)
        return found

    return Field(
        key, "Owner", model.owner_id, value=value, kind="position", shown=shown, filter="choice",
        choices=_owners, match=owned_by,
    )  # fmt: skip
