"""Transfers: accounts and their open work to another position, at once or on a day ahead; undone within a day."""

from collections.abc import Collection
from datetime import date, timedelta

from sqlalchemy import select, update

from portal.accounts.models import AccountAssignment
from portal.accounts.services import KEEP, reassign
from portal.kernel import clock
from portal.kernel.actor import Actor, act_as
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.kernel.states import check_move
from portal.organization.models import Position
from portal.organization.queries import authorize

from ..models import Transfer, TransferItem
from ..states import MOVES, TransferState
from . import engagement, moving, telling

UNDO_WITHIN = timedelta(days=1)


def transfer(
    actor: Actor,
    account_ids: Collection[int],
    *,
    to_position_id: int | None,
    territory_id: int | None = None,
    reason: str,
    on: date,
    hold_over_until: date | None = None,
) -> Transfer | None:
    """Give the accounts with their contacts, open opportunities, live quotes, open leads and open tasks to a position
    (None: their owners stay) and a territory (None: their territories stay), in a few statements whatever the number.

    A day ahead plans it for that day. Both sides are told, every account says so on its timeline, the receiver gets one
    handover task and one more per tier A account. None when all accounts are there already, so a second call does nothing.
    Raises Forbidden for accounts that are not the actor's to give, Refused for a day or receiver that cannot be.
    """
    authorize(actor, "accounts.assign")
    _check(to_position_id, territory_id, reason, on, hold_over_until)
    wanted = Transfer(
        account_ids=sorted(set(account_ids)),
        to_position_id=to_position_id,
        territory_id=territory_id,
        reason=reason.strip(),
        effective_on=on,
        hold_over_until=hold_over_until,
        by=actor.name,
        user_id=actor.user_id,
    )
    accounts = moving.lock_accounts(actor, wanted)
    if not accounts:
        return None
    engagement.check(actor, {account.id: account.owner_id for account in accounts}, to_position_id, on)
    if on > clock.now().date():
        return _plan(wanted)
    db.session.add(wanted)
    _carry_out(actor, wanted, accounts)
    return wanted


def _check(
    to_position_id: int | None, territory_id: int | None, reason: str, on: date, hold_over_until: date | None
) -> None:
    if to_position_id is None and territory_id is None:
        raise Refused("transfer.nowhere", "Choose who gets the accounts.", "to_position_id")
    if to_position_id is not None and db.session.get(Position, to_position_id) is None:
        raise Refused("account.unknown_owner", "Choose a position.", "to_position_id")
    if not reason.strip():
        raise Refused("account.no_reason", "Say why, for whoever asks later.", "reason")
    if hold_over_until and hold_over_until <= on:
        raise Refused("account.hold_over", "The hold-over ends after the change.", "hold_over_until")


def _plan(wanted: Transfer) -> Transfer:
    """The same plan made twice is one plan."""
    alike = select(Transfer).where(
        Transfer.state == TransferState.PLANNED,
        Transfer.effective_on == wanted.effective_on,
        Transfer.to_position_id.is_not_distinct_from(wanted.to_position_id),
        Transfer.territory_id.is_not_distinct_from(wanted.territory_id),
    )
    for there in db.session.scalars(alike):
        if there.account_ids == wanted.account_ids:
            return there
    db.session.add(wanted)
    db.session.flush()
    telling.announce(wanted)
    return wanted


def _carry_out(actor: Actor, made: Transfer, accounts: list[moving.Given]) -> None:
    made.state, made.done_at = TransferState.DONE, clock.now()
    db.session.flush()
    moving.note_items(made, accounts)
    moving.move_work(made)
    reassign(
        actor,
        [account.id for account in accounts],
        owner_id=KEEP if made.to_position_id is None else made.to_position_id,
        territory_id=KEEP if made.territory_id is None else made.territory_id,
        reason=made.reason,
        on=made.effective_on,
        hold_over_until=made.hold_over_until,
    )
    telling.hand_over(made, accounts)


def carry_out_due(today: date) -> int | None:
    """Carry out the next planned transfer whose day has come, in the name of who planned it; its id, None for none.

    What cannot be done any more is called off, with the reason, and holds up no other.
    """
    due = select(Transfer).where(Transfer.state == TransferState.PLANNED, Transfer.effective_on <= today)
    made = db.session.scalar(due.order_by(Transfer.effective_on, Transfer.id).limit(1).with_for_update())
    if made is None:
        return None
    planner = Actor(made.by, made.user_id, is_system=True)
    with act_as(planner):
        try:
            with db.session.begin_nested():
                _carry_out(planner, made, moving.lock_accounts(planner, made))
        except Refused as refusal:
            db.session.refresh(made)
            made.state, made.problem = TransferState.CANCELLED, refusal.message
            telling.failed(made)
    return made.id


def _locked(transfer_id: int) -> Transfer:
    query = select(Transfer).where(Transfer.id == transfer_id).with_for_update()
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("transfers.not_found", "This transfer is not here.")
    return found


def cancel(actor: Actor, transfer_id: int) -> Transfer:
    """Call a planned transfer off. Raises Refused for one that was carried out."""
    authorize(actor, "accounts.assign")
    made = _locked(transfer_id)
    check_move(MOVES, made.state, TransferState.CANCELLED, noun="transfer")
    moving.check_giver(actor, made)
    made.state = TransferState.CANCELLED
    return made


def undo(actor: Actor, transfer_id: int) -> Transfer:
    """Give everything back that is still with the receiver, within a day. Raises Refused later."""
    authorize(actor, "accounts.assign")
    made = _locked(transfer_id)
    check_move(MOVES, made.state, TransferState.UNDONE, noun="transfer")
    moving.check_giver(actor, made)
    if made.done_at is None or clock.now() - made.done_at > UNDO_WITHIN:
        raise Refused("transfer.undo_too_late", "A transfer can be undone within a day. Transfer the accounts back.")
    made.state, made.undone_at = TransferState.UNDONE, clock.now()
    db.session.flush()
    moving.give_back(made)
    _take_back_hold_over(made)
    telling.undone(actor, made)
    db.session.expire_all()
    return made


def _take_back_hold_over(made: Transfer) -> None:
    mine = select(TransferItem.record_id).where(TransferItem.transfer_id == made.id, TransferItem.noun_of == "accounts")
    ended = update(AccountAssignment).where(
        AccountAssignment.account_id.in_(mine),
        AccountAssignment.ends_on == made.effective_on,
        AccountAssignment.hold_over_until == made.hold_over_until,
    )
    db.session.execute(ended.values(hold_over_until=None).execution_options(synchronize_session=False))
