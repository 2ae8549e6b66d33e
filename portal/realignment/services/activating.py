"""Putting a model in force: rules and coverage at once, accounts and what belongs to them in slices."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import select

from portal.kernel import clock, files
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused, Stale
from portal.organization.models import Coverage
from portal.organization.queries import authorize
from portal.responsibility.services import transfer
from portal.targets import services as targets
from portal.territories import queries as territories
from portal.territories.services import activate_model
from portal.workspace.services import start

from .. import queries
from ..models import Activation
from ..queries import Preview, Shift

SLICE = 500
LONGEST_HOLD_OVER = 366
Group = tuple[
    int | None, int | None, list[int]
]  # to position (None: owners stay), to territory (None: stays), accounts


def activate(
    actor: Actor,
    model_id: int,
    *,
    reason: str,
    effective_on: date,
    hold_over_days: int = 0,
    moves: int | None = None,
) -> Activation:
    """From now on the model places what is new; the accounts that lie elsewhere follow as long work, on the day.

    Raises Stale when no longer `moves` accounts would move, Refused for a day that has gone by and without a reason.
    """
    authorize(actor, "territories.edit")
    authorize(actor, "accounts.assign")
    _check(reason, effective_on, hold_over_days)
    chosen, former = territories.model(actor, model_id, lock=True), territories.active_model()
    customers = queries.book(territories.rules(model_id))
    seen = queries.preview(model_id, customers)
    if moves is not None and moves != len(seen.moves):
        raise Stale("activations.stale", f"Now {len(seen.moves)} accounts would move. Look again before you activate.")
    undone = queries.taken_back(chosen.id, former.id if former else None)
    _exchange_coverage(activate_model(actor, model_id))
    made = Activation(
        model_id=chosen.id,
        former_id=former.id if former else None,
        effective_on=effective_on,
        hold_over_until=effective_on + timedelta(days=hold_over_days) if hold_over_days else None,
        reason=reason.strip(),
        accounts=len(seen.moves),
        made_by=actor.name,
    )
    db.session.add(made)
    db.session.flush()
    if seen.moves:
        made.work_id = _start(actor, made, chosen.name, seen)
        _move_quota(actor, made, undone, queries.shifts(seen.moves, customers))
    return made


def _move_quota(actor: Actor, made: Activation, undone: Activation | None, shifts: Sequence[Shift]) -> None:
    """Quota goes along in the share that the accounts had of what their owner sold; months begun stay as they are.

    What went along with an activation that is taken back comes back exactly.
    """
    if undone:
        if undone.target_plan_id:
            _keep(made, targets.give_back(actor, undone.quota_moved, on=made.effective_on, reason=made.reason))
            made.quota = [[there, here, share, amount] for here, there, share, amount in undone.quota]
        return
    wanted = [targets.Shift(one.from_position, one.to_position, one.share) for one in shifts]
    if wanted:
        shifted = targets.shift_targets(actor, wanted, on=made.effective_on, reason=made.reason)
        _keep(made, shifted)
        made.quota = [
            [one.from_position, one.to_position, str(one.share), str(amount)]
            for one, amount in zip(shifts, shifted.amounts, strict=True)
        ]


def _keep(made: Activation, shifted: targets.Shifted) -> None:
    made.target_plan_id, made.quota_said, made.quota_moved = shifted.plan_id, shifted.why, shifted.moved


def _check(reason: str, effective_on: date, hold_over_days: int) -> None:
    if not reason.strip():
        raise Refused("activations.no_reason", "Say why, for whoever asks later.", "reason")
    if effective_on < clock.now().date():
        raise Refused("activations.day_gone", "Choose today or a later day.", "effective_on")
    if not 0 <= hold_over_days <= LONGEST_HOLD_OVER:
        raise Refused("activations.hold_over", f"Between 0 and {LONGEST_HOLD_OVER} days.", "hold_over_days")


def _start(actor: Actor, made: Activation, name: str, seen: Preview) -> int:
    spec = {"activation": made.id, "groups": files.put(json.dumps(groups_of(seen)).encode())}
    return start(actor, "activation", f"Move accounts to {name}", spec, total=len(seen.moves)).id


def groups_of(seen: Preview) -> list[Group]:
    """What moves, by receiver and territory; at most `SLICE` accounts each, in a fixed order."""
    alike: dict[tuple[int | None, int | None], list[int]] = defaultdict(list)
    for move in seen.moves:
        territory = move.to if move.to != move.customer.territory_id else None
        alike[move.to_owner_id, territory].append(move.customer.id)
    ordered = sorted(alike.items(), key=lambda item: (item[0][0] or 0, item[0][1] or 0))
    return [
        (position, territory, ids[at : at + SLICE])
        for (position, territory), ids in ordered
        for at in range(0, len(ids), SLICE)
    ]


def move(actor: Actor, activation_id: int, group: Group) -> None:
    """One group: accounts with their open work, history, hold-over and handover tasks. A second time does nothing."""
    made = queries.activation(activation_id)
    position, territory, ids = group
    transfer(
        actor,
        ids,
        to_position_id=position,
        territory_id=territory,
        reason=made.reason,
        on=made.effective_on,
        hold_over_until=made.hold_over_until if position is not None else None,
    )


def _exchange_coverage(originals: dict[int, int]) -> None:
    """Where a plan names who covers a territory, that changes places too; where it does not, coverage stays as it is."""
    asked = Coverage.territory_id.in_([*originals, *originals.values()])
    found = list(db.session.scalars(select(Coverage).where(asked).order_by(Coverage.id)))
    planned = {one.territory_id for one in found} & originals.keys()
    swap = {copy: originals[copy] for copy in planned} | {originals[copy]: copy for copy in planned}
    moved = [(one.position_id, swap[one.territory_id]) for one in found if one.territory_id in swap]
    for one in found:
        if one.territory_id in swap:
            db.session.delete(one)
    db.session.flush()
    db.session.add_all(Coverage(position_id=position, territory_id=territory) for position, territory in moved)
    db.session.flush()
