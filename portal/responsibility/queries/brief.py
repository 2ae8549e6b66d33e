"""The handover brief: what the next owner of an account has to know, read from the timeline and the documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import and_, select

from portal.accounts.models import Account, AccountAssignment, AccountTeam, Contact
from portal.accounts.queries import contacts_of
from portal.activities.queries import Entry, timeline
from portal.activities.rules import TOUCHES
from portal.activities.states import Kind
from portal.invoices.models import Invoice
from portal.invoices.states import InvoiceState
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.opportunities.models import Opportunity
from portal.opportunities.queries import open_deals_of_account
from portal.orders.models import Order
from portal.orders.states import OrderState
from portal.organization.queries import get, reach, visible_to
from portal.quotes.models import Quote, Revision
from portal.quotes.states import RevisionState

from .whitespace import Gap, gaps

TOUCHES_SHOWN = 6


class Promise(NamedTuple):
    """Something the customer has our word for: a sent quote, an order to fulfil, the next step of a deal."""

    noun: str
    record_id: int
    text: str
    due: date | None
    amount: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True)
class Brief:
    account: Account
    contacts: Sequence[Contact]
    team: Sequence[AccountTeam]
    history: Sequence[AccountAssignment]
    deals: Sequence[Opportunity]
    touches: Sequence[Entry]
    notes: Sequence[Entry]
    tasks: Sequence[Entry]
    promises: Sequence[Promise]
    overdue: Sequence[Invoice]
    gaps: Sequence[Gap]


def brief(actor: Actor, account_id: int, today: date) -> Brief:
    """As far as the reader may see it. Raises NotFound."""
    account = get(actor, Account, account_id)
    happened = timeline(actor, Account.noun, account_id, 200)
    deals = open_deals_of_account(actor, account_id) if actor.may("opportunities.view") else ()
    return Brief(
        account=account,
        contacts=contacts_of(actor, account_id),
        team=team_of(account_id),
        history=history_of(account_id),
        deals=deals,
        touches=[e for e in happened if not e.is_open and e.activity.kind in TOUCHES][:TOUCHES_SHOWN],
        notes=[e for e in happened if e.activity.kind is Kind.NOTE][:TOUCHES_SHOWN],
        tasks=[e for e in happened if e.is_open],
        promises=[*_next_steps(deals), *_quotes(actor, account_id), *_orders(actor, account_id)],
        overdue=_overdue(actor, account_id, today),
        gaps=gaps(actor, account_id=account_id, limit=5),
    )


def team_of(account_id: int) -> Sequence[AccountTeam]:
    return db.session.scalars(
        select(AccountTeam).where(AccountTeam.account_id == account_id).order_by(AccountTeam.id)
    ).all()


def history_of(account_id: int) -> Sequence[AccountAssignment]:
    """Who answered for it, latest first."""
    query = select(AccountAssignment).where(AccountAssignment.account_id == account_id)
    return db.session.scalars(query.order_by(AccountAssignment.starts_on.desc(), AccountAssignment.id.desc())).all()


def _next_steps(deals: Sequence[Opportunity]) -> list[Promise]:
    return [Promise("opportunities", d.id, f"{d.next_step} ({d.name})", d.next_step_on) for d in deals if d.next_step]


def _quotes(actor: Actor, account_id: int) -> list[Promise]:
    if not actor.may("quotes.view"):
        return []
    live = and_(Revision.quote_id == Quote.id, Revision.state == RevisionState.SENT)
    query = select(Quote.id, Quote.number, Revision.valid_until, Revision.total, Revision.currency).join(Revision, live)
    mine = query.where(Quote.account_id == account_id, reach(actor, Quote, "quotes.view")).order_by(
        Revision.valid_until
    )
    return [
        Promise("quotes", row.id, f"Quote {row.number} is valid", row.valid_until, row.total, row.currency)
        for row in db.session.execute(mine)
    ]


def _orders(actor: Actor, account_id: int) -> list[Promise]:
    if not actor.may("orders.view"):
        return []
    query = visible_to(actor, Order).where(Order.account_id == account_id, Order.state == OrderState.PLACED)
    return [
        Promise("orders", order.id, f"Order {order.number} is to be fulfilled", None, order.total, order.currency)
        for order in db.session.scalars(query.order_by(Order.placed_at))
    ]


def _overdue(actor: Actor, account_id: int, today: date) -> Sequence[Invoice]:
    if not actor.may("invoices.view"):
        return ()
    late = (Invoice.account_id == account_id, Invoice.state == InvoiceState.ISSUED, Invoice.due_on < today)
    return db.session.scalars(visible_to(actor, Invoice).where(*late).order_by(Invoice.due_on)).all()
