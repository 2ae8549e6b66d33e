"""How far the demo company is with the strategy of this year, and a what-if."""

from datetime import UTC, date, datetime, time, timedelta

from portal.kernel.db import db
from portal.strategy.models import Hire, Scenario, StrategyStep
from portal.strategy.states import Step, StepState
from portal.targets.queries import this_year

from .world import World

STEPS = {  # who, state, days from today until when, note
    Step.TARGETS: ("brian-welcker", StepState.APPROVED, -60, "Quotas by quarter, agreed with the managers"),
    Step.ORGANIZATION: (
        "paula-barreto-de-mattos",
        StepState.IN_WORK,
        20,
        "Fill the Northwest before the spring season",
    ),
    Step.COMPENSATION: ("laura-norman", StepState.IN_WORK, 35, ""),
    Step.CHANNELS: ("karen-berg", StepState.APPROVED, -40, ""),
    Step.TERRITORIES: ("karen-berg", StepState.IN_WORK, 50, "Compare the plans before the next quarter"),
    Step.RESPONSIBILITY: ("brian-welcker", StepState.NOT_STARTED, 60, ""),
}


def load(world: World) -> None:
    year = this_year()
    for step, (who, state, days, note) in STEPS.items():
        due_on = world.today + timedelta(days=days)
        done = datetime.combine(due_on - timedelta(days=5), time(9), UTC) if state == StepState.APPROVED else None
        db.session.add(
            StrategyStep(
                starts_on=year.starts_on,
                step=step,
                state=state,
                lead_id=world.positions[who].id,
                due_on=due_on,
                note=note,
                approved_at=done,
                approved_by="Brian Welcker" if done else "",
            )
        )
    boss = world.positions["stephen-jiang"]
    april = date(year.starts_on.year + (year.starts_on.month > 4), 4, 1)
    db.session.add(
        Scenario(
            starts_on=year.starts_on,
            name="Hire two in April",
            made_by="Karen Berg",
            hires=[Hire(title="Sales Representative", count=2, opens_on=april, reports_to_id=boss.id)],
        )
    )
