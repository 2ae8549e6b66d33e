"""Long work of realignment: moving the accounts of an activation, searching for a better balance."""

import json
from collections.abc import Iterator
from functools import partial

from portal.kernel import files
from portal.kernel.db import db
from portal.realignment import queries, services
from portal.realignment.rules import Step
from portal.territories import queries as territories
from portal.workspace.rules import Outcome

from .workspace import Slice, Work, runs

SHOWN_EVERY = 5  # steps of a search between two reports of progress


@runs("activation")
def move_accounts(work: Work) -> Iterator[Slice]:
    """Group by group. One that was moved before it was booked is found moved: a transfer does nothing twice."""
    groups, at = json.loads(files.read(work.spec["groups"])), 0
    for group in groups:
        at += len(group[2])
        if at > work.done:
            yield Slice(len(group[2]), partial(_move, work, group))


def _move(work: Work, group: tuple[int | None, int | None, list[int]]) -> Outcome:
    services.move(work.actor, work.spec["activation"], group)
    return Outcome(changed=len(group[2]))


@runs("proposal")
def search(work: Work) -> Iterator[Slice]:
    """Starts over when it was interrupted: the same book gives the same steps."""
    asked = queries.proposal(work.spec["proposal"])
    base_id, most = asked.base_id, asked.most_moves
    model = territories.model(work.actor, base_id)
    customers = queries.book(territories.rules(base_id))
    base = queries.scenario(model, customers)
    before, steps, told = base.balance.index, list[Step](), work.done
    db.session.rollback()
    for step in services.search(base, customers, most):
        steps.append(step)
        if len(steps) % SHOWN_EVERY == 0 and step.moved > told:
            yield Slice(step.moved - told, may_pause=False)
            told = step.moved
    yield Slice(0, partial(_save, work, steps, before), may_pause=False)


def _save(work: Work, steps: list[Step], before: float) -> Outcome:
    made = services.save_proposal(work.actor, work.spec["proposal"], steps, before)
    return Outcome(added=int(made.model_id is not None))
