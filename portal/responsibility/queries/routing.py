"""Assignment rules, and how things stand when they decide: loads, absences, wheels."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import func, select

from portal.accounts.models import Account
from portal.accounts.queries import matches
from portal.accounts.rules import domain_of
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.leads.models import Lead
from portal.leads.states import OPEN
from portal.organization.models import Delegation, Position
from portal.organization.queries import names_of_positions, position_covering, running, vacancies, visible_to
from portal.territories.queries import ancestors

from ..models import AssignmentRule
from ..rules import Case, Desk, Rule, Verdict, decide
from ..states import Subject
from .engagement import in_force


class Trial(NamedTuple):
    """What would become of one lead, and whose it is now."""

    lead: Lead
    verdict: Verdict | None
    now: int | None


def assignment_rules(subject: Subject | None = None) -> Sequence[AssignmentRule]:
    """In the order in which they are asked."""
    query = select(AssignmentRule).order_by(AssignmentRule.subject, AssignmentRule.priority, AssignmentRule.id)
    return db.session.scalars(query.where(AssignmentRule.subject == subject) if subject else query).all()


def assignment_rule(rule_id: int) -> AssignmentRule:
    found = db.session.get(AssignmentRule, rule_id)
    if found is None:
        raise NotFound("assignment_rules.not_found", "This rule is not here.")
    return found


def plain(rule: AssignmentRule) -> Rule:
    return Rule(
        id=rule.id,
        name=rule.name,
        priority=rule.priority,
        method=rule.method,
        positions=tuple(rule.position_ids),
        territory_id=rule.territory_id,
        country=rule.country,
        industry=rule.industry,
        source=rule.source,
        employees_from=rule.employees_from,
        employees_to=rule.employees_to,
        capacity=rule.capacity,
        skips_away=rule.skips_away,
    )


def desk(subject: Subject, rules: Sequence[AssignmentRule], today: date) -> Desk:
    """How things stand now."""
    loaded = (
        select(Lead.owner_id, func.count()).where(Lead.state.in_(OPEN)).group_by(Lead.owner_id)
        if subject is Subject.LEADS
        else select(Account.owner_id, func.count()).group_by(Account.owner_id)
    )
    return Desk(
        names=names_of_positions(today),
        away=away(today),
        load={key: number for key, number in db.session.execute(loaded) if key is not None},
        wheel={rule.id: rule.last_position_id for rule in rules if rule.last_position_id is not None},
        named_first=in_force(today).named_first,
    )


def away(today: date) -> Mapping[int, str]:
    """Positions in which nobody works today -> why: a deputy stands in, or the seat is vacant."""
    absent = select(Delegation.position_id, Delegation.ends_on).where(running(Delegation, today))
    found = {
        position: f"away until {ends_on - timedelta(days=1):%-d %B}" for position, ends_on in db.session.execute(absent)
    }
    return {vacancy.position.id: "vacant" for vacancy in vacancies(today)} | found


def case_of(lead: Lead, *, with_account: bool) -> Case:
    """The lead as the rules see it; its account is looked up where those go first."""
    known = matches(domain_of(lead.email), lead.company or "", lead.email) if with_account else []
    match = next((match for match in known if match.owner_id is not None), None)
    return Case(
        country=lead.country or "",
        industry=lead.industry or "",
        source=lead.source or "",
        employees=lead.employees,
        territories=ancestors(lead.territory_id) if lead.territory_id else (),
        covering=position_covering(lead.territory_id) if lead.territory_id else None,
        account=match.name if match else "",
        account_owner=match.owner_id if match else None,
    )


def case_of_account(account: Account) -> Case:
    return Case(
        country=account.country,
        industry=account.industry,
        employees=account.employees,
        territories=ancestors(account.territory_id) if account.territory_id else (),
        covering=position_covering(account.territory_id) if account.territory_id else None,
    )


def dry_run(actor: Actor, number: int) -> list[Trial]:
    """If the latest leads that the person sees came now, one after the other, who would get them. Nothing is kept."""
    rules = [rule for rule in assignment_rules(Subject.LEADS) if rule.active]
    leads = db.session.scalars(visible_to(actor, Lead).order_by(Lead.id.desc()).limit(number)).all()
    stands, asked = desk(Subject.LEADS, rules, clock.now().date()), [plain(rule) for rule in rules]
    return [
        Trial(lead, decide(case_of(lead, with_account=stands.named_first), asked, stands), lead.owner_id)
        for lead in reversed(leads)
    ]


def position_titles() -> Mapping[int, str]:
    return dict(db.session.execute(select(Position.id, Position.title)).all())
