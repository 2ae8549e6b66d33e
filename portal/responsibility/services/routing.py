"""Assignment rules: setting them, and giving leads and orphaned accounts to whom they say."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.leads.models import Lead
from portal.leads.queries import register_assigner
from portal.organization.queries import authorize

from ..models import AssignmentRule, Transfer
from ..queries import routing
from ..queries.engagement import in_force
from ..rules import decide
from ..states import Method, Subject
from .transfers import transfer

CONDITIONS = frozenset({
    "subject", "name", "priority", "active", "territory_id", "country", "industry", "source", "employees_from",
    "employees_to", "method", "position_ids", "capacity", "skips_away",
})  # fmt: skip


def set_rule(actor: Actor, rule_id: int | None, version: int | None = None, **values: Any) -> AssignmentRule:
    """A new rule, or a changed one. Raises Refused for a rule that can give to nobody, or a range that runs backwards."""
    authorize(actor, "responsibility.edit")
    if unknown := values.keys() - CONDITIONS:
        raise TypeError(f"assignment rules have no {sorted(unknown)}")
    if values["method"] is not Method.TERRITORY and not values["position_ids"]:
        raise Refused("assignment_rule.nobody", "Choose at least one position.", "position_ids")
    low, high = values.get("employees_from"), values.get("employees_to")
    if low is not None and high is not None and low > high:
        raise Refused("assignment_rule.size", "The range runs backwards.", "employees_to")
    if rule_id is None:
        rule = AssignmentRule(**values)
        db.session.add(rule)
    else:
        rule = routing.assignment_rule(rule_id)
        rule.expect(version)
        for name, value in values.items():
            setattr(rule, name, value)
    db.session.flush()
    return rule


def remove_rule(actor: Actor, rule_id: int) -> None:
    authorize(actor, "responsibility.edit")
    db.session.delete(routing.assignment_rule(rule_id))


def assign_lead(lead: Lead) -> tuple[int, str] | None:
    """Who gets the lead and why, by the rules; None leaves it to its territory. The wheels turn, so they are locked."""
    query = select(AssignmentRule).where(AssignmentRule.subject == Subject.LEADS, AssignmentRule.active)
    rules = db.session.scalars(query.order_by(AssignmentRule.id).with_for_update()).all()
    today = clock.now().date()
    if not rules and not in_force(today).named_first:
        return None
    stands = routing.desk(Subject.LEADS, rules, today)
    case = routing.case_of(lead, routing.ground([lead] if stands.named_first else []))
    verdict = decide(case, [routing.plain(rule) for rule in rules], stands)
    if verdict is None:
        return None
    for rule in rules:
        if rule.id == verdict.rule_id and rule.last_position_id != verdict.position_id:
            rule.last_position_id = verdict.position_id
    return verdict.position_id, verdict.why


register_assigner(assign_lead)


def assign_orphans(actor: Actor) -> list[Transfer]:
    """Give every orphaned account to whom the rules say: one transfer per receiver and rule."""
    groups: dict[tuple[int, int | None], list[int]] = defaultdict(list)
    for account_id, verdict in routing.placements(actor).items():
        groups[(verdict.position_id, verdict.rule_id)].append(account_id)
    today, done = clock.now().date(), []
    for (position_id, rule_id), ids in groups.items():
        rule = routing.assignment_rule(rule_id or 0)
        made = transfer(actor, ids, to_position_id=position_id, reason=f"Assignment rule “{rule.name}”", on=today)
        rule.last_position_id = position_id
        done += [made] if made else []
    return done
