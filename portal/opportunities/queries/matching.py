"""Which account and contact a lead may already be."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from portal.accounts import queries as accounts
from portal.accounts.models import Account, Contact
from portal.accounts.rules import domain_of
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.search import find
from portal.leads.models import Lead
from portal.organization.queries import visible_to

from ..models import Qualification

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
    """`hidden` are the owners of fitting accounts that the actor may not see."""

    accounts: Sequence[Match]
    contacts: Sequence[Match]
    hidden: Sequence[int | None]


def matches_of(actor: Actor, lead: Lead) -> Matches:
    """Accounts by a contact's address, email domain or name, and contacts by address; surest first."""
    likely = accounts.matches(domain_of(lead.email), lead.company, lead.email)
    seen = accounts.seen_of(actor, likely)
    contacts = db.session.scalars(visible_to(actor, Contact).where(Contact.email == lead.email))
    return Matches(
        accounts=[_account(match) for match in likely if match.account_id in seen][:OFFERED],
        contacts=[Match(c.id, c.name, c.job_title, "same address") for c in contacts],
        hidden=[match.owner_id for match in likely if match.account_id not in seen],
    )


def _account(match: accounts.Match) -> Match:
    place = ", ".join(part for part in (match.number, match.city, match.country) if part)
    return Match(match.account_id, match.name, place, match.reason)


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
