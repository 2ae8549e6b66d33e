"""A lead becomes an account, a contact and a deal: all of it or nothing, once, and it can be taken back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, exists, select

from portal.accounts.models import Account, Contact
from portal.accounts.rules import domain_of
from portal.activities import services as activities
from portal.activities.models import Regarding
from portal.activities.states import Kind
from portal.kernel import clock, numbering
from portal.kernel.actor import Actor
from portal.kernel.db import Base, db
from portal.kernel.errors import Refused
from portal.kernel.outbox import emit
from portal.kernel.states import check_move
from portal.leads.models import Lead
from portal.leads.states import MOVES, LeadState
from portal.organization.queries import allows, authorize, business_day, company, get, own_position

from ..events import LeadQualified
from ..models import Opportunity, Qualification, StageChange
from ..queries.matching import qualification_of
from .editing import make

UNDO_WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class NewDeal:
    name: str
    amount: Decimal
    close_on: date


@dataclass(frozen=True)
class Qualified:
    account_id: int
    contact_id: int
    opportunity_id: int | None


def open_from_lead(
    actor: Actor,
    lead_id: int,
    *,
    account_id: int | None = None,
    contact_id: int | None = None,
    deal: NewDeal | None = None,
    version: int | None = None,
) -> Qualified:
    """None makes a new account or contact, and no deal. Existing records get only what they lack.

    Raises Refused when the lead was qualified before or when its address belongs to another contact.
    """
    lead = get(actor, Lead, lead_id, lock=True)
    authorize(actor, "leads.qualify", lead)
    if lead.state == LeadState.QUALIFIED:
        raise Refused("lead.already_qualified", "This lead was qualified already.")
    check_move(MOVES, lead.state, LeadState.QUALIFIED, noun="lead")
    lead.expect(version)
    account = get(actor, Account, account_id, lock=True) if account_id else _new_account(actor, lead)
    contact = get(actor, Contact, contact_id, lock=True) if contact_id else _new_contact(actor, lead, account)
    if contact.account_id not in (None, account.id):
        raise Refused("lead.other_account", "This contact belongs to another account. Pick that account.", "account")
    _fill(actor, account, _company_facts(lead), "accounts.edit")
    _fill(actor, contact, _person_facts(lead) | {"account_id": account.id}, "contacts.edit")
    opened = _open_deal(actor, lead, account, contact, deal) if deal else None
    _finish(actor, lead, account, contact, opened, account_id is None, contact_id is None)
    return Qualified(account.id, contact.id, opened.id if opened else None)


def _company_facts(lead: Lead) -> dict[str, Any]:
    return {
        "domain": domain_of(lead.email),
        "industry": lead.industry,
        "employees": lead.employees,
        "phone": lead.phone,
        "city": lead.city,
        "region": lead.region,
        "postcode": lead.postcode,
        "country": lead.country,
    }


def _person_facts(lead: Lead) -> dict[str, Any]:
    return {"first_name": lead.first_name, "job_title": lead.job_title, "phone": lead.phone}


def _new_account(actor: Actor, lead: Lead) -> Account:
    home = company()
    account = Account(
        number=numbering.take("A", business_day().year),
        name=lead.company or lead.name,
        language=lead.language,
        currency=home.currency if home else "USD",
        owner_id=lead.owner_id or own_position(actor),
        territory_id=lead.territory_id,
    )
    db.session.add(account)
    db.session.flush()
    return account


def _new_contact(actor: Actor, lead: Lead, account: Account) -> Contact:
    if db.session.scalar(select(exists().where(Contact.email == lead.email))):
        raise Refused(
            "contact.email_taken",
            "A contact has this address already. Pick that contact, or ask your manager if you do not see it.",
            "contact",
        )
    contact = Contact(
        account_id=account.id,
        last_name=lead.last_name,
        email=lead.email,
        language=lead.language,
        owner_id=account.owner_id,
        territory_id=account.territory_id,
    )
    db.session.add(contact)
    db.session.flush()
    return contact


def _fill(actor: Actor, record: Account | Contact, facts: dict[str, Any], permission: str) -> None:
    """Only what is empty is filled, and only where the actor may write."""
    if not allows(actor, permission, record):
        return
    for name, value in facts.items():
        if value and not getattr(record, name):
            setattr(record, name, value)


def _open_deal(actor: Actor, lead: Lead, account: Account, contact: Contact, deal: NewDeal) -> Opportunity:
    return make(
        actor,
        account,
        name=deal.name,
        contact_id=contact.id,
        lead_id=lead.id,
        source=lead.source,
        amount=deal.amount,
        amount_from_lines=False,
        close_on=deal.close_on,
        need=lead.message,
        owner_id=lead.owner_id or own_position(actor),
        territory_id=lead.territory_id,
    )


def _finish(
    actor: Actor,
    lead: Lead,
    account: Account,
    contact: Contact,
    opened: Opportunity | None,
    account_is_new: bool,
    contact_is_new: bool,
) -> None:
    """Close the lead, remember what it became, and let its history go along."""
    became = [("accounts", account.id), ("contacts", contact.id)]
    became += [("opportunities", opened.id)] if opened else []
    activities.log(
        Kind.STAGE,
        f"Lead {lead.name} qualified",
        author=actor.signs(lead.owner_id),
        about=[("leads", lead.id)],
        owner_id=lead.owner_id,
        territory_id=lead.territory_id,
    )
    db.session.flush()
    activities.carry_over(from_=("leads", lead.id), to=became)
    db.session.add(
        Qualification(
            lead_id=lead.id,
            account_id=account.id,
            contact_id=contact.id,
            opportunity_id=opened.id if opened else None,
            account_is_new=account_is_new,
            contact_is_new=contact_is_new,
            state_before=lead.state,
            at=clock.now(),
            by=actor.signs(lead.owner_id),
        )
    )
    lead.state, lead.qualified_at = LeadState.QUALIFIED, clock.now()
    emit(LeadQualified(lead.id, account.id, contact.id, opened.id if opened else None))


def undo_qualification(actor: Actor, lead_id: int) -> int:
    """Open the lead again and remove what was made for it, within a day and when nothing was built on it."""
    lead = get(actor, Lead, lead_id, lock=True)
    authorize(actor, "leads.qualify", lead)
    done = qualification_of(lead_id)
    if done is None or clock.now() - done.at > UNDO_WITHIN:
        raise Refused("lead.undo_too_late", "This can be undone within a day of qualifying.")
    db.session.delete(done)
    lead.state, lead.qualified_at = done.state_before, None
    db.session.flush()
    made: list[tuple[type[Base], int]] = []
    if done.opportunity_id:
        made.append((Opportunity, done.opportunity_id))
    made += [(Contact, done.contact_id)] * done.contact_is_new + [(Account, done.account_id)] * done.account_is_new
    for model, record_id in made:
        _remove(actor, model, record_id)
    activities.log(
        Kind.STAGE,
        "Qualification taken back",
        author=actor.signs(lead.owner_id),
        about=[("leads", lead.id)],
        owner_id=lead.owner_id,
        territory_id=lead.territory_id,
    )
    return lead.id


def _remove(actor: Actor, model: type[Base], record_id: int) -> None:
    record: Any = get(actor, model, record_id, lock=True)
    moved_on = isinstance(record, Opportunity) and (record.version > 1 or record.stage_since != record.created_at)
    if moved_on or _referred_to(model, record_id, besides=("stage_change", "account_assignment")):
        raise Refused("lead.undo_followed", "Work was done on what this lead became, so it stays qualified.")
    db.session.execute(delete(Regarding).where(Regarding.noun_of == model.noun, Regarding.record_id == record_id))
    if isinstance(record, Opportunity):
        db.session.execute(delete(StageChange).where(StageChange.opportunity_id == record_id))
    db.session.delete(record)
    db.session.flush()


def _referred_to(model: type[Base], record_id: int, *, besides: Iterable[str]) -> bool:
    """Whether a row of any other table points at the record."""
    pointing = (
        key
        for table in Base.metadata.tables.values()
        if table.name not in besides
        for key in table.foreign_keys
        if key.column.table.name == model.__tablename__
    )
    return any(db.session.scalar(select(exists().where(key.parent == record_id))) for key in pointing)
