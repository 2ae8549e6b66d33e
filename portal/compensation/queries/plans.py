"""Reading plans: their versions, what the linter says of them, what they would have cost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, selectinload

from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.organization.queries import authorize
from portal.targets.queries import today
from portal.targets.rules import Period

from ..models import CompensationPlan, PlanParticipant, PlanVersion
from ..rules import Finding, Plan, Point, curve_points, interval_of, lint, parse
from ..rules.plan import ZERO
from ..states import Interval, VersionState
from .calculation import Calculated, Extras, calculated
from .ledger import Ledger, credit_documents, year_start
from .people import Member, Version, members, quotas


@dataclass(frozen=True)
class PlanRow:
    """A line of the list: the version that matters now, and how many are on the plan."""

    plan: CompensationPlan
    version: PlanVersion
    people: int
    target: Decimal


def plans(actor: Actor) -> list[PlanRow]:
    authorize(actor, "compensation.plans")
    day = today()
    P = PlanParticipant
    on = (P.starts_on <= day) & (P.ends_on.is_(None) | (P.ends_on > day))
    counted = {
        plan_id: (count, target)
        for plan_id, count, target in db.session.execute(
            select(P.plan_id, func.count(), func.sum(P.target_incentive)).where(on).group_by(P.plan_id)
        )
    }
    query = select(CompensationPlan).options(selectinload(CompensationPlan.versions)).order_by(CompensationPlan.name)
    return [
        PlanRow(one, current(one.versions, day), *counted.get(one.id, (0, ZERO))) for one in db.session.scalars(query)
    ]


def current(versions: Sequence[PlanVersion], day: date) -> PlanVersion:
    """The version in force, else the newest."""
    running = [
        one for one in versions
        if one.state != VersionState.DRAFT and one.starts_on <= day and (one.ends_on is None or one.ends_on > day)
    ]  # fmt: skip
    return running[-1] if running else versions[-1]


def plan(actor: Actor, plan_id: int) -> CompensationPlan:
    """With its versions. Raises NotFound."""
    authorize(actor, "compensation.plans")
    query = select(CompensationPlan).where(CompensationPlan.id == plan_id)
    found = db.session.scalar(query.options(selectinload(CompensationPlan.versions)))
    if found is None:
        raise NotFound("plan.not_found", "There is no such plan.")
    return found


def plan_version(actor: Actor, version_id: int) -> PlanVersion:
    """With its plan. Raises NotFound."""
    authorize(actor, "compensation.plans")
    query = select(PlanVersion).where(PlanVersion.id == version_id).options(joinedload(PlanVersion.plan))
    found = db.session.scalar(query)
    if found is None:
        raise NotFound("version.not_found", "There is no such version.")
    return found


def version_to_accept(plan_id: int) -> PlanVersion | None:
    """The newest approved version."""
    approved = select(PlanVersion).where(PlanVersion.plan_id == plan_id, PlanVersion.state == VersionState.APPROVED)
    return db.session.scalar(approved.order_by(PlanVersion.number.desc()).limit(1))


@dataclass(frozen=True)
class Check:
    """What the linter says for one person of the plan, the one in the middle by target incentive."""

    name: str
    target: Decimal
    quota: Decimal
    findings: Sequence[Finding]
    points: Sequence[Point]


def check_of(version: PlanVersion) -> Check | None:
    """None while the version is not complete, or nobody on the plan has a target and a quota."""
    try:
        return _check(version, parse(version.terms))
    except Refused:
        return None


def findings_of(version: PlanVersion, terms: Plan) -> Sequence[Finding]:
    found = _check(version, terms)
    return (
        found.findings
        if found
        else [Finding("", "Nobody on the plan has a target incentive and a quota to check it by.")]
    )


def _check(version: PlanVersion, terms: Plan) -> Check | None:
    day = max(version.starts_on, today())
    year = interval_of(day, Interval.YEAR, year_start())
    read = Version(version.id, version.plan_id, version.number, terms)
    people = [one for one in members(year, {version.plan_id: read}) if one.version and one.target]
    kept = quotas((one.position_id for one in people), year.starts_on, year.ends_on)
    whole = [replace(one, starts_on=date.min, ends_on=date.max) for one in people]
    sized = sorted(
        (one.target, quota, one.name)
        for one in whole
        if (quota := _year_quota(kept.of(one, year), kept.days(one, year)))
    )
    if not sized:
        return None
    target, quota, name = sized[len(sized) // 2]
    return Check(name, target, quota, lint(terms, target, quota), curve_points(terms, target, quota))


def _year_quota(quota: Decimal | None, days: int) -> Decimal | None:
    """Where quotas are set for a part of the year only, the whole year at the same rate."""
    return round(quota * 365 / days, 2) if quota and days < 365 else quota


@dataclass(frozen=True)
class Cost:
    """What a version would have paid one person over the last twelve months."""

    member: Member
    credited: Decimal
    pays: Decimal
    problem: str


def cost_of(version: PlanVersion) -> tuple[Period, list[Cost]]:
    """The version on the documents of the last twelve months, as if everybody had been on it all along."""
    first = today().replace(day=1)
    period = Period(first.replace(year=first.year - 1), first, "The last twelve months")
    read = Version(version.id, version.plan_id, version.number, parse(version.terms))
    now = Period(first, first.replace(day=28), "")
    people = [
        replace(one, starts_on=date.min, ends_on=date.max)
        for one in members(now, {version.plan_id: read}) if one.version
    ]  # fmt: skip
    kept = quotas((one.position_id for one in people), period.starts_on, period.ends_on)
    made = Ledger(period, 0, year_start(), people, kept)
    credit_documents(made, {version.plan_id: read})
    results = [calculated(made, one, Extras({}, {}, {})) for one in people]
    return period, [Cost(one.member, _fullest(one), one.earned, one.problem) for one in results]


def _fullest(one: Calculated) -> Decimal:
    """What was credited: of several components that count the same, the fullest."""
    sums: dict[str, Decimal] = {}
    for row in one.rows:
        sums[row["component"]] = sums.get(row["component"], ZERO) + row["amount"]
    return max(sums.values(), default=ZERO)
