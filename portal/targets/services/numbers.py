"""Setting targets, spreading them over those below, and proposing from below."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select, update

from portal.kernel import audit, clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.kernel.upsert import upsert
from portal.organization.queries import authorize

from ..models import Node, Plan, Target, TargetMonth
from ..queries import Branch, Tree, is_own, node, seasonality, target, tree, weights_of
from ..rules import Method, check_amount, check_shares, months_of, over_months, shared, unit_of
from ..states import Metric
from .plans import check_open

ZERO = Decimal(0)
HUNDRED = Decimal(100)


def set_target(
    actor: Actor,
    node_id: int,
    metric: Metric,
    months: Mapping[date, Decimal],
    *,
    version: int | None = None,
    stretch_percent: Decimal | None = None,
) -> int:
    """Change months of a draft; those not given stay. Raises Refused with the field `m` and the month's number from 0."""
    found, plan = _changeable(actor, node_id)
    changed = _held(found.id, metric, version)
    _write(plan, found, changed, metric, months, actor)
    if stretch_percent is not None and stretch_percent != changed.stretch_percent:
        audit.record("targets", found.id, "changed", stretch=[str(changed.stretch_percent), str(stretch_percent)])
        changed.stretch_percent = stretch_percent
    return changed.id


def set_periods(
    actor: Actor,
    node_id: int,
    metric: Metric,
    amounts: Sequence[Decimal],
    *,
    total: Decimal | None = None,
    version: int | None = None,
    stretch_percent: Decimal | None = None,
) -> int:
    """Twelve months, four quarters, two halves or the year: spread over their months by the season of the plan.

    A period that keeps its sum keeps its months. `total` says what they are to add up to. Raises Refused.
    """
    if total is not None and sum(amounts, ZERO) != total:
        raise Refused("target.sum", f"The periods add up to {sum(amounts, ZERO):,}, not {total:,}.", "total")
    found, plan = _changeable(actor, node_id)
    held = target(found.id, metric)
    now = months_held(held.id if held else 0)
    months: dict[date, Decimal] = {}
    for place, amount in enumerate(amounts):
        check_amount(amount, metric, plan.currency, f"m{place * 12 // len(amounts)}")
        months |= _spread_period(plan, metric, now, place * 12 // len(amounts), 12 // len(amounts), amount)
    return set_target(actor, node_id, metric, months, version=version, stretch_percent=stretch_percent)


def months_held(target_id: int) -> dict[date, Decimal | None]:
    rows = select(TargetMonth.month, TargetMonth.amount).where(TargetMonth.target_id == target_id)
    return {first: amount for first, amount in db.session.execute(rows)}


def _spread_period(
    plan: Plan, metric: Metric, now: Mapping[date, Decimal | None], first: int, count: int, amount: Decimal
) -> dict[date, Decimal]:
    """Months before the version's first day stay; the rest of the amount goes to the others."""
    firsts = months_of(plan.starts_on)[first : first + count]
    held = {one: now.get(one) or ZERO for one in firsts}
    if sum(held.values(), ZERO) == amount:
        return held
    fixed = {one: held[one] for one in firsts if one < plan.effective_on}
    rest = amount - sum(fixed.values(), ZERO)
    if rest < 0 or (len(fixed) == count and rest):
        text = f"This version changes nothing before {plan.effective_on:%B %Y}."
        raise Refused("target.past", text, f"m{first}")
    season = seasonality(plan)[first + len(fixed) : first + count]
    return fixed | dict(zip(firsts[len(fixed) :], shared(rest, season, unit_of(metric, plan.currency)), strict=True))


def _changeable(actor: Actor, node_id: int) -> tuple[Node, Plan]:
    """What is below the actor, in a draft. Raises Forbidden, Stale and Refused."""
    found, plan = node(actor, node_id, lock=True)
    authorize(actor, "targets.edit", found)
    check_open(plan)
    if is_own(actor, found):
        raise Refused("target.own", "Nobody sets their own target: propose a number instead.", "m0")
    return found, plan


def _held(node_id: int, metric: Metric, version: int | None = None) -> Target:
    held = target(node_id, metric, lock=True)
    if held is None:
        held = Target(node_id=node_id, metric=metric)
        db.session.add(held)
        db.session.flush()
    held.expect(version)
    return held


def _write(plan: Plan, found: Node, held: Target, metric: Metric, months: Mapping[date, Decimal], actor: Actor) -> None:
    place = {first: at for at, first in enumerate(months_of(plan.starts_on))}
    before = months_held(held.id)
    for first, amount in months.items():
        if first not in place:
            raise Refused("target.outside", f"{first:%B %Y} is not in the fiscal year of this plan.", "period")
        check_amount(amount, metric, plan.currency, f"m{place[first]}")
        if first < plan.effective_on and amount != (before.get(first) or ZERO):
            text = f"This version changes nothing before {plan.effective_on:%B %Y}."
            raise Refused("target.past", text, f"m{place[first]}")
    if changes := {first: n for first, n in months.items() if n != before.get(first) and first >= plan.effective_on}:
        rows = [{"target_id": held.id, "month": first, "amount": n} for first, n in changes.items()]
        upsert(TargetMonth, rows, keys=("target_id", "month"))
        told = {f"{metric} {first:%b %Y}": [str(before.get(first) or ""), str(n)] for first, n in changes.items()}
        audit.record("targets", found.id, "changed", **told)
        held.changed_at, held.changed_by = clock.now(), actor.name


def allocate(
    actor: Actor,
    node_id: int,
    metric: Metric,
    method: Method,
    *,
    over_percent: Decimal = ZERO,
    shares: Mapping[int, Decimal] | None = None,
    deep: bool = False,
) -> int:
    """Spread the number of a node over what is below it; `over_percent` more than it has. Returns how many were set.

    `shares` are percentages by node for the method of that name. `deep` goes on to the last position, each level by the
    same method and without more. The actor's own number is left alone, and taken off what is spread. Raises Refused.
    """
    found, plan = node(actor, node_id, lock=True)
    authorize(actor, "targets.edit", found)
    check_open(plan)
    whole = tree(actor, plan.starts_on, metric, plan=plan)
    branch = whole.find(found.key)
    assert branch is not None
    if method == Method.SHARES:
        check_shares({f"share_{i}": percent for i, percent in (shares or {}).items()})
    if not branch.children:
        raise Refused("target.no_children", "There is nothing below to spread this over.", "method")
    return _spread(actor, plan, whole, branch, method, over_percent, shares or {}, deep)


def planned_spread(
    actor: Actor,
    plan: Plan,
    whole: Tree,
    branch: Branch,
    method: Method,
    over_percent: Decimal,
    shares: Mapping[int, Decimal],
) -> list[tuple[Branch, list[Decimal]]]:
    """What each child would get, month by month. Raises Refused."""
    unit = unit_of(whole.metric, plan.currency)
    factor = 1 + over_percent / HUNDRED
    totals = [(n * factor).quantize(unit) for n in branch.numbers]
    takers = [child for child in branch.children if not is_own(actor, child)]
    for own in (child for child in branch.children if is_own(actor, child)):
        totals = [n - mine for n, mine in zip(totals, own.numbers, strict=True)]
    if min(totals) < 0:
        raise Refused("target.sum", "Your own target is more than what is to be spread.", "over_percent")
    weights = weights_of(plan, whole, takers, method, shares)
    return list(zip(takers, over_months(totals, weights, unit), strict=True))


def _spread(
    actor: Actor, plan: Plan, whole: Tree, branch: Branch, method: Method, over: Decimal, shares: Mapping[int, Decimal],
    deep: bool,
) -> int:  # fmt: skip
    done = 0
    for child, months in planned_spread(actor, plan, whole, branch, method, over, shares):
        assert child.id is not None
        below = db.session.get_one(Node, child.id)
        kept = zip(months_of(plan.starts_on), months, strict=True)
        held = _held(below.id, whole.metric)
        _write(plan, below, held, whole.metric, {m: n for m, n in kept if m >= plan.effective_on}, actor)
        child.amounts = months
        done += 1
        if deep and child.children:
            further = Method.EQUAL if method == Method.SHARES else method
            done += _spread(actor, plan, whole, child, further, ZERO, {}, deep)
    return done


def propose(
    actor: Actor,
    node_id: int,
    metric: Metric,
    amounts: Sequence[Decimal],
    *,
    note: str = "",
    version: int | None = None,
) -> int:
    """What the people below think they can reach, beside what is assigned; periods as in `set_periods`. Raises Refused."""
    found, plan = node(actor, node_id, lock=True)
    authorize(actor, "targets.propose", found)
    check_open(plan)
    each, firsts, season = 12 // len(amounts), months_of(plan.starts_on), seasonality(plan)
    months: dict[date, Decimal] = {}
    for at, amount in enumerate(amounts):
        part = slice(at * each, (at + 1) * each)
        check_amount(amount, metric, plan.currency, f"m{part.start}")
        spread = shared(amount, season[part], unit_of(metric, plan.currency))
        months |= dict(zip(firsts[part], spread, strict=True))
    held = _held(found.id, metric, version)
    rows = [{"target_id": held.id, "month": first, "proposed": n} for first, n in months.items()]
    upsert(TargetMonth, rows, keys=("target_id", "month"))
    total = sum(months.values(), ZERO)
    audit.record("targets", found.id, "proposed", **{str(metric): [None, str(total)]})
    held.proposal_note, held.proposed_at, held.proposed_by = note.strip(), clock.now(), actor.name
    return held.id


def accept_proposal(actor: Actor, node_id: int, metric: Metric, *, version: int | None = None) -> int:
    """The proposed number becomes the target. Raises Refused."""
    held = target(node_id, metric)
    rows = db.session.execute(
        select(TargetMonth.month, TargetMonth.proposed).where(TargetMonth.target_id == (held.id if held else 0))
    )
    months = {first: proposed for first, proposed in rows if proposed is not None}
    if not months:
        raise Refused("target.no_proposal", "Nobody has proposed a number here.")
    _, plan = node(actor, node_id)
    return set_target(
        actor, node_id, metric, {m: n for m, n in months.items() if m >= plan.effective_on}, version=version
    )


def move_node(actor: Actor, node_id: int, parent_id: int) -> None:
    """Under another part of the same tree, with everything below it. Raises Refused for a cycle."""
    authorize(actor, "target_plans.edit")
    found, plan = node(actor, node_id, lock=True)
    check_open(plan)
    above = node(actor, parent_id, lock=True)[0]
    if found.parent_id is None or above.plan_id != plan.id:
        raise Refused("target.not_movable", "This cannot go there.", "parent_id")
    if above.path.startswith(found.path):
        raise Refused("target.cycle", f"{above.name} lies below {found.name}: the tree would be a circle.", "parent_id")
    old, new, before = found.path, f"{above.path}{found.id}/", found.parent_id
    found.parent_id = above.id
    db.session.flush()
    db.session.execute(
        update(Node)
        .where(Node.plan_id == plan.id, Node.path.startswith(old, autoescape=True))
        .values(path=new + func.substr(Node.path, len(old) + 1))
        .execution_options(synchronize_session=False)
    )
    audit.record("targets", found.id, "moved", parent=[before, above.id])
