"""The six steps of a fiscal year: how far each is, and what is missing in it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from portal.accounts.models import Account
from portal.channels.models import Channel, DealRegistration
from portal.channels.states import RegistrationState
from portal.compensation.models import PlanParticipant, PlanVersion
from portal.compensation.states import VersionState
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.opportunities.models import Opportunity
from portal.opportunities.states import OpportunityState
from portal.organization.models import Coverage, Position, Seat
from portal.organization.queries import planned, reach, running, vacancies
from portal.responsibility.queries.care import care, orphans
from portal.targets.models import Node, Plan, Target, TargetMonth
from portal.targets.states import Metric, NodeKind, PlanState
from portal.territories.models import Territory
from portal.territories.queries import IN_FORCE, active_model

from ..models import StrategyStep
from ..states import STEPS, Step, StepState


@dataclass(frozen=True)
class Gap:
    """What is missing: in how many cases, of what (one, several), and the page that mends it."""

    count: int
    one: str
    several: str
    endpoint: str
    values: Mapping[str, Any]
    grave: bool = True

    @property
    def text(self) -> str:
        return self.one if self.count == 1 else self.several


@dataclass(frozen=True)
class Status:
    """One step: what somebody wrote down about it, what stands, and what is missing."""

    step: Step
    name: str
    row: StrategyStep | None
    stands: str
    endpoint: str
    gaps: Sequence[Gap]

    @property
    def state(self) -> StepState:
        return self.row.state if self.row else StepState.NOT_STARTED

    @property
    def open_points(self) -> int:
        return sum(gap.count for gap in self.gaps)


Found = tuple[str, list[Gap]]


def steps(actor: Actor, starts_on: date, today: date) -> list[Status]:
    """In their order; of what the actor may not see, nothing is counted."""
    rows = {
        row.step: row for row in db.session.scalars(select(StrategyStep).where(StrategyStep.starts_on == starts_on))
    }
    found = []
    for step, (endpoint, ask) in AREAS.items():
        stands, gaps = ask(actor, starts_on, today)
        found.append(Status(step, STEPS[step], rows.get(step), stands, endpoint, [gap for gap in gaps if gap.count]))
    return found


def step_row(starts_on: date, step: Step) -> StrategyStep | None:
    return db.session.scalar(select(StrategyStep).where(StrategyStep.starts_on == starts_on, StrategyStep.step == step))


def blockers(starts_on: date, step: Step) -> list[str]:
    """What has to be approved in its own place before the step can be."""
    if step == Step.TARGETS and not _plan(starts_on):
        return ["Approve the target plan of the year first."]
    if step == Step.COMPENSATION and not count(
        select(PlanVersion.id).where(PlanVersion.state == VersionState.APPROVED)
    ):
        return ["Approve a compensation plan first."]
    if step == Step.TERRITORIES and not active_model():
        return ["Put a territory model in force first."]
    return []


def count(query: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _number(found: int, what: str) -> str:
    return f"{found:,} {what}" if found == 1 else f"{found:,} {what}s"


def _plan(starts_on: date) -> Plan | None:
    approved = (Plan.starts_on == starts_on) & (Plan.state == PlanState.APPROVED)
    return db.session.scalar(select(Plan).where(approved))


def targeted(starts_on: date) -> Any:
    """The positions that have a number of their own in the approved plan of the year."""
    query = (
        select(Node.owner_id)
        .join(Target, Target.node_id == Node.id)
        .join(TargetMonth)
        .join(Plan, Plan.id == Node.plan_id)
    )
    approved = (Plan.starts_on == starts_on) & (Plan.state == PlanState.APPROVED)
    own = (Node.kind == NodeKind.POSITION) & (Target.metric == Metric.BOOKINGS) & (TargetMonth.amount > 0)
    return query.where(approved, own)


def _targets(actor: Actor, starts_on: date, today: date) -> Found:
    plan = _plan(starts_on)
    open_ = Position.carries_quota & (Position.opens_on.is_(None) | (Position.opens_on <= today))
    bare = count(select(Position.id).where(open_, Position.id.not_in(targeted(starts_on)))) if plan else 0
    people = count(select(Position.id).where(open_))
    waiting = count(select(Plan.id).where(Plan.starts_on == starts_on, Plan.state == PlanState.SUBMITTED))
    stands = f"Plan version {plan.number} for {people} positions" if plan else "No approved plan"
    return stands, [
        Gap(0 if plan else 1, "target plan to approve", "target plans to approve", "targets.list_plans", {}),
        Gap(
            bare,
            "position with quota but without target",
            "positions with quota but without target",
            "targets.show_targets",
            {},
        ),
        Gap(
            waiting,
            "plan version waits for approval",
            "plan versions wait for approval",
            "targets.list_plans",
            {},
            grave=False,
        ),
    ]


def _organization(actor: Actor, starts_on: date, today: date) -> Found:
    empty, coming = vacancies(today), planned(today)
    total = count(select(Position.id))
    carriers = count(select(Position.id).where(Position.carries_quota))
    homeless = count(select(Position.id).where(Position.carries_quota, Position.unit_id.is_(None)))
    ramps = count(select(Position.id).where(Position.carries_quota, Position.ramp_id.is_(None)))
    return f"{_number(total, 'position')}, {len(coming)} planned", [
        Gap(0 if carriers else 1, "first position with quota to add", "", "organization.show_chart", {}),
        Gap(len(empty), "vacant position", "vacant positions", "organization.list_vacancies", {}),
        Gap(
            homeless, "position with quota in no unit", "positions with quota in no unit", "organization.show_chart", {}
        ),
        Gap(
            ramps,
            "position with quota without a ramp",
            "positions with quota without a ramp",
            "organization.list_units",
            {},
            grave=False,
        ),
    ]


def _compensation(actor: Actor, starts_on: date, today: date) -> Found:
    P = PlanParticipant
    on_plan = select(P.position_id).where(P.starts_on <= today, P.ends_on.is_(None) | (P.ends_on > today))
    sellers = select(Seat.id).join(Position, Position.id == Seat.position_id).where(running(Seat, today))
    sellers = sellers.where(Position.carries_quota)
    without = count(sellers.where(Position.id.not_in(on_plan)))
    silent = count(on_plan.where(P.accepted_version_id.is_(None)))
    plans = count(select(PlanVersion.id).where(PlanVersion.state == VersionState.APPROVED))
    return f"{_number(plans, 'approved plan version')}, {count(on_plan)} people on one", [
        Gap(0 if plans else 1, "compensation plan to approve", "", "compensation.list_plans", {}),
        Gap(
            without,
            "person with quota but without plan",
            "people with quota but without plan",
            "compensation.list_plans",
            {},
        ),
        Gap(
            silent,
            "person who has not accepted their plan",
            "people who have not accepted their plan",
            "compensation.list_plans",
            {},
            grave=False,
        ),
    ]


def _channels(actor: Actor, starts_on: date, today: date) -> Found:
    if not actor.may("channels.view"):
        return "", []
    active = select(Channel.id).where(Channel.active)
    mine = reach(actor, Opportunity, "opportunities.view")
    open_ = select(Opportunity.id).where(mine, Opportunity.state == OpportunityState.OPEN)
    waiting = select(DealRegistration.id).where(
        reach(actor, DealRegistration, "registrations.view"), DealRegistration.state == RegistrationState.SUBMITTED
    )
    count_ = count(active)
    bare, lost = count(active.where(Channel.answers_id.is_(None))), count(open_.where(Opportunity.channel_id.is_(None)))
    page = "channels.list_channels"
    return f"{_number(count_, 'channel')} in use", [
        Gap(0 if count_ else 1, "channel to begin with", "", page, {}),
        Gap(bare, "channel that nobody answers for", "channels that nobody answers for", page, {}),
        Gap(lost, "open deal without channel", "open deals without channel", page, {}, grave=False),
        Gap(
            count(waiting),
            "deal registration waits",
            "deal registrations wait",
            "channels.list_registrations",
            {},
            grave=False,
        ),
    ]


def _territories(actor: Actor, starts_on: date, today: date) -> Found:
    inner = select(Territory.parent_id).where(Territory.parent_id.is_not(None), IN_FORCE)
    leaf = select(Territory.id).where(IN_FORCE, Territory.id.not_in(inner))
    with_target = select(Coverage.territory_id).where(Coverage.position_id.in_(targeted(starts_on)))
    model, leaves = active_model(), count(leaf)
    uncovered = count(leaf.where(Territory.id.not_in(select(Coverage.territory_id))))
    bare = count(leaf.where(Territory.id.not_in(with_target))) - uncovered
    return f"{model.name if model else 'No model'} in force, {leaves} at the lowest level", [
        Gap(0 if model else 1, "model to put in force", "models to put in force", "realignment.list_models", {}),
        Gap(
            uncovered, "territory that nobody covers", "territories that nobody covers", "realignment.show_coverage", {}
        ),
        Gap(
            bare if _plan(starts_on) else 0,
            "territory without target",
            "territories without target",
            "targets.show_targets",
            {},
        ),
    ]


def _responsibility(actor: Actor, starts_on: date, today: date) -> Found:
    if not actor.may("accounts.view"):
        return "", []
    total = db.session.scalar(select(func.count()).select_from(Account).where(reach(actor, Account, "accounts.view")))
    lacking, late = orphans(actor), sum(tier.late for tier in care(actor))
    page = "responsibility.list_orphans"
    return _number(total or 0, "account"), [
        Gap(lacking["owner"], "account without owner", "accounts without owner", page, {"lacks": "owner"}),
        Gap(
            lacking["vacant"], "account of a vacant position", "accounts of vacant positions", page, {"lacks": "vacant"}
        ),
        Gap(
            lacking["territory"],
            "account without territory",
            "accounts without territory",
            page,
            {"lacks": "territory"},
        ),
        Gap(
            late,
            "account not touched in time",
            "accounts not touched in time",
            "responsibility.list_neglected",
            {},
            grave=False,
        ),
    ]


Ask = Callable[[Actor, date, date], Found]
AREAS: Mapping[Step, tuple[str, Ask]] = {
    Step.TARGETS: ("targets.show_targets", _targets),
    Step.ORGANIZATION: ("organization.show_chart", _organization),
    Step.COMPENSATION: ("compensation.list_plans", _compensation),
    Step.CHANNELS: ("channels.list_channels", _channels),
    Step.TERRITORIES: ("territories.show_tree", _territories),
    Step.RESPONSIBILITY: ("responsibility.list_neglected", _responsibility),
}
