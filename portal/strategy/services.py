"""Writing down who does a step until when, moving it along, and saving what-ifs."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.kernel.states import check_move
from portal.organization import services as organization
from portal.organization.models import Position, RampProfile
from portal.organization.queries import authorize
from portal.organization.services import PositionFacts
from portal.organization.states import PositionRole
from portal.targets.rules import fiscal_year

from .models import Hire, Scenario, StrategyStep
from .queries import blockers, scenario
from .states import MOVES, Step, StepState


def edit_step(
    actor: Actor,
    starts_on: date,
    step: Step,
    version: int | None,
    *,
    lead_id: int | None,
    due_on: date | None,
    note: str,
) -> None:
    authorize(actor, "strategy.edit")
    if lead_id and db.session.get(Position, lead_id) is None:
        raise Refused("strategy.no_lead", "There is no such position.", "lead_id")
    found = _step(starts_on, step)
    found.expect(version)
    found.lead_id, found.due_on, found.note = lead_id, due_on, note.strip()


def move_step(actor: Actor, starts_on: date, step: Step, state: StepState) -> StepState:
    """Returns the state before, to take it back. Raises Refused while what the step rests on is not approved."""
    authorize(actor, "strategy.edit")
    found = _step(starts_on, step)
    before = found.state
    check_move(MOVES, before, state, noun="strategy")
    if state == StepState.APPROVED and (missing := blockers(starts_on, step)):
        raise Refused("strategy.not_ready", " ".join(missing))
    approved = state == StepState.APPROVED
    found.state = state
    found.approved_at, found.approved_by = (clock.now(), actor.name) if approved else (None, "")
    return before


def _step(starts_on: date, step: Step) -> StrategyStep:
    query = select(StrategyStep).where(StrategyStep.starts_on == starts_on, StrategyStep.step == step)
    found = db.session.scalar(query.with_for_update())
    if found is None:
        found = StrategyStep(starts_on=starts_on, step=step, state=StepState.NOT_STARTED)
        db.session.add(found)
        db.session.flush()
    return found


def save_scenario(actor: Actor, starts_on: date, name: str) -> Scenario:
    authorize(actor, "capacity.edit")
    made = Scenario(starts_on=starts_on, name=name.strip(), made_by=actor.name)
    db.session.add(made)
    db.session.flush()
    return made


def remove_scenario(actor: Actor, scenario_id: int) -> None:
    authorize(actor, "capacity.edit")
    db.session.delete(scenario(scenario_id, lock=True))


def add_hire(
    actor: Actor, scenario_id: int, *, title: str, count: int, opens_on: date, reports_to_id: int,
    ramp_id: int | None = None, quota: Decimal | None = None,
) -> Hire:  # fmt: skip
    """Raises Refused for a day outside of the scenario's year."""
    authorize(actor, "capacity.edit")
    found = scenario(scenario_id, lock=True)
    year = fiscal_year(found.starts_on, found.starts_on.month)
    if not year.starts_on <= opens_on < year.ends_on:
        raise Refused(
            "hire.outside", f"Choose a day of the fiscal year, {year.starts_on} to {year.last_day}.", "opens_on"
        )
    if db.session.get(Position, reports_to_id) is None:
        raise Refused("hire.no_superior", "There is no such position.", "reports_to_id")
    if ramp_id and db.session.get(RampProfile, ramp_id) is None:
        raise Refused("hire.no_ramp", "There is no such ramp.", "ramp_id")
    made = Hire(
        scenario_id=found.id, title=title.strip(), count=count, opens_on=opens_on, reports_to_id=reports_to_id,
        ramp_id=ramp_id, quota=quota,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def remove_hire(actor: Actor, scenario_id: int, hire_id: int) -> None:
    authorize(actor, "capacity.edit")
    found = next((one for one in scenario(scenario_id, lock=True).hires if one.id == hire_id), None)
    if found is None:
        raise NotFound("hire.not_found", "This hire is not here.")
    db.session.delete(found)


def decide(actor: Actor, scenario_id: int) -> int:
    """The hires become planned positions, and the scenario ends. Returns how many."""
    authorize(actor, "organization.edit")
    found = scenario(scenario_id, lock=True)
    made = 0
    for hire in found.hires:
        facts = PositionFacts(
            hire.title,
            PositionRole.ACCOUNT_EXECUTIVE,
            hire.reports_to.unit_id,
            True,
            Decimal(1),
            hire.ramp_id,
            hire.opens_on,
        )
        for _ in range(hire.count):
            organization.add_position(actor, facts, hire.reports_to_id)
            made += 1
    if not made:
        raise Refused("scenario.empty", "This scenario has no hires yet.")
    db.session.delete(found)
    return made
