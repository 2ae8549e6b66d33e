"""Reading quotes."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Select, and_, func, null, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from portal.accounts.models import Account, Contact
from portal.catalog.models import Product
from portal.catalog.rules import DocumentTotals, total
from portal.kernel import clock, persons
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.errors import NotFound
from portal.kernel.listing import Field, Listing
from portal.kernel.loading import fill
from portal.kernel.paper import DocumentSnapshot
from portal.opportunities.rules import register_fact
from portal.organization.models import Company
from portal.organization.queries import company, get, owner_field, visible_to

from .models import Quote, Revision
from .rules import Change, changes
from .states import RevisionState

STATE_NAMES = {
    RevisionState.DRAFT: "Draft",
    RevisionState.SENT: "Sent",
    RevisionState.ACCEPTED: "Accepted",
    RevisionState.DECLINED: "Declined",
    RevisionState.EXPIRED: "Expired",
    RevisionState.SUPERSEDED: "Replaced",
    RevisionState.CANCELLED: "Withdrawn",
}


class SellerMissing(NotFound):
    """Nobody has set up the company yet, so nothing can be sent in its name."""


def seller() -> Company:
    found = company()
    if found is None:
        raise SellerMissing("company.missing", "Set up the company first.")
    return found


def seller_today() -> date:
    """The calendar day where the company is: documents carry that one."""
    return clock.today(seller().timezone)


PARTIES = (joinedload(Quote.account), joinedload(Quote.contact), joinedload(Quote.owner))
WHOLE = (*PARTIES, joinedload(Quote.opportunity))


def quote(actor: Actor, quote_id: int, *, lock: bool = False) -> Quote:
    """With its account, contact, owner and every revision with its lines. Raises NotFound."""
    found = get(actor, Quote, quote_id, lock=lock, load=WHOLE)
    fill([found], Quote.revisions)
    fill(found.revisions, Revision.lines)
    return found


def newest(found: Quote) -> Revision:
    return found.revisions[-1]


def totals_of(revision: Revision) -> DocumentTotals:
    """Computed from the lines; for a frozen revision the stored sums say the same."""
    return total(revision.lines, currency=revision.currency, discount_percent=revision.discount_percent)


def replaced_by(found: Quote, revision: Revision) -> Revision | None:
    """The last revision before this one that a customer saw."""
    seen = [r for r in found.revisions if r.number < revision.number and r.sent_at is not None]
    return seen[-1] if seen else None


def moved(found: Quote, revision: Revision) -> list[Change]:
    """What this revision changes in the one the customer saw last."""
    before = replaced_by(found, revision)
    return changes(before.lines, revision.lines) if before else []


def of_opportunity(actor: Actor, opportunity_id: int) -> list[Quote]:
    """Its quotes, newest first, with their revisions."""
    return list(
        db.session.scalars(
            visible_to(actor, Quote)
            .where(Quote.opportunity_id == opportunity_id)
            .options(selectinload(Quote.revisions))
            .order_by(Quote.id.desc())
        )
    )


class Offer(NamedTuple):
    """What the holder of a link may see: one revision, as frozen."""

    quote_id: int
    number: str
    revision_id: int
    revision: int
    state: RevisionState
    document: DocumentSnapshot
    hash: str
    valid_until: date
    pdf_key: str | None
    accepted_by: str | None
    accepted_at: datetime | None
    owner_id: int | None


def offer(quote_id: int, number: int) -> Offer:
    """The frozen revision behind a link, whoever asks: the link is the permission. Raises NotFound."""
    row = db.session.execute(
        select(Revision, Quote).join(Quote).where(Revision.quote_id == quote_id, Revision.number == number)
    ).one_or_none()
    if row is None or row[0].snapshot is None:
        raise NotFound("link.not_found", "This link has ended or was withdrawn.")
    revision, found = row
    return Offer(
        quote_id=found.id,
        number=found.number,
        revision_id=revision.id,
        revision=revision.number,
        state=revision.state,
        document=cast(DocumentSnapshot, revision.snapshot),
        hash=revision.snapshot_hash or "",
        valid_until=revision.valid_until,
        pdf_key=revision.pdf_key,
        accepted_by=revision.accepted_by,
        accepted_at=revision.accepted_at,
        owner_id=found.owner_id,
    )


def revision_for_mail(revision_id: int) -> Revision | None:
    """With its quote, account and contact: what printing and mailing need."""
    return db.session.scalar(
        select(Revision)
        .where(Revision.id == revision_id)
        .options(
            joinedload(Revision.quote).joinedload(Quote.account), joinedload(Revision.quote).joinedload(Quote.contact)
        )
    )


def products(words: str = "") -> Sequence[tuple[str, str]]:
    """(number, name) of what can be sold, for the picker."""
    query = select(Product.sku, Product.name).where(Product.active).order_by(Product.name, Product.sku)
    return [(row.sku, row.name) for row in db.session.execute(query)]


def product_by_sku(sku: str) -> Product | None:
    return db.session.scalar(select(Product).where(func.lower(Product.sku) == sku.strip().lower(), Product.active))


def accounts_to_quote(actor: Actor) -> list[tuple[int, str]]:
    rows = db.session.execute(
        visible_to(actor, Account).with_only_columns(Account.id, Account.name).order_by(Account.name)
    )
    return [(row.id, row.name) for row in rows]


def contacts_to_quote(actor: Actor, account_id: int) -> list[Contact]:
    """People at the account who can be written to."""
    query = visible_to(actor, Contact).where(Contact.account_id == account_id).order_by(Contact.last_name)
    return list(db.session.scalars(query))


latest = aliased(Revision, name="latest")
_newer = aliased(Revision, name="newer")


def _rows(actor: Actor) -> Select[Quote]:
    """Each quote with its newest revision."""
    top = select(func.max(_newer.number)).where(_newer.quote_id == Quote.id).correlate(Quote).scalar_subquery()
    return (
        visible_to(actor, Quote)
        .outerjoin(Quote.account)
        .outerjoin(latest, and_(latest.quote_id == Quote.id, latest.number == top))
        .options(contains_eager(Quote.account), contains_eager(Quote.revisions.of_type(latest)))
    )


def quoted(row: Quote) -> Decimal:
    return newest(row).total


LISTING = Listing(
    name="quotes",
    query=_rows,
    identity=Quote.id,
    words=(Quote.number, Quote.subject, Account.name),
    sort="-created_at",
    views=(("Drafts", "state=draft"), ("Waiting for an answer", "state=sent"), ("Mine", "owner=me")),
    fields=(
        Field("number", "Quote", Quote.number),
        Field("account", "Account", Account.name, value=lambda row: row.account.name),
        Field("subject", "Subject", Quote.subject, filter="contains"),
        Field("revision", "Revision", latest.number, value=lambda row: newest(row).number, kind="number"),
        Field(
            "state", "State", latest.state, value=lambda row: STATE_NAMES[newest(row).state], kind="state", filter="choice",
            choices=lambda actor: [(state.value, name) for state, name in STATE_NAMES.items()],
        ),
        Field("valid_until", "Valid until", latest.valid_until, value=lambda row: newest(row).valid_until, kind="date",
              filter="range"),
        Field("total", "Total", latest.total, value=quoted, kind="money", filter="range",
              currency=lambda row: newest(row).currency),
        Field("created_at", "Created", Quote.created_at, kind="datetime", filter="range", shown=False),
        owner_field(Quote),
    ),
)  # fmt: skip


def _knows(*conditions: ColumnElement[bool]) -> Callable[[int], bool]:
    """Whether a deal has a revision like that: what the gates of its stages ask."""
    made = select(Revision.id).join(Quote, Quote.id == Revision.quote_id).where(*conditions).limit(1)
    return lambda opportunity_id: db.session.scalar(made.where(Quote.opportunity_id == opportunity_id)) is not None


register_fact("quote_sent", _knows(Revision.sent_at.is_not(None)))
register_fact("quote_accepted", _knows(Revision.state == RevisionState.ACCEPTED))


def _quoted(person: persons.Person, *, accepted: bool) -> ColumnElement[bool]:
    deals = select(Revision.quote_id).where(Revision.state == RevisionState.ACCEPTED)
    mine = Quote.contact_id.in_(person.of("contacts"))
    return and_(mine, Quote.id.in_(deals) if accepted else Quote.id.not_in(deals))


def _revised(person: persons.Person) -> ColumnElement[bool]:
    return Revision.quote_id.in_(select(Quote.id).where(_quoted(person, accepted=False)))


GONE: dict[str, Any] = {"snapshot": null(), "sent_to": None, "pdf_key": None, "pdf_problem": "The customer was erased."}
persons.leave(
    persons.Trail(
        "accepted quotes", Quote, partial(_quoted, accepted=True), {},
        why="They are contracts, and commercial law asks for those for years (in Germany HGB 257: six).",
    ),
    persons.Trail("quotes", Quote, partial(_quoted, accepted=False), {}, scrubs=("subject",)),
    persons.Trail(
        "revisions of quotes", Revision, _revised, GONE, scrubs=("intro", "terms", "declined_reason"),
        files=(Revision.pdf_key,),
    ),
)  # fmt: skip
