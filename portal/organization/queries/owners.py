"""The owner of records as a column and a filter of their list."""

from typing import Any

from sqlalchemy import ColumnElement

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.listing import Field

from .seats import names_of_positions


def positions_by_name(actor: Actor | None = None) -> list[tuple[str, str]]:
    """Every position by the name of who sits there: whom records can be handed to."""
    names = names_of_positions(clock.today("UTC"))
    return sorted(((str(key), name) for key, name in names.items()), key=lambda choice: choice[1])


def _owners(actor: Actor) -> list[tuple[str, str]]:
    return [("me", "Me"), *positions_by_name(actor)]


def owner_field(model: Any, key: str = "owner", *, shown: bool = False) -> Field:
    """`model` is an Owned one. Besides every position one can filter by "me": the positions of the person asking."""

    def owned_by(actor: Actor, owner: str) -> ColumnElement[bool]:
        found: ColumnElement[bool] = model.owner_id.in_(actor.position_ids if owner == "me" else [int(owner)])
        return found

    return Field(
        key, "Owner", model.owner_id, value=lambda row: row.owner_id, kind="position", shown=shown, filter="choice",
        choices=_owners, match=owned_by,
    )  # fmt: skip
