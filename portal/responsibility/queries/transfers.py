"""Transfers: their list, one of them, and what one would do before it is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, and_, cast, func, or_, select
from sqlalchemy.orm import contains_eager

from portal.accounts.models import Account
from portal.accounts.queries import ACCOUNTS
from portal.activities.models import Activity, Regarding
from portal.kernel.actor import Actor, Scope
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.kernel.listing import Args, Field, Listing, matching
from portal.opportunities.models import Opportunity
from portal.opportunities.states import OpportunityState
from portal.organization.queries import positions_below, reach, visible_to

from ..models import Transfer, TransferItem
from ..states import TransferState

STATE_NAMES = {
    TransferState.PLANNED: "Planned",
    TransferState.DONE: "Done",
    TransferState.UNDONE: "Taken back",
    TransferState.CANCELLED: "Called off",
}
SHOWN = 200  # accounts told one by one


def visible(actor: Actor) -> Select[Transfer]:
    """Those one made, gave or got, or somebody below; everything for who sees every account."""
    if actor.is_system or Scope.ALL in actor.grants.get("accounts.view", frozenset()):
        return select(Transfer)
    mine = actor.position_ids | (positions_below(actor) if Scope.SUBTREE in actor.grants["accounts.view"] else set())
    gave = select(TransferItem.transfer_id).where(TransferItem.from_owner_id.in_(mine))
    return select(Transfer).where(
        or_(Transfer.user_id == actor.user_id, Transfer.to_position_id.in_(mine), Transfer.id.in_(gave))
    )


def transfer_of(actor: Actor, transfer_id: int) -> Transfer:
    found = db.session.scalar(visible(actor).where(Transfer.id == transfer_id))
    if found is None:
        raise NotFound("transfers.not_found", "This transfer is not here, or not yours to see.")
    return found


def moved(transfer_id: int) -> Mapping[str, int]:
    """Noun -> how many records moved."""
    query = select(TransferItem.noun_of, func.count()).where(TransferItem.transfer_id == transfer_id)
    return dict(db.session.execute(query.group_by(TransferItem.noun_of)).all())


def planned_for(account_id: int) -> Transfer | None:
    """The planned transfer that the account waits for."""
    ids = func.replace(func.replace(cast(Transfer.account_ids, Text), "[", " "), "]", ",")
    waiting = select(Transfer).where(Transfer.state == TransferState.PLANNED, ids.like(f"% {account_id},%"))
    return db.session.scalar(waiting.order_by(Transfer.effective_on, Transfer.id).limit(1))


class MovedAccount(NamedTuple):
    id: int
    name: str
    tier: str
    from_owner_id: int | None
    owner_id: int | None
    seen: bool  # whether the reader may open it


def accounts_of(actor: Actor, made: Transfer) -> Sequence[MovedAccount]:
    """The first accounts of a transfer: those that moved, or will."""
    item = and_(
        TransferItem.transfer_id == made.id, TransferItem.noun_of == "accounts", TransferItem.record_id == Account.id
    )
    query = select(
        Account.id, Account.name, Account.tier, func.coalesce(TransferItem.from_owner_id, Account.owner_id), Account.owner_id,
        reach(actor, Account, "accounts.view"),
    ).outerjoin(TransferItem, item)  # fmt: skip
    wanted = query.where(Account.id.in_(made.account_ids[:SHOWN])).order_by(Account.tier, Account.name)
    return [MovedAccount(*row) for row in db.session.execute(wanted)]


def accounts_named(actor: Actor, ids: Sequence[int]) -> Sequence[Account]:
    """The visible ones, by tier and name."""
    query = visible_to(actor, Account).where(Account.id.in_(ids)).order_by(Account.tier, Account.name)
    return db.session.scalars(query).all()


@dataclass(frozen=True)
class Consequences:
    """What a transfer of these accounts would move."""

    ids: Sequence[int]
    accounts: Sequence[tuple[int, str, str, int | None]]  # id, name, tier, owner: the first of them
    deals: Sequence[tuple[str, int, Any]]  # currency, number, amount
    biggest: Sequence[Opportunity]
    tasks: int
    leaving: Mapping[int | None, int]  # owner now -> accounts
    planned: int  # of them wait for another planned transfer already
    out_of_reach: int


def chosen(actor: Actor, ids: Sequence[int], args: Args, zone: str) -> list[int]:
    """The accounts that were picked, or all that match the filters of their list."""
    if ids:
        return sorted(set(ids))
    if not args:
        return []
    found = matching(ACCOUNTS, actor, args, zone).with_only_columns(Account.id).order_by(None)
    return sorted(db.session.scalars(found))


def consequences(actor: Actor, ids: Sequence[int]) -> Consequences:
    """In seven statements, whatever the number. Open work counts where it belongs to the owner of the account."""
    mine = select(Account.id).where(Account.id.in_(ids), reach(actor, Account, "accounts.assign"))
    within = list(db.session.scalars(mine))
    accounts = select(Account.id, Account.name, Account.tier, Account.owner_id).where(Account.id.in_(within))
    of_owner = and_(
        Opportunity.account_id == Account.id,
        Opportunity.owner_id.is_not_distinct_from(Account.owner_id),
        Opportunity.state == OpportunityState.OPEN,
    )
    deals = select(Opportunity.currency, func.count(), func.sum(Opportunity.amount)).join(Account, of_owner)
    biggest = (
        select(Opportunity)
        .join(Account, of_owner)
        .options(contains_eager(Opportunity.account))
        .where(Account.id.in_(within))
    )
    leaving = select(Account.owner_id, func.count()).where(Account.id.in_(within)).group_by(Account.owner_id)
    found = db.session.execute(accounts.order_by(Account.tier, Account.name).limit(SHOWN))
    sums = db.session.execute(deals.where(Account.id.in_(within)).group_by(Opportunity.currency))
    return Consequences(
        ids=within,
        accounts=[(row.id, row.name, row.tier, row.owner_id) for row in found],
        deals=[(currency, number, amount) for currency, number, amount in sums],
        biggest=db.session.scalars(
            biggest.where(Account.id.in_(within)).order_by(Opportunity.amount.desc()).limit(10)
        ).all(),
        tasks=_open_tasks(within),
        leaving=dict(db.session.execute(leaving).all()),
        planned=_planned(within),
        out_of_reach=len(set(ids)) - len(within),
    )


def _open_tasks(ids: Sequence[int]) -> int:
    regards = and_(Regarding.activity_id == Activity.id, Regarding.noun_of == Account.noun)
    query = select(func.count(func.distinct(Activity.id))).join(Regarding, regards)
    of_owner = and_(Account.id == Regarding.record_id, Account.owner_id == Activity.owner_id)
    open_ = query.join(Account, of_owner).where(Activity.due_at.is_not(None), Activity.done_at.is_(None))
    return db.session.scalar(open_.where(Account.id.in_(ids))) or 0


def _planned(ids: Sequence[int]) -> int:
    planned = select(Transfer.account_ids).where(Transfer.state == TransferState.PLANNED)
    return len({one for some in db.session.scalars(planned) for one in some} & set(ids))


TRANSFERS = Listing(
    name="transfers",
    query=visible,
    identity=Transfer.id,
    fields=(
        Field("reason", "Transfer", Transfer.reason),
        Field("accounts", "Accounts", sortable=False, kind="number", value=lambda row: len(row.account_ids)),
        Field("to_position_id", "To", Transfer.to_position_id, kind="position"),
        Field("effective_on", "On", Transfer.effective_on, kind="date", filter="range"),
        Field("by", "By", Transfer.by),
        Field(
            "state", "State", Transfer.state, value=lambda row: STATE_NAMES[row.state], filter="choice",
            choices=lambda actor: [(state.value, name) for state, name in STATE_NAMES.items()],
        ),
    ),
    sort="-effective_on",
    words=(Transfer.reason, Transfer.by),
    views=(("Planned", "state=planned"),),
)  # fmt: skip
