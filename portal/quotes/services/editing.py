"""Changing a draft: everything it says is typed and stored at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from portal.catalog.models import Product
from portal.catalog.queries import price_of, tax_rates
from portal.catalog.rules import DocumentTotals, total
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import Refused
from portal.organization.queries import authorize

from .. import queries
from ..models import Quote, QuoteLine, Revision
from .revisions import contact_at, locked_draft, priced, store_totals


@dataclass(frozen=True)
class LineValues:
    """A line as typed. `line_id` names the stored line it was shown for; `unit_price` counts for write-ins only."""

    quantity: Decimal
    discount_percent: Decimal = Decimal(0)
    line_id: int | None = None
    product_id: int | None = None
    description: str = ""
    unit_price: Decimal | None = None


@dataclass(frozen=True)
class DraftValues:
    """The whole draft as typed."""

    subject: str
    valid_until: date
    payment_days: int
    discount_percent: Decimal
    lines: Sequence[LineValues]
    intro: str = ""
    terms: str = ""
    contact_id: int | None = None


def save_draft(actor: Actor, quote_id: int, values: DraftValues, *, version: int | None = None) -> DocumentTotals:
    """Store the draft as typed and its totals. Raises Stale when somebody else saved first."""
    found, revision = locked_draft(actor, quote_id, version, "quotes.edit")
    if values.contact_id != found.contact_id:
        found.contact_id = contact_at(found.account_id, values.contact_id)
    found.subject = values.subject.strip()
    revision.intro, revision.terms = values.intro.strip(), values.terms.strip()
    revision.valid_until, revision.payment_days = values.valid_until, values.payment_days
    revision.discount_percent = values.discount_percent
    revision.lines = _lines(found, revision, values.lines, keep=True)
    return store_totals(revision)


def preview(actor: Actor, quote_id: int, values: DraftValues) -> tuple[list[QuoteLine], DocumentTotals]:
    """What `save_draft` would store, without storing it."""
    found = queries.quote(actor, quote_id)
    authorize(actor, "quotes.edit", found)
    revision = queries.newest(found)
    lines = _lines(found, revision, values.lines, keep=False)
    return lines, total(lines, currency=revision.currency, discount_percent=values.discount_percent)


def _lines(found: Quote, revision: Revision, typed: Sequence[LineValues], *, keep: bool) -> list[QuoteLine]:
    """Lines in the typed order. A price stays as agreed until product or quantity change, then the list decides."""
    stored = {line.id: line for line in revision.lines}
    wanted = {values.product_id for values in typed if values.product_id}
    known = {p.id: p for p in db.session.scalars(select(Product).where(Product.id.in_(wanted)))} if wanted else {}
    rates = tax_rates(found.account.country, found.account.region)
    lines = []
    for place, values in enumerate(typed, 1):
        before = stored.get(values.line_id or 0)
        line = before if before is not None and keep else QuoteLine()
        product = known.get(values.product_id or 0)
        if values.product_id and product is None:
            raise Refused("quote.no_such_product", "A product of this quote is not in the catalog.")
        price = _price(found, revision, product, values, before)
        line = priced(line, product, values.quantity, price, rates)
        line.place, line.discount_percent = place, values.discount_percent
        if product is None:
            line.product_id, line.sku, line.description = None, "", values.description.strip()
        lines.append(line)
    return lines


def _price(
    found: Quote, revision: Revision, product: Product | None, values: LineValues, before: QuoteLine | None
) -> Decimal:
    if product is None:
        return values.unit_price or Decimal(0)
    if before is not None and (before.product_id, before.quantity) == (product.id, values.quantity):
        return before.unit_price
    deal = found.opportunity
    return price_of(
        product.id,
        values.quantity,
        price_list_id=(deal.price_list_id if deal else None) or found.account.price_list_id,
        currency=revision.currency,
        on=queries.seller_today(),
    ).unit_price
