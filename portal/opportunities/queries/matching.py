"""Which account and contact a lead may already be."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, or_, select

from portal.accounts.models import Account, Contact
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.search import find
from portal.leads.models import Lead
from portal.organization.queries import visible_to

from ..models import Qualification
from ..rules import LEGAL_FORMS, domain_of, plain_name

OFFERED = 5


@dataclass(frozen=True)
class Match:
    """A record the lead may be, and why we think so."""

    id: int
    name: str
    note: str
    why: str


@dataclass(frozen=True)
class Matches:
    accounts: Sequence[Match]
    contacts: Sequence[Match]
    domain: str  # of the company behind the address, "" for private mailboxes


def matches_of(actor: Actor, lead: Lead) -> Matches:
    """Accounts by email domain or name and contacts by address, among those the actor may see; surest first."""
    domain = domain_of(lead.email)
    contacts = list(db.session.scalars(visible_to(actor, Contact).where(Contact.email == lead.email)))
    accounts = {a.id: _account_match(a, lead, domain) for a in _accounts(actor, lead, domain)}
    for contact in contacts:
        if contact.account_id and contact.account_id not in accounts:
            home = db.session.scalar(visible_to(actor, Account).where(Account.id == contact.account_id))
            if home:
                accounts = {home.id: Match(home.id, home.name, _place(home), "their contact has this address"), **accounts}
    return Matches(list(accounts.values())[:OFFERED], [_contact_match(c) for c in contacts], domain)


def _accounts(actor: Actor, lead: Lead, domain: str) -> list[Account]:
    plain = plain_name(lead.company)
    first = next((word for word in lead.company.lower().split() if word.strip(".,&") not in LEGAL_FORMS), "")
    same = [func.lower(Account.name).startswith(first, autoescape=True)] if plain and first else []
    if domain:
        same.append(Account.domain == domain)
    if not same:
        return []
    found = db.session.scalars(visible_to(actor, Account).where(or_(*same)).order_by(Account.id).limit(200))
    fitting = [a for a in found if (domain and a.domain == domain) or plain_name(a.name) == plain]
    return sorted(fitting, key=lambda a: (plain_name(a.name) != plain, a.domain != domain, a.id))


def _account_match(account: Account, lead: Lead, domain: str) -> Match:
    same_name = plain_name(account.name) == plain_name(lead.company)
    reasons = ["same name"] * same_name + [f"same email domain {domain}"] * bool(domain and account.domain == domain)
    return Match(account.id, account.name, _place(account), " and ".join(reasons))


def _place(account: Account) -> str:
    return ", ".join(part for part in (account.number, account.city, account.country) if part)


def _contact_match(contact: Contact) -> Match:
    return Match(contact.id, contact.name, contact.job_title, f"same address {contact.email}")


def accounts_to_pick(actor: Actor, words: str, limit: int = 20) -> Sequence[Account]:
    """Visible accounts that the words fit, best first; the latest ones without words."""
    query = visible_to(actor, Account).limit(limit)
    if not words.strip():
        return db.session.scalars(query.order_by(Account.id.desc())).all()
    ids = [hit.record_id for hit in find(words, nouns=["accounts"], limit=200)]
    found = {account.id: account for account in db.session.scalars(query.where(Account.id.in_(ids)))}
    return [found[i] for i in ids if i in found]


def qualification_of(lead_id: int) -> Qualification | None:
    """What the lead became."""
    return db.session.scalar(select(Qualification).where(Qualification.lead_id == lead_id))
