"""Reading orders."""

from sqlalchemy import Select, select
from sqlalchemy.orm import aliased, contains_eager, joinedload, selectinload

from portal.accounts.models import Account
from portal.catalog.rules import DocumentTotals, total
from portal.kernel import persons
from portal.kernel.actor import Actor
from portal.kernel.db import db
from portal.kernel.listing import Field, Listing
from portal.kernel.loading import fill
from portal.organization.queries import get, owner_field, visible_to
from portal.quotes.models import Quote, Revision

from .models import Order
from .states import OrderState

STATE_NAMES = {
    OrderState.PLACED: "Placed",
    OrderState.FULFILLED: "Fulfilled",
    OrderState.INVOICED: "Invoiced",
    OrderState.CANCELLED: "Cancelled",
}


WHOLE = (joinedload(Order.account), joinedload(Order.contact), joinedload(Order.owner), joinedload(Order.revision))


def order(actor: Actor, order_id: int) -> Order:
    """With its lines, account, contact, owner, and the offer it came from. Raises NotFound."""
    found = get(actor, Order, order_id, load=WHOLE)
    fill([found], Order.lines)
    return found


def totals_of(found: Order) -> DocumentTotals:
    return total(found.lines, currency=found.currency, discount_percent=found.discount_percent)


def of_revision(revision_id: int) -> Order | None:
    """The order an offer became, whoever asks: for the page behind the customer's link."""
    return db.session.scalar(select(Order).where(Order.revision_id == revision_id))


def for_mail(order_id: int) -> Order | None:
    return db.session.scalar(
        select(Order)
        .where(Order.id == order_id)
        .options(
            joinedload(Order.account), joinedload(Order.contact), joinedload(Order.revision).joinedload(Revision.quote)
        )
    )


def _rows(actor: Actor) -> Select[Order]:
    return visible_to(actor, Order).outerjoin(Order.account).options(contains_eager(Order.account))


OTHER = aliased(Order)
FIRST = (Order.state != OrderState.CANCELLED) & ~(
    select(OTHER.id)
    .where(OTHER.account_id == Order.account_id, OTHER.state != OrderState.CANCELLED)
    .where((OTHER.placed_at < Order.placed_at) | ((OTHER.placed_at == Order.placed_at) & (OTHER.id < Order.id)))
    .exists()
)  # the order that made the account a customer


LISTING = Listing(
    name="orders",
    query=_rows,
    identity=Order.id,
    words=(Order.number, Order.customer_reference, Account.name),
    sort="-placed_at",
    views=(("To bill", "state=placed,fulfilled"),),
    fields=(
        Field("number", "Order", Order.number),
        Field("account", "Account", Account.name, value=lambda row: row.account.name),
        Field("customer_reference", "Customer's number", Order.customer_reference, filter="contains"),
        Field(
            "state", "State", Order.state, value=lambda row: STATE_NAMES[row.state], kind="state", filter="choice",
            choices=lambda actor: [(state.value, name) for state, name in STATE_NAMES.items()],
        ),
        Field("placed_at", "Placed", Order.placed_at, kind="datetime", filter="range"),
        Field("net", "Net", Order.net, kind="money", summed=True),
        Field("total", "Total", Order.total, kind="money", filter="range"),
        Field("margin", "Margin", Order.net - Order.cost, value=lambda row: row.net - row.cost, kind="money",
              shown=False, summed=True),
        owner_field(Order),
        Field("first", "First of its account", FIRST, value=lambda row: "", shown=False, sortable=False, filter="flag"),
    ),
)  # fmt: skip


def from_quote(found: Order) -> Quote | None:
    """The quote the order came from, with its revisions."""
    if found.revision is None:
        return None
    came_from = select(Quote).where(Quote.id == found.revision.quote_id)
    return db.session.scalar(came_from.options(selectinload(Quote.revisions)))


# Business letters and books are kept as long as tax and commercial law ask (in Germany HGB 257, AO 147).
persons.leave(
    persons.Trail(
        "orders", Order, lambda person: Order.contact_id.in_(person.of("contacts")), {},
        why="Commercial law asks for the letters of a deal for years (in Germany HGB 257: six).",
    )
)  # fmt: skip
