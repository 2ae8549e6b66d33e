"""What every act on a quote begins and ends with: lock it, price its lines, add it up, say so on the timelines."""

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy import select

from portal.accounts.models import Contact
from portal.activities.services import log
from portal.activities.states import Kind
from portal.catalog.models import Product
from portal.catalog.rules import DocumentTotals, total
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.organization.queries import authorize

from .. import queries
from ..models import Quote, QuoteLine, Revision
from ..states import RevisionState


def locked(actor: Actor, quote_id: int, permission: str) -> tuple[Quote, Revision]:
    """The quote and its newest revision, re-read under lock."""
    found = queries.quote(actor, quote_id, lock=True)
    authorize(actor, permission, found)
    return found, queries.newest(found)


def locked_draft(actor: Actor, quote_id: int, version: int | None, permission: str) -> tuple[Quote, Revision]:
    found, revision = locked(actor, quote_id, permission)
    revision.expect(version)
    if revision.state != RevisionState.DRAFT:
        raise Refused("quote.not_a_draft", "This revision was sent and stays as it is. Make a new revision.")
    return found, revision


def note(found: Quote, what: str, author: str, body: str = "") -> None:
    about = [("quotes", found.id), ("accounts", found.account_id)]
    if found.opportunity_id:
        about.append(("opportunities", found.opportunity_id))
    log(
        Kind.DOCUMENT, f"Quote {found.number} {what}", author=author, about=about, body=body, url=f"/quotes/{found.id}",
        owner_id=found.owner_id, territory_id=found.territory_id,
    )  # fmt: skip


def contact_at(account_id: int, contact_id: int | None) -> int | None:
    """The contact, if it is one of this account. Raises Refused."""
    if contact_id and db.session.scalar(select(Contact.account_id).where(Contact.id == contact_id)) != account_id:
        raise Refused("quote.contact_elsewhere", "This person is not a contact of the account.", "contact_id")
    return contact_id


def priced(
    line: QuoteLine, product: Product | None, quantity: Decimal, price: Decimal, rates: Mapping[str, Decimal]
) -> QuoteLine:
    """The line with what the catalog and the place of the customer say. Where no tax is collected, category O."""
    category = product.tax_category if product else "S"
    percent = rates.get(category, Decimal(0))
    line.quantity, line.unit_price = quantity, price
    line.tax_category, line.tax_percent = ("O" if category == "S" and not percent else category), percent
    if product:
        line.product_id, line.sku, line.description, line.unit = product.id, product.sku, product.name, product.unit
    return line


def store_totals(revision: Revision) -> DocumentTotals:
    found = total(revision.lines, currency=revision.currency, discount_percent=revision.discount_percent)
    for line, net in zip(revision.lines, found.nets, strict=True):
        line.net = net
    revision.net, revision.tax, revision.total = found.net, found.tax, found.total
    return found
