"""Assignment rules, and how things stand when they decide: loads, absences, wheels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import NamedTuple

from sqlalchemy import func, or_, select

from portal.accounts.models import Account, Contact
from portal.accounts.rules import domain_of, name_key
from portal.kernel import clock
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.leads.models import Lead
from portal.leads.queries import answering
from portal.leads.states import OPEN
from portal.organization.models import Coverage, Delegation
from portal.organization.queries import names_of_positions, reach, running, vacancies, visible_to
from portal.territories.models import Territory

from ..models import AssignmentRule
from ..rules import Case, Desk, Rule, Verdict, decide
from ..states import Subject
from .care import lacks
from .engagement import in_force


class Trial(NamedTuple):
    """What would become of one lead, and whose it is now."""

    lead: Lead
    position_id: int | None
    why: str
    by_rule: bool


@dataclass(frozen=True)
class Ground:
    """What is known about territories and accounts, read at once for any number of cases."""

    above: Mapping[int, Sequence[int]]  # territory -> itself and those above, nearest first
    covering: Mapping[int, int]  # territory -> the position that covers it
    accounts: Mapping[str, tuple[str, int]]  # contact, "@domain" or name key -> name and owner of the known account


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


def ground(leads: Sequence[Lead] = ()) -> Ground:
    """Two statements, and two more for the accounts that these leads may belong to."""
    paths = db.session.execute(select(Territory.id, Territory.path))
    covering: dict[int, int] = {}
    for territory_id, position_id in db.session.execute(
        select(Coverage.territory_id, Coverage.position_id).order_by(Coverage.id)
    ):
        covering.setdefault(territory_id, position_id)
    return Ground(
        above={key: [int(part) for part in reversed(path.strip("/").split("/")) if part] for key, path in paths},
        covering=covering,
        accounts=_known(leads) if leads else {},
    )


def _known(leads: Sequence[Lead]) -> Mapping[str, tuple[str, int]]:
    """By contact, email domain and name, as `accounts.queries.matches` finds them; older accounts win."""
    domains = {domain_of(lead.email) for lead in leads} - {""}
    keys = {name_key(lead.company) for lead in leads if lead.company} - {""}
    owned = select(Account.name, Account.domain, Account.name_key, Account.owner_id).where(
        Account.owner_id.is_not(None)
    )
    alike = owned.where(or_(Account.domain.in_(domains), Account.name_key.in_(keys))).order_by(Account.id.desc())
    found: dict[str, tuple[str, int]] = {}
    for row in db.session.execute(alike):
        found |= {f"@{row.domain}": (row.name, row.owner_id), row.name_key: (row.name, row.owner_id)}
    people = select(Contact.email, Account.name, Account.owner_id).join(Account, Account.id == Contact.account_id)
    mine = people.where(Contact.email.in_([lead.email for lead in leads]), Account.owner_id.is_not(None))
    return found | {email: (name, owner) for email, name, owner in db.session.execute(mine) if email and owner}


def case_of(lead: Lead, known: Ground) -> Case:
    """The lead as the rules see it. One that is not stored yet has no empty texts either."""
    keys = (lead.email, f"@{domain_of(lead.email) or '?'}", name_key(lead.company or "") or "?")
    account, owner = next((known.accounts[key] for key in keys if key in known.accounts), ("", None))
    return Case(
        country=lead.country or "",
        industry=lead.industry or "",
        source=lead.source or "",
        employees=lead.employees,
        territories=known.above.get(lead.territory_id or 0, ()),
        covering=known.covering.get(lead.territory_id or 0),
        account=account,
        account_owner=owner,
    )


def case_of_account(account: Account, known: Ground) -> Case:
    return Case(
        country=account.country,
        industry=account.industry,
        employees=account.employees,
        territories=known.above.get(account.territory_id or 0, ()),
        covering=known.covering.get(account.territory_id or 0),
    )


def dry_run(actor: Actor, number: int) -> list[Trial]:
    """If the latest leads that the person sees came now, one after the other, who would get them. Nothing is kept."""
    rules = [rule for rule in assignment_rules(Subject.LEADS) if rule.active]
    newest = visible_to(actor, Lead).order_by(Lead.id.desc()).limit(number)
    leads = list(reversed(db.session.scalars(newest).all()))
    stands, asked = desk(Subject.LEADS, rules, clock.now().date()), [plain(rule) for rule in rules]
    known, by_territory = ground(leads), cache(answering)
    trials = []
    for lead in leads:
        verdict = decide(case_of(lead, known), asked, stands)
        if verdict is not None:
            trials.append(Trial(lead, verdict.position_id, verdict.why, by_rule=True))
        else:
            position_id, why = by_territory(lead.territory_id)
            trials.append(Trial(lead, position_id, f"No rule applies: the owner {why}", by_rule=False))
    return trials


def placements(actor: Actor) -> dict[int, Verdict]:
    """Account without an owner, or with a vacant seat as owner -> who would get it by the rules and why."""
    rules = [rule for rule in assignment_rules(Subject.ACCOUNTS) if rule.active]
    today = clock.now().date()
    wanted = lacks(today)
    orphaned = select(Account).where(or_(wanted["owner"], wanted["vacant"]), reach(actor, Account, "accounts.assign"))
    stands, asked = desk(Subject.ACCOUNTS, rules, today), [plain(rule) for rule in rules]
    found, known = {}, ground()
    for account in db.session.scalars(orphaned.order_by(Account.tier, Account.id)) if rules else ():
        verdict = decide(case_of_account(account, known), asked, stands)
        if verdict is not None and verdict.position_id != account.owner_id:
            found[account.id] = verdict
    return found
