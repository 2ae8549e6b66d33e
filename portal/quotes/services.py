"""Drafting, sending, revising and answering quotes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload, selectinload

from portal.accounts.models import Account, Contact
from portal.activities.services import log
from portal.activities.states import Kind
from portal.catalog.models import Product
from portal.catalog.queries import price_of, tax_rates
from portal.catalog.rules import DocumentTotals, total
from portal.kernel import clock, links, numbering
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound, Refused
from portal.kernel.outbox import emit
from portal.kernel.paper import snapshot_hash
from portal.kernel.states import check_move
from portal.opportunities.models import Opportunity, OpportunityLine
from portal.opportunities.services import close_won
from portal.organization.queries import authorize, get, own_position

from . import queries
from .documents import offer
from .events import QuoteAccepted, QuoteDeclined, RevisionSent
from .models import Quote, QuoteLine, Revision
from .states import MOVES, RevisionState

LINK = "quote"
VALID_FOR = timedelta(days=30)


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


def draft(actor: Actor, account_id: int, *, subject: str, contact_id: int | None = None) -> int:
    """A new quote without lines. Returns its id."""
    account = get(actor, Account, account_id)
    return _new_quote(actor, account, subject, contact_id, None, account.currency, []).id


def draft_from_opportunity(
    actor: Actor, opportunity_id: int, *, subject: str = "", contact_id: int | None = None
) -> int:
    """A new quote with the products and prices of the opportunity. Returns its id."""
    deal = get(actor, Opportunity, opportunity_id)
    authorize(actor, "opportunities.edit", deal)
    account = db.session.get_one(Account, deal.account_id)
    rows = db.session.scalars(
        select(OpportunityLine)
        .where(OpportunityLine.opportunity_id == deal.id)
        .options(joinedload(OpportunityLine.product))
        .order_by(OpportunityLine.place, OpportunityLine.id)
    )
    rates = tax_rates(account.country, account.region)
    lines = [
        _priced(
            QuoteLine(place=place, discount_percent=row.discount_percent),
            row.product,
            row.quantity,
            row.unit_price,
            rates,
        )
        for place, row in enumerate(rows, 1)
    ]
    found = _new_quote(actor, account, subject or deal.name, contact_id or deal.contact_id, deal, deal.currency, lines)
    return found.id


def _new_quote(
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
    _store_totals(revision)
    found = Quote(
        number=numbering.take("Q", today.year),
        subject=subject.strip(),
        opportunity_id=deal and deal.id,
        account_id=account.id,
        contact_id=_contact_at(account.id, contact_id),
        owner_id=source.owner_id if deal else owner_id,
        territory_id=source.territory_id,
        revisions=[revision],
    )
    db.session.add(found)
    db.session.flush()
    _note(found, "drafted", actor.name)
    return found


def _contact_at(account_id: int, contact_id: int | None) -> int | None:
    """The contact, if it is one of this account. Raises Refused."""
    if contact_id and db.session.scalar(select(Contact.account_id).where(Contact.id == contact_id)) != account_id:
        raise Refused("quote.contact_elsewhere", "This person is not a contact of the account.", "contact_id")
    return contact_id


def _note(found: Quote, what: str, author: str, body: str = "") -> None:
    about = [("quotes", found.id), ("accounts", found.account_id)]
    if found.opportunity_id:
        about.append(("opportunities", found.opportunity_id))
    log(
        Kind.DOCUMENT, f"Quote {found.number} {what}", author=author, about=about, body=body, url=f"/quotes/{found.id}",
        owner_id=found.owner_id, territory_id=found.territory_id,
    )  # fmt: skip


def _priced(
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


def _store_totals(revision: Revision) -> DocumentTotals:
    found = total(revision.lines, currency=revision.currency, discount_percent=revision.discount_percent)
    for line, net in zip(revision.lines, found.nets, strict=True):
        line.net = net
    revision.net, revision.tax, revision.total = found.net, found.tax, found.total
    return found


def _locked(actor: Actor, quote_id: int, permission: str) -> tuple[Quote, Revision]:
    """The quote and its newest revision, re-read under lock."""
    get(actor, Quote, quote_id, lock=True)
    found = queries.quote(actor, quote_id)
    authorize(actor, permission, found)
    return found, queries.newest(found)


def _locked_draft(actor: Actor, quote_id: int, version: int | None, permission: str) -> tuple[Quote, Revision]:
    found, revision = _locked(actor, quote_id, permission)
    revision.expect(version)
    if revision.state != RevisionState.DRAFT:
        raise Refused("quote.not_a_draft", "This revision was sent and stays as it is. Make a new revision.")
    return found, revision


def save_draft(actor: Actor, quote_id: int, values: DraftValues, *, version: int | None = None) -> DocumentTotals:
    """Store the draft as typed and its totals. Raises Stale when somebody else saved first."""
    found, revision = _locked_draft(actor, quote_id, version, "quotes.edit")
    if values.contact_id != found.contact_id:
        found.contact_id = _contact_at(found.account_id, values.contact_id)
    found.subject = values.subject.strip()
    revision.intro, revision.terms = values.intro.strip(), values.terms.strip()
    revision.valid_until, revision.payment_days = values.valid_until, values.payment_days
    revision.discount_percent = values.discount_percent
    revision.lines = _lines(found, revision, values.lines, keep=True)
    return _store_totals(revision)


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
        line = _priced(line, product, values.quantity, price, rates)
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


def send(actor: Actor, quote_id: int, *, to: str, version: int | None = None) -> None:
    """Freeze the draft and owe its printing and mailing. From here on it stays as the customer sees it."""
    found, revision = _locked_draft(actor, quote_id, version, "quotes.send")
    check_move(MOVES, revision.state, RevisionState.SENT, noun="quote")
    seller = queries.seller()
    today = clock.today(seller.timezone)
    if not revision.lines:
        raise Refused("quote.empty", "Add at least one line before you send this.")
    if revision.valid_until < today:
        raise Refused("quote.ended", f"It would end on {revision.valid_until}, before it is sent. Choose a later day.")
    before = queries.replaced_by(found, revision)
    snapshot = offer(
        found, revision, _store_totals(revision), seller=seller, day=today, moved=queries.moved(found, revision),
        replaces=before.number if before else None,
    )  # fmt: skip
    revision.state, revision.sent_at, revision.sent_to = RevisionState.SENT, clock.now(), to
    revision.snapshot, revision.snapshot_hash = dict(snapshot), snapshot_hash(snapshot)
    _note(found, f"revision {revision.number} sent to {to}", actor.name)
    emit(RevisionSent(revision_id=revision.id))


def link_end(valid_until: date, zone: str) -> datetime:
    """A link works through the last day of the offer, where the seller is."""
    return datetime.combine(valid_until + timedelta(days=1), time(), ZoneInfo(zone))


def revise(actor: Actor, quote_id: int) -> None:
    """A new draft with the same lines. The revision the customer has is replaced at once."""
    found, old = _locked(actor, quote_id, "quotes.edit")
    if old.state in (RevisionState.DRAFT, RevisionState.ACCEPTED):
        raise Refused("quote.not_revisable", f"This revision is {old.state}, so there is nothing to revise.")
    if old.state == RevisionState.SENT:
        check_move(MOVES, old.state, RevisionState.SUPERSEDED, noun="quote")
        old.state = RevisionState.SUPERSEDED
        db.session.flush()  # one live revision at a time, in this order
    lines = [
        QuoteLine(
            place=line.place, product_id=line.product_id, sku=line.sku, description=line.description, unit=line.unit,
            quantity=line.quantity, unit_price=line.unit_price, discount_percent=line.discount_percent,
            tax_category=line.tax_category, tax_percent=line.tax_percent, net=line.net,
        )
        for line in old.lines
    ]  # fmt: skip
    db.session.add(
        Revision(
            quote_id=found.id, number=old.number + 1, payment_days=old.payment_days, intro=old.intro, terms=old.terms,
            valid_until=max(old.valid_until, queries.seller_today() + VALID_FOR), discount_percent=old.discount_percent,
            currency=old.currency, net=old.net, tax=old.tax, total=old.total, lines=lines,
        )
    )  # fmt: skip
    _note(found, f"is being revised: revision {old.number + 1}", actor.name)


def withdraw(actor: Actor, quote_id: int) -> None:
    """End the newest revision, draft or sent, and every link to the quote."""
    found, revision = _locked(actor, quote_id, "quotes.edit")
    check_move(MOVES, revision.state, RevisionState.CANCELLED, noun="quote")
    revision.state = RevisionState.CANCELLED
    links.revoke(LINK, found.id)
    _note(found, f"revision {revision.number} withdrawn", actor.name)


def _offered(quote_id: int, number: int) -> tuple[Quote, Revision]:
    """The revision a link names and its quote, both locked."""
    found = db.session.scalar(
        select(Quote).where(Quote.id == quote_id).with_for_update().execution_options(populate_existing=True)
    )
    revision = db.session.scalar(
        select(Revision)
        .where(Revision.quote_id == quote_id, Revision.number == number)
        .options(selectinload(Revision.lines))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if found is None or revision is None:
        raise NotFound("link.not_found", "This link has ended or was withdrawn.")
    return found, revision


def _check_open(revision: Revision, wanted: RevisionState) -> None:
    if revision.state != RevisionState.SENT:
        raise Refused("quote.not_open", "This offer is no longer open.")
    check_move(MOVES, revision.state, wanted, noun="quote")
    if revision.valid_until < queries.seller_today():
        raise Refused("quote.ended", "The day until which this offer was valid has passed.")


def accept(customer: Actor, quote_id: int, number: int, *, ip: str, at: datetime) -> tuple[Quote, Revision, bool]:
    """Record the acceptance, and win the deal. The third value tells whether this call did it or an earlier one.

    Raises Refused when the offer is not open. Only `orders.services.accept_offer` calls this: the order belongs to it.
    """
    found, revision = _offered(quote_id, number)
    if revision.state == RevisionState.ACCEPTED:
        return found, revision, False
    _check_open(revision, RevisionState.ACCEPTED)
    revision.state = RevisionState.ACCEPTED
    revision.accepted_at, revision.accepted_by, revision.accepted_ip = at, customer.name, ip
    _note(found, f"accepted by {customer.name}", customer.name)
    if found.opportunity_id:
        note = f"Quote {found.number} accepted by {customer.name}"
        close_won(customer, found.opportunity_id, actual_revenue=revision.net, at=at, note=note)
    emit(QuoteAccepted(quote_id=found.id, revision_id=revision.id))
    return found, revision, True


def decline(customer: Actor, quote_id: int, number: int, *, reason: str) -> None:
    """The customer says no, and why. Said twice is said once."""
    found, revision = _offered(quote_id, number)
    if revision.state == RevisionState.DECLINED:
        return
    _check_open(revision, RevisionState.DECLINED)
    revision.state, revision.declined_reason = RevisionState.DECLINED, reason.strip()
    _note(found, "declined by the customer", customer.name, body=revision.declined_reason)
    emit(QuoteDeclined(quote_id=found.id, revision_id=revision.id))


def expire_ended() -> int:
    """Close sent revisions whose last day has passed. Returns how many."""
    ended = db.session.scalars(
        select(Revision)
        .where(Revision.state == RevisionState.SENT, Revision.valid_until < queries.seller_today())
        .options(joinedload(Revision.quote))
        .with_for_update(of=Revision, skip_locked=True)
        .limit(500)
    ).all()
    for revision in ended:
        revision.state = RevisionState.EXPIRED
        _note(revision.quote, f"revision {revision.number} has ended without an answer", "Throughline")
    return len(ended)


def print_again(actor: Actor, quote_id: int) -> None:
    """Owe the printing and mailing once more, when something stood in the way."""
    _, revision = _locked(actor, quote_id, "quotes.edit")
    if revision.state != RevisionState.SENT or revision.pdf_key:
        raise Refused("quote.nothing_to_print", "There is nothing to print.")
    emit(RevisionSent(revision_id=revision.id))


def keep_paper(revision_id: int, key: str | None, problem: str = "") -> bool:
    """Store where the PDF is, once; False when another run was first."""
    changed = db.session.execute(
        update(Revision)
        .where(Revision.id == revision_id, Revision.pdf_key.is_(None))
        .values(pdf_key=key, pdf_problem=problem)
        .returning(Revision.id)
        .execution_options(synchronize_session=False)
    )
    return changed.first() is not None
