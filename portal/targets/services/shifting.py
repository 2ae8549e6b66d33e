"""Moving a share of one position's targets to another, when what they were set for goes there."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select

from portal.kernel import audit
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.money import round_to
from portal.kernel.upsert import upsert

from ..models import Node, Plan, Target, TargetMonth
from ..queries import counting_plan
from ..rules import first_month
from ..states import Metric, NodeKind, PlanState
from .plans import approve_plan, draft_plan, submit_plan

ZERO = Decimal(0)
Months = dict[tuple[int, Metric, date], Decimal]  # node, metric, month -> amount
Change = Callable[[int, date, str], tuple[list[Decimal], list[list[str]]]]  # of a plan, since a month, in a currency


class Shift(NamedTuple):
    """A share, from 0 to 1, of what one position is to reach."""

    from_position: int
    to_position: int
    share: Decimal


class Shifted(NamedTuple):
    """`amounts`: what bookings went along, for each shift; `moved`: every change as [key of the part, metric, month,
    amount]. No `plan_id` where nothing could move; `why` says why."""

    plan_id: int | None
    amounts: list[Decimal]
    moved: list[list[str]]
    why: str


def shift_targets(actor: Actor, shifts: Sequence[Shift], *, on: date, reason: str) -> Shifted:
    """Shares of money targets go along from the first month not begun on the day. What is above both positions stays."""

    def change(plan_id: int, since: date, currency: str) -> tuple[list[Decimal], list[list[str]]]:
        nodes, held = _nodes(plan_id), _months(plan_id, since)
        places = {n.owner_id: n for n in nodes.values() if n.kind == NodeKind.POSITION and n.owner_id}
        changed: Months = defaultdict(Decimal)
        amounts = []
        for shift in shifts:
            giver, receiver = places.get(shift.from_position), places.get(shift.to_position)
            moved = _along(giver, receiver, shift.share, held, changed, currency) if giver and receiver else ZERO
            amounts.append(moved)
        return amounts, _write(changed, held, nodes)

    return _in_a_new_version(actor, on, reason, change, nothing=[ZERO] * len(shifts))


def give_back(actor: Actor, moved: Sequence[Sequence[str]], *, on: date, reason: str) -> Shifted:
    """Take back what an earlier shift changed, number by number, in the months not begun on the day."""

    def change(plan_id: int, since: date, currency: str) -> tuple[list[Decimal], list[list[str]]]:
        nodes, held = _nodes(plan_id), _months(plan_id, since)
        ids = {node.key: node.id for node in nodes.values()}
        changed: Months = defaultdict(Decimal)
        for key, metric, month, amount in moved:
            if key in ids and date.fromisoformat(month) >= since:
                changed[ids[key], Metric(metric), date.fromisoformat(month)] -= Decimal(amount)
        return [], _write(changed, held, nodes)

    return _in_a_new_version(actor, on, reason, change, nothing=[])


def _in_a_new_version(actor: Actor, on: date, reason: str, change: Change, nothing: list[Decimal]) -> Shifted:
    """Approved at once where the actor may approve, else submitted; a version that is being worked on is changed instead."""
    since, before = first_month(on), counting_plan(on)
    if before is None or since >= before.ends_on:
        return Shifted(None, nothing, [], "No approved targets from that day on.")
    if (working := _being_worked_on(before.starts_on)) is not None:
        if working.state != PlanState.DRAFT:
            return Shifted(None, nothing, [], "A version of the targets waits for approval: move the quota after that.")
        done = change(working.id, max(since, working.effective_on), before.currency)
        return Shifted(working.id, *done, f"In version {working.number}, which is being worked on.")
    plan_id = draft_plan(actor, on, effective_on=since, reason=reason)
    done = change(plan_id, since, before.currency)
    submit_plan(actor, plan_id)
    if actor.may("target_plans.approve"):
        approve_plan(actor, plan_id)
        return Shifted(plan_id, *done, "Approved.")
    return Shifted(plan_id, *done, "Submitted for approval.")


def _being_worked_on(starts_on: date) -> Plan | None:
    states = (PlanState.DRAFT, PlanState.SUBMITTED)
    query = select(Plan).where(Plan.starts_on == starts_on, Plan.state.in_(states))
    return db.session.scalar(query.with_for_update().execution_options(populate_existing=True))


def _nodes(plan_id: int) -> dict[int, Node]:
    return {node.id: node for node in db.session.scalars(select(Node).where(Node.plan_id == plan_id))}


def _along(giver: Node, receiver: Node, share: Decimal, held: Months, changed: Months, currency: str) -> Decimal:
    """Take it from the giver and what is above it alone, and add it on the other side. Returns the bookings."""
    loses, gains, moved = _apart(giver.path, receiver.path), _apart(receiver.path, giver.path), ZERO
    for (node_id, metric, first), amount in held.items():
        if node_id == giver.id and metric.is_money:
            part = round_to(amount * share, currency)
            moved += part if metric == Metric.BOOKINGS else ZERO
            for key in loses:
                changed[key, metric, first] -= part if (key, metric, first) in held else ZERO
            for key in gains:
                changed[key, metric, first] += part if (key, metric, first) in held or key == receiver.id else ZERO
    return moved


def _months(plan_id: int, since: date) -> Months:
    rows = select(Target.node_id, Target.metric, TargetMonth.month, TargetMonth.amount).join(
        TargetMonth, TargetMonth.target_id == Target.id
    )
    mine = rows.join(Node, Node.id == Target.node_id).where(Node.plan_id == plan_id, TargetMonth.month >= since)
    return {(n, metric, first): amount for n, metric, first, amount in db.session.execute(mine) if amount is not None}


def _apart(path: str, other: str) -> list[int]:
    """The nodes of a path that are not above the other one too."""
    above = set(other.strip("/").split("/"))
    return [int(part) for part in path.strip("/").split("/") if part not in above]


def _write(changed: Months, held: Months, nodes: Mapping[int, Node]) -> list[list[str]]:
    """Returns what has changed, to be taken back."""
    targets = {(t.node_id, t.metric): t for t in db.session.scalars(select(Target).where(Target.node_id.in_(nodes)))}
    changed = {key: by for key, by in changed.items() if by}
    for node_id, metric in sorted({(node_id, metric) for node_id, metric, _ in changed} - targets.keys()):
        targets[node_id, metric] = Target(node_id=node_id, metric=metric)
        db.session.add(targets[node_id, metric])
    db.session.flush()
    rows, moved, told = [], [], defaultdict[int, dict[str, list[str]]](dict)
    for (node_id, metric, first), by in changed.items():
        before = held.get((node_id, metric, first), ZERO)
        after = max(before + by, ZERO)
        rows.append({"target_id": targets[node_id, metric].id, "month": first, "amount": after})
        moved.append([nodes[node_id].key, metric.value, first.isoformat(), str(after - before)])
        told[node_id][f"{metric} {first:%b %Y}"] = [str(before), str(after)]
    upsert(TargetMonth, rows, keys=("target_id", "month"))
    audit.record_many("targets", "moved along", told.items())
    return moved
