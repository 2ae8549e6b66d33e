"""The search for a better balance, as long work, saved as a plan."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.organization.queries import authorize
from portal.territories import queries as territories
from portal.territories.models import Territory, TerritoryRule
from portal.territories.rules import Rule
from portal.territories.services import RuleValues, clone_model, columns_of, remove_model
from portal.workspace.services import start

from .. import queries
from ..models import Proposal
from ..queries import Customer, Scenario, decide
from ..queries.comparing import next_to, place_name
from ..rules import Load, Step, Unit, improve
from ..rules.balance import carries, units_of

NARROWED = 100  # the priority of a rule for a region that no rule named before


def propose(actor: Actor, base_id: int, *, name: str, most_moves: int) -> Proposal:
    """Queue the search. Raises Refused when the name is taken or nothing may move."""
    authorize(actor, "territories.edit")
    base = territories.model(actor, base_id)
    if not name.strip():
        raise Refused("territory_models.no_name", "Give the plan a name.", "name")
    if any(model.name == name.strip() for model in territories.models(actor)):
        raise Refused("territory_models.name_taken", "Another model has this name.", "name")
    if most_moves < 1:
        raise Refused("proposals.no_moves", "Allow at least one account to move.", "most_moves")
    made = Proposal(base_id=base.id, name=name.strip(), most_moves=most_moves, made_by=actor.name)
    db.session.add(made)
    db.session.flush()
    work = start(actor, "proposal", f"Balance {base.name}", {"proposal": made.id}, total=most_moves)
    made.work_id = work.id
    return made


def search(base: Scenario, customers: list[Customer], most_moves: int) -> Iterator[Step]:
    """The steps that raise the balance of a model. Pinned and named accounts are in none of them."""
    beside = lambda place: {other: base.holder(other) for other in next_to(place)}  # noqa: E731
    return improve(base.balance.carried, base.staff, units(base, customers), beside, most_moves)


def units(base: Scenario, customers: list[Customer]) -> list[Unit]:
    """Accounts that one rule places in one region: what can be given away by giving the region away."""
    factors = units_of(base.total, sum(base.staff.values()))
    sums: dict[tuple[int, str, str], tuple[int, Load]] = {}
    for one in customers:
        to, rule = decide(one, base.placing)
        country, region = one.facts.country.upper(), one.facts.region.upper()
        if one.pinned or to is None or (rule and rule.account) or not country or not region:
            continue
        key = (rule.id if rule else 0, country, region)
        sums[key] = (to, sums[key][1].plus(one.load) if key in sums else one.load)
    return [Unit(key, to, load.accounts, carries(load, factors)) for key, (to, load) in sums.items()]


def save_proposal(actor: Actor, proposal_id: int, steps: list[Step], before: float) -> Proposal:
    """Keep the curve, and the plan that the steps lead to; none where nothing better was found. Does nothing twice."""
    made = db.session.scalar(select(Proposal).where(Proposal.id == proposal_id).with_for_update())
    assert made is not None
    if made.ended_at is not None:
        return made
    base = territories.model(actor, made.base_id)
    customers, placing = queries.book(territories.rules(base.id)), territories.placing(base.id)
    names = {key: area.name for key, area in placing.areas.items()}
    made.curve = [[0, round(before, 2)], *([step.moved, round(step.balance, 2)] for step in steps)]
    made.steps = [
        [
            place_name(step.unit.place),
            names[step.unit.territory],
            names[step.to],
            step.unit.accounts,
            round(step.balance, 2),
        ]
        for step in steps
    ]
    made.ended_at = clock.now()
    final = {step.unit.key: step for step in steps}
    if any(step.to != step.unit.territory for step in final.values()):
        plan = _draw(actor, made, [step for step in final.values() if step.to != step.unit.territory])
        if queries.scenario(plan, customers).balance.index > before:
            made.model_id = plan.id
        else:
            remove_model(actor, plan.id)
    return made


def _draw(actor: Actor, made: Proposal, changes: list[Step]) -> Any:
    """A copy of the model in which each changed region has its new territory."""
    note = f"Proposed: at most {made.most_moves} accounts move."
    plan = clone_model(actor, made.base_id, name=made.name, note=note)
    rows = {
        row.stands_for_id: row.id for row in db.session.scalars(select(Territory).where(Territory.model_id == plan.id))
    }
    old, new = _rules_of(made.base_id), _rules_of(plan.id)
    copies = {before.id: after for before, after in zip(old, new, strict=True)}
    plain: dict[int, Rule] = {rule.id: territories.plain(rule) for rule in old}
    wanted: dict[int, list[Step]] = defaultdict(list)
    for step in changes:
        wanted[step.unit.key[0]].append(step)
    for rule_id, steps in wanted.items():
        for step in steps:
            if rule_id and plain[rule_id].region:
                copies[rule_id].territory_id = rows[step.to]
            else:
                values = _narrowed(plain.get(rule_id), *step.unit.place)
                db.session.add(TerritoryRule(territory_id=rows[step.to], **columns_of(values)))
    db.session.flush()
    return plan


def _rules_of(model_id: int) -> list[TerritoryRule]:
    query = select(TerritoryRule).join(TerritoryRule.territory).where(Territory.model_id == model_id)
    return list(db.session.scalars(query.order_by(TerritoryRule.id)))


def _narrowed(rule: Rule | None, country: str, region: str) -> RuleValues:
    """The same rule for one region only: it asks for more, so it comes before the one it was made from."""
    if rule is None:
        return RuleValues(priority=NARROWED, country=country, region=region)
    return RuleValues(
        priority=rule.priority,
        country=country,
        region=region,
        postcode_from=rule.postcode_from,
        postcode_to=rule.postcode_to,
        industry=rule.industry,
        employees_from=rule.employees_from,
        employees_to=rule.employees_to,
        product=rule.product,
    )
