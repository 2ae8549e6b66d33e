"""Plans for the demo people with the rates of the sample, the closed months locked with statements, the current one open."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal.compensation import queries, services
from portal.compensation.models import PayoutPeriod, PlanParticipant, PlanVersion, Statement
from portal.compensation.rules import interval_of
from portal.compensation.states import AdjustmentKind, DrawKind, Interval
from portal.kernel.actor import SYSTEM, Actor
from portal.kernel.db import db
from portal.opportunities.models import Opportunity, OpportunitySplit
from portal.opportunities.states import OpportunityState, SplitKind
from portal.organization.models import Seat

from .world import World

CLOSED = 3  # months at least that are locked
SELLER: list[dict[str, Any]] = [
    {
        "name": "Commission", "kind": "commission", "measure": "invoiced", "credits": ["direct", "overlay"],
        "interval": "quarter", "method": "marginal", "basis": "attainment", "unit": "multiplier", "weight": "80",
        "tiers": [
            {"from": "0", "to": "60", "rate": "0.8"}, {"from": "60", "to": "100", "rate": "1.3"},
            {"from": "100", "rate": "2"},
        ],
        "cap_percent": "300", "clawback_days": "180",
    },
    {
        "name": "Quarter bonus", "kind": "bonus", "measure": "paid", "credits": ["direct"], "interval": "quarter",
        "method": "interpolated", "basis": "attainment", "weight": "20",
        "tiers": [
            {"from": "0", "to": "70", "rate": "0"}, {"from": "70", "to": "100", "rate": "0", "rate_to": "100"},
            {"from": "100", "rate": "100"},
        ],
    },
]  # fmt: skip
LEADER: list[dict[str, Any]] = [
    {
        "name": "Team commission", "kind": "commission", "measure": "invoiced", "credits": ["direct", "rollup"],
        "interval": "month", "method": "marginal", "basis": "amount", "weight": "100",
        "tiers": [{"from": "0", "rate": "0.35"}],
    }
]  # fmt: skip


def load(world: World) -> None:
    starts = _first_month(world.today)
    sellers = _plan("Reseller", "Sales people who sell to bicycle shops", starts, SELLER)
    leaders = _plan("Sales management", "Managers earn on what their people invoice", starts, LEADER)
    people = _sellers(world, sellers, starts)
    for key in ("stephen-jiang", "syed-abbas", "amy-alberts"):
        people[key] = _join(world, key, leaders, starts, Decimal(6000))
    for version in (sellers, leaders):
        services.approve_version(SYSTEM, version.id, seen=True)
    _accept(sellers, without=people["tete-mensa-annan"])
    _accept(leaders)
    _shared_deal(world)
    _months(world, starts, people)


def _first_month(today: date) -> date:
    """The fiscal year's, or else early enough for some closed months."""
    year = interval_of(today, Interval.YEAR, queries.year_start()).starts_on
    month = today.year * 12 + today.month - 1 - CLOSED
    return min(year, date(month // 12, month % 12 + 1, 1))


def _plan(name: str, note: str, starts: date, components: list[dict[str, Any]]) -> PlanVersion:
    version_id = services.create_plan(SYSTEM, name=name, starts_on=starts, note=note)
    for place, component in enumerate(components):
        services.save_component(SYSTEM, version_id, place, component)
    return db.session.get_one(PlanVersion, version_id)


def _join(world: World, key: str, version: PlanVersion, starts: date, target: Decimal) -> int:
    """From the first day of the plan, or of the person in the position."""
    position = world.positions[key]
    seated = select(Seat.starts_on).where(Seat.position_id == position.id, Seat.user_id == world.people[key].id)
    first = max(starts, *db.session.scalars(seated))
    return services.add_participant(
        SYSTEM, version.plan_id, position_id=position.id, starts_on=first, ends_on=None, target_incentive=target
    )


def _sellers(world: World, version: PlanVersion, starts: date) -> dict[str, int]:
    """The target incentive of a year: the sample's commission rate on the last four quotas, and its bonus."""
    quotas: dict[str, list[Decimal]] = {}
    for row in world.rows("quotas"):
        quotas.setdefault(row["person"], []).append(Decimal(row["amount"]))
    people = {}
    for row in world.rows("incentives"):
        rate, sold = Decimal(row["commission_percent"]), sum(quotas[row["person"]][-4:], Decimal(0))
        target = round((sold * rate / 100 + Decimal(row["bonus"])) / 100) * Decimal(100)
        people[row["person"]] = _join(world, row["person"], version, starts, target)
    return people


def _accept(version: PlanVersion, without: int = 0) -> None:
    for one in db.session.scalars(select(PlanParticipant).where(PlanParticipant.plan_id == version.plan_id)):
        if one.id != without:
            one.accepted_version_id, one.accepted_at = version.id, version.approved_at


def _shared_deal(world: World) -> None:
    """One open deal of the demo's first person is shared with a colleague, and helped by another."""
    owner = world.positions["linda-mitchell"].id
    mine = select(Opportunity.id).where(Opportunity.owner_id == owner, Opportunity.state == OpportunityState.OPEN)
    deal_id = db.session.scalar(mine.order_by(Opportunity.amount.desc()).limit(1))
    for kind, key, percent in (
        ("revenue", "linda-mitchell", 80),
        ("revenue", "shu-ito", 20),
        ("overlay", "jae-pak", 10),
    ):
        split = {"kind": SplitKind(kind), "position_id": world.positions[key].id, "percent": Decimal(percent)}
        db.session.add(OpportunitySplit(opportunity_id=deal_id, **split))


def _months(world: World, starts: date, people: dict[str, int]) -> None:
    services.add_draw(
        SYSTEM, people["lynn-tsoflias"], kind=DrawKind.RECOVERABLE, amount=Decimal(1500), starts_on=starts, ends_on=None,
        recovery=Decimal(50), recovers_from=None,
    )  # fmt: skip
    finance, operator = Actor("Laura Norman", is_system=True), Actor("Karen Berg", is_system=True)
    month, now = starts, world.today.replace(day=1)
    while month <= now:
        period_id = services.open_period(operator, month)
        month = db.session.get_one(PayoutPeriod, period_id).ends_on
        if month == now:
            services.adjust(
                operator, period_id, people["linda-mitchell"], kind=AdjustmentKind.SPIF, amount=Decimal(250),
                reason="First touring order in Colorado",
            )  # fmt: skip
        services.calculate(operator, period_id)
        if month <= now:
            services.send_to_review(operator, period_id)
            services.approve(finance, period_id)
            services.lock(finance, period_id, quiet=month < now)
    db.session.flush()
    _ask(world, people["linda-mitchell"])


def _ask(world: World, participant_id: int) -> None:
    latest = db.session.scalars(
        select(Statement)
        .join(PayoutPeriod, PayoutPeriod.id == Statement.period_id)
        .where(Statement.participant_id == participant_id, Statement.snapshot_hash.is_not(None))
        .order_by(PayoutPeriod.starts_on.desc())
    ).first()
    assert latest
    person = Actor("Linda Mitchell", user_id=world.people["linda-mitchell"].id)
    lines = queries.lines_of(latest)
    services.raise_dispute(
        person, latest.id, earning_id=lines[-1].id if lines else None,
        question="I closed this one together with Shu. Was the split taken into account?",
    )  # fmt: skip
