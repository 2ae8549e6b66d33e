"""Who answers for an account: every change of owner or territory is made here and stays in the history."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from enum import Enum, auto
from typing import Any, NamedTuple

from sqlalchemy import func, insert, select, update

from portal.kernel import audit, clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Forbidden, Refused
from portal.organization.models import Position
from portal.organization.queries import reach
from portal.territories.models import Territory

from ..models import Account, AccountAssignment, Contact

SLICE = 5_000  # ids in one statement; SQLite takes 32,766 values, PostgreSQL 65,535


class Keep(Enum):
    KEEP = auto()


KEEP = Keep.KEEP
Place = int | None | Keep


class Moved(NamedTuple):
    """An account that changed hands, as it was before."""

    id: int
    owner_id: int | None
    territory_id: int | None


def reassign(
    actor: Actor,
    account_ids: Collection[int],
    *,
    owner_id: Place = KEEP,
    territory_id: Place = KEEP,
    reason: str,
    on: date,
    hold_over_until: date | None = None,
) -> list[Moved]:
    """Give the accounts, with those of their contacts that had the same owner, to a position and/or a territory (None: to
    nobody), in a few statements whatever the number. Those that are there already stay untouched, so a second call does
    nothing. What it returns are the others.

    Raises Forbidden for an account that the actor may not assign, Refused for a day ahead (`responsibility` plans ahead) or
    before the last change, and for a hold-over that ends before the change.
    """
    _check(owner_id, territory_id, reason, on, hold_over_until)
    moved: list[Moved] = []
    for ids in slices(sorted(set(account_ids))):
        there = _differing(actor, ids, owner_id, territory_id)
        if there:
            _close([account.id for account in there], on, hold_over_until)
            _write(actor, there, owner_id, territory_id, reason.strip(), on)
            moved += there
    db.session.expire_all()
    return moved


def slices(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), SLICE):
        yield ids[start : start + SLICE]


def _check(owner_id: Place, territory_id: Place, reason: str, on: date, hold_over_until: date | None) -> None:
    if not reason.strip():
        raise Refused("account.no_reason", "Say why, for whoever asks later.", "reason")
    if on > clock.now().date():
        raise Refused("account.assigned_ahead", "An assignment begins today or has begun.", "on")
    if hold_over_until and hold_over_until <= on:
        raise Refused("account.hold_over", "The hold-over ends after the change.", "hold_over_until")
    if isinstance(owner_id, int) and db.session.get(Position, owner_id) is None:
        raise Refused("account.unknown_owner", "Choose a position.", "owner_id")
    if isinstance(territory_id, int) and db.session.get(Territory, territory_id) is None:
        raise Refused("account.unknown_territory", "Choose a territory.", "territory_id")


def _differing(actor: Actor, ids: Sequence[int], owner_id: Place, territory_id: Place) -> list[Moved]:
    """The accounts that are not where they shall be, locked in the order of their ids."""
    db.session.flush()
    asked = select(Account.id, Account.owner_id, Account.territory_id).where(Account.id.in_(ids)).order_by(Account.id)
    mine = asked.where(reach(actor, Account, "accounts.assign")).with_for_update(of=Account)
    found = [Moved(*row) for row in db.session.execute(mine)]
    if len(found) < len(ids):
        raise Forbidden("forbidden", "Some of these accounts are not yours to give away.")
    return [
        account
        for account in found
        if (owner_id is not KEEP and account.owner_id != owner_id)
        or (territory_id is not KEEP and account.territory_id != territory_id)
    ]


def _close(ids: Sequence[int], on: date, hold_over_until: date | None) -> None:
    current = (AccountAssignment.account_id.in_(ids), AccountAssignment.ends_on.is_(None))
    if (latest := db.session.scalar(select(func.max(AccountAssignment.starts_on)).where(*current))) and latest > on:
        raise Refused("account.assigned_later", f"The last change was on {latest}: choose that day or later.", "on")
    _run(update(AccountAssignment).where(*current).values(ends_on=on, hold_over_until=hold_over_until))


def _write(actor: Actor, there: Sequence[Moved], owner_id: Place, territory_id: Place, reason: str, on: date) -> None:
    """The open rows of the history, the accounts, their contacts, and what the audit says about it."""
    ids = [account.id for account in there]
    values: dict[str, Any] = {} if owner_id is KEEP else {"owner_id": owner_id}
    values |= {} if territory_id is KEEP else {"territory_id": territory_id}
    whole = {"starts_on": on, "reason": reason, "by": actor.name, "at": clock.now()}
    db.session.execute(
        insert(AccountAssignment),
        [{"account_id": a.id, "owner_id": a.owner_id, "territory_id": a.territory_id} | values | whole for a in there],
    )
    before = select(Account.owner_id).where(Account.id == Contact.account_id).scalar_subquery()
    followers = (Contact.account_id.in_(ids), Contact.owner_id.is_not_distinct_from(before))
    _run(update(Contact).where(*followers).values(version=Contact.version + 1, **values))
    _run(update(Account).where(Account.id.in_(ids)).values(version=Account.version + 1, **values))
    audit.record_many(
        "accounts",
        "reassigned",
        (
            (
                a.id,
                {key: [getattr(a, key), new] for key, new in values.items() if getattr(a, key) != new}
                | {"reason": [None, reason]},
            )
            for a in there
        ),
    )


def _run(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))
