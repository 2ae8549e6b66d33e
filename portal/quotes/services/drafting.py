"""New quotes, from nothing or from a deal."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal.accounts.models import Account
from portal.catalog.queries import tax_rates
from portal.kernel import numbering
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.opportunities.models import Opportunity, OpportunityLine
from portal.organization.queries import authorize, get, own_position

from .. import queries
from ..models import Quote, QuoteLine, Revision
from .revisions import contact_at, note, priced, store_totals

VALID_FOR = timedelta(days=30)
OF_DEAL = (joinedload(Opportunity.account),)


def draft(actor: Actor, account_id: int, *, subject: str, contact_id: int | None = None) -> int:
    """A new quote without lines. Returns its id."""
    account = get(actor, Account, account_id)
    return _new(actor, account, subject, contact_at(account.id, contact_id), None, account.currency, []).id


def draft_from_opportunity(
    actor: Actor, opportunity_id: int, *, subject: str = "", contact_id: int | None = None
) -> int:
    """A new quote with the products and prices of the opportunity. Returns its id."""
    deal = get(actor, Opportunity, opportunity_id, load=OF_DEAL)
    authorize(actor, "opportunities.edit", deal)
    account = deal.account
    rows = db.session.scalars(
        select(OpportunityLine)
        .where(OpportunityLine.opportunity_id == deal.id)
        .options(joinedload(OpportunityLine.product))
        .order_by(OpportunityLine.place, OpportunityLine.id)
    )
    rates = tax_rates(account.country, account.region)
    lines = [
        priced(
            QuoteLine(place=place, discount_percent=row.discount_percent),
            row.product,
            row.quantity,
            row.unit_price,
            rates,
        )
        for place, row in enumerate(rows, 1)
    ]
    person = contact_at(account.id, contact_id) if contact_id else deal.contact_id
    return _new(actor, account, subject or deal.name, person, deal, deal.currency, lines).id


def _new(
    actor: Actor, account: Account, subject: str, contact_id: int | None, deal: Opportunity | None, currency: str,
    lines: list[QuoteLine],
) -> Quote:  # fmt: skip
    authorize(actor, "quotes.edit")
    source = deal or account
    owner_id = own_position(actor) or source.owner_id
    today = queries.seller_today()
    revision = Revision(
        number=1,
        valid_until=today + VALID_FOR,
        payment_days=account.payment_days,
        currency=currency,
        lines=lines,
        discount_percent=Decimal(0),
    )
    store_totals(revision)
    found = Quote(
        number=numbering.take("Q", today.year),
        subject=subject.strip(),
        opportunity_id=deal and deal.id,
        account_id=account.id,
        contact_id=contact_id,
        owner_id=source.owner_id if deal else owner_id,
        territory_id=source.territory_id,
        revisions=[revision],
    )
    db.session.add(found)
    db.session.flush()
    note(found, "drafted", actor.signs(found.owner_id))
    return found
