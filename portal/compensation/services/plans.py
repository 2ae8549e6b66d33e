"""Making plans, approving their versions, and putting people on them."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select

from portal.kernel import clock, settings
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.kernel.states import check_move
from portal.organization.models import Position
from portal.organization.queries import authorize, seated_user
from portal.targets.queries import currency

from .. import queries
from ..models import CompensationPlan, Draw, PayoutPeriod, PlanParticipant, PlanVersion
from ..rules import parse
from ..states import VERSION_MOVES, DrawKind, PeriodState, VersionState


def create_plan(actor: Actor, *, name: str, starts_on: date, note: str = "") -> int:
    """With an empty draft of its first version. Returns the id of the draft."""
    authorize(actor, "compensation.edit")
    plan = CompensationPlan(name=name, note=note)
    db.session.add(plan)
    db.session.flush()
    terms = {"name": name, "currency": currency(), "components": []}
    return _draft(plan.id, 1, first_of_month(starts_on), terms)


def _draft(plan_id: int, number: int, starts_on: date, terms: dict[str, Any]) -> int:
    made = PlanVersion(plan_id=plan_id, number=number, starts_on=starts_on, terms=terms)
    db.session.add(made)
    db.session.flush()
    return made.id


def first_of_month(day: date) -> date:
    """Raises Refused: versions change with the month, as pay does."""
    if day.day != 1:
        raise Refused("plan.starts", "A version begins on the first day of a month.", "starts_on")
    return day


def draft_version(actor: Actor, plan_id: int, starts_on: date) -> int:
    """A copy of the newest version, to be changed. Raises Refused while there is a draft."""
    authorize(actor, "compensation.edit")
    newest = db.session.scalars(
        select(PlanVersion).where(PlanVersion.plan_id == plan_id).order_by(PlanVersion.number.desc()).limit(1)
    ).one_or_none()
    if newest is None:
        raise NotFound("plan.not_found", "There is no such plan.")
    if newest.state == VersionState.DRAFT:
        raise Refused("plan.has_draft", f"Version {newest.number} is still a draft. Change that one.", "starts_on")
    return _draft(plan_id, newest.number + 1, first_of_month(starts_on), newest.terms)


def _locked_draft(actor: Actor, version_id: int, version: int | None, permission: str) -> PlanVersion:
    authorize(actor, permission)
    query = select(PlanVersion).where(PlanVersion.id == version_id).with_for_update()
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("version.not_found", "There is no such version.")
    found.expect(version)
    if found.state != VersionState.DRAFT:
        raise Refused("version.approved", f"Version {found.number} was approved and stays as it is. Draft a new one.")
    return found


def save_component(
    actor: Actor, version_id: int, place: int, terms: dict[str, Any], *, version: int | None = None
) -> None:
    """Put the component there; one place behind the last adds it. Raises Refused; `field` is the path in the plan."""
    found = _locked_draft(actor, version_id, version, "compensation.edit")
    components = list(found.terms["components"])
    components[place : place + 1] = [terms]
    changed = found.terms | {"components": components}
    parse(changed)
    found.terms = changed


def remove_component(actor: Actor, version_id: int, place: int, *, version: int | None = None) -> None:
    found = _locked_draft(actor, version_id, version, "compensation.edit")
    components = [one for at, one in enumerate(found.terms["components"]) if at != place]
    found.terms = found.terms | {"components": components}


def approve_version(actor: Actor, version_id: int, *, seen: bool, version: int | None = None) -> None:
    """Finance puts it into force from its first day. `seen`: what the linter found is accepted."""
    found = _locked_draft(actor, version_id, version, "compensation.approve")
    check_move(VERSION_MOVES, found.state, VersionState.APPROVED, noun="version")
    plan = parse(found.terms)
    findings = queries.findings_of(found, plan)
    if findings and not seen:
        raise Refused("version.findings", "Say that you accept what the check of the plan found.", "seen")
    _not_before_locked(found.starts_on)
    before = db.session.scalar(
        select(PlanVersion).where(PlanVersion.plan_id == found.plan_id, PlanVersion.state == VersionState.APPROVED)
    )
    if before and before.starts_on >= found.starts_on:
        said = f"Version {before.number} begins on {before.starts_on}; this one must begin later."
        raise Refused("version.overlap", said, "starts_on")
    if before:
        before.state, before.ends_on = VersionState.SUPERSEDED, found.starts_on
        db.session.flush()
    found.state, found.approved_by, found.approved_at = VersionState.APPROVED, actor.name, clock.now()
    found.accepted_findings = [one.text for one in findings]


def _not_before_locked(day: date) -> None:
    last = select(PayoutPeriod.ends_on).where(PayoutPeriod.state == PeriodState.LOCKED)
    ends = db.session.scalar(last.order_by(PayoutPeriod.ends_on.desc()).limit(1))
    if ends and day < ends:
        raise Refused("plan.locked", f"Pay is locked until {ends}. Begin then or later.", "starts_on")


def move_draft(actor: Actor, version_id: int, starts_on: date, *, version: int | None = None) -> None:
    """Let a draft begin on another day."""
    _locked_draft(actor, version_id, version, "compensation.edit").starts_on = first_of_month(starts_on)


def add_participant(
    actor: Actor, plan_id: int, *, position_id: int, starts_on: date, ends_on: date | None, target_incentive: Decimal
) -> int:
    """Who sits in the position on the first day. Raises Refused when nobody does, or they are on a plan there."""
    authorize(actor, "compensation.edit")
    if db.session.get(CompensationPlan, plan_id) is None or db.session.get(Position, position_id) is None:
        raise NotFound("plan.not_found", "There is no such plan or position.")
    user = seated_user(position_id, starts_on)
    if user is None:
        raise Refused("participant.vacant", "Nobody sits in this position on that day.", "position_id")
    if ends_on and ends_on <= starts_on:
        raise Refused("participant.order", "The last day comes before the first.", "ends_on")
    P = PlanParticipant
    clash = select(P.id).where(P.user_id == user.id, P.position_id == position_id)
    clash = clash.where(or_(P.ends_on.is_(None), P.ends_on > starts_on))
    if db.session.scalar(clash.where(P.starts_on < ends_on) if ends_on else clash):
        raise Refused("participant.overlap", f"{user.name} is on a plan in this position in these days.", "starts_on")
    made = P(
        plan_id=plan_id, user_id=user.id, position_id=position_id, starts_on=starts_on, ends_on=ends_on,
        target_incentive=target_incentive,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made.id


def change_participant(
    actor: Actor, participant_id: int, *, target_incentive: Decimal, ends_on: date | None, version: int | None = None
) -> None:
    authorize(actor, "compensation.edit")
    found = db.session.get(PlanParticipant, participant_id, with_for_update=True)
    if found is None:
        raise NotFound("participant.not_found", "This person is not on the plan.")
    found.expect(version)
    if ends_on and ends_on <= found.starts_on:
        raise Refused("participant.order", "The last day comes before the first.", "ends_on")
    found.target_incentive, found.ends_on = target_incentive, ends_on


def add_draw(
    actor: Actor, participant_id: int, *, kind: DrawKind, amount: Decimal, starts_on: date, ends_on: date | None,
    recovery: Decimal, recovers_from: date | None,
) -> int:  # fmt: skip
    """Raises Refused when it overlaps another one."""
    authorize(actor, "compensation.edit")
    if db.session.get(PlanParticipant, participant_id) is None:
        raise NotFound("participant.not_found", "This person is not on the plan.")
    clash = select(Draw.id).where(Draw.participant_id == participant_id)
    clash = clash.where(or_(Draw.ends_on.is_(None), Draw.ends_on > starts_on))
    if db.session.scalar(clash.where(Draw.starts_on < ends_on) if ends_on else clash):
        raise Refused("draw.overlap", "There is a draw in these days already.", "starts_on")
    if ends_on and ends_on <= starts_on:
        raise Refused("draw.order", "The last day comes before the first.", "ends_on")
    made = Draw(
        participant_id=participant_id, kind=kind, amount=amount, starts_on=first_of_month(starts_on), ends_on=ends_on,
        recovery=recovery, recovers_from=recovers_from,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made.id


def accept_plan(actor: Actor, participant_id: int) -> None:
    """The person agrees to the version that is in force, or that will be."""
    found = queries.own_participation(actor, participant_id)
    version = queries.version_to_accept(found.plan_id)
    if version is None:
        raise Refused("plan.nothing", "There is no approved version to accept.")
    found.accepted_version_id, found.accepted_at = version.id, clock.now()


def set_policy(actor: Actor, *, managers_see_pay: bool) -> None:
    """Whether managers see the pay of those below them; attainment they see anyhow."""
    authorize(actor, "compensation.edit")
    settings.put(queries.POLICY, "yes" if managers_see_pay else None)
