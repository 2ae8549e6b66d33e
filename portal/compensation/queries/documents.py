"""Orders, invoices and payments of a time as documents that credit somebody, in one statement per measure."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, func, or_, select

from portal.accounts.models import AccountAssignment
from portal.invoices.models import Invoice, Payment
from portal.kernel.db import db
from portal.kernel.money import Exact, round_to
from portal.opportunities.models import OpportunitySplit
from portal.opportunities.queries import midnight
from portal.opportunities.states import SplitKind
from portal.orders.models import Order
from portal.organization.queries import company

from ..rules.credits import Document, HoldOver, Share
from ..states import Measure, Role


@dataclass(frozen=True)
class Window:
    """Days from `starts_on` to `ends_on` (exclusive); with `late_since`, also older ones recorded since that moment."""

    starts_on: date
    ends_on: date
    late_since: datetime | None = None

    def days(self, day: Any, recorded: Any) -> ColumnElement[bool]:
        within = and_(day >= self.starts_on, day < self.ends_on)
        return (
            within if self.late_since is None else or_(within, and_(day < self.starts_on, recorded >= self.late_since))
        )

    def moments(self, at: Any) -> ColumnElement[bool]:
        return and_(at >= midnight(self.starts_on), at < midnight(self.ends_on))


def documents(measure: Measure, window: Window) -> Iterator[Document]:
    """What the measure counts in the window, and what was taken back in it."""
    yield from READERS[measure](window)


def _zone() -> ZoneInfo:
    home = company()
    return ZoneInfo(home.timezone if home else "UTC")


def _booked(window: Window) -> Iterator[Document]:
    O, zone = Order, _zone()  # noqa: E741
    query = select(
        O.id, O.number, O.net, O.currency, O.owner_id, O.account_id, O.opportunity_id, O.placed_at, O.cancelled_at
    ).where(or_(window.moments(O.placed_at), window.moments(O.cancelled_at)))
    for row in db.session.execute(query.order_by(O.placed_at, O.id)):
        placed, cancelled = (at and at.astimezone(zone).date() for at in (row.placed_at, row.cancelled_at))
        if placed >= window.starts_on:
            yield _order(row, "", row.net, placed)
        if cancelled and window.starts_on <= cancelled < window.ends_on:
            yield _order(row, f"orders:{row.id}", -row.net, cancelled)


def _order(row: Any, reverses: str, amount: Decimal, day: date) -> Document:
    key, label = (f"{reverses}:cancelled", f"{row.number} cancelled") if reverses else (f"orders:{row.id}", row.number)
    return Document(
        key, Measure.BOOKED, "orders", row.id, label, day, amount, row.owner_id, row.account_id, row.currency,
        row.opportunity_id, row.id, None, reverses,
    )  # fmt: skip


INVOICE = (
    Invoice.id, Invoice.number, Invoice.net, Invoice.currency, Invoice.owner_id, Invoice.account_id,
    Invoice.opportunity_id, Invoice.order_id, Invoice.issued_on,
)  # fmt: skip


def _issued(window: Window) -> Any:
    wanted = window.days(Invoice.issued_on, Invoice.issued_at)
    return select(*INVOICE).where(Invoice.number.is_not(None), wanted).order_by(Invoice.issued_on, Invoice.id)


def _invoiced(window: Window) -> Iterator[Document]:
    for row in db.session.execute(_issued(window)):
        yield _invoice(row, Measure.INVOICED, f"invoices:{row.id}", row.net)


def _margin(window: Window) -> Iterator[Document]:
    """Net less what its order cost on the day it was placed."""
    query = _issued(window).add_columns(Order.cost.label("cost")).outerjoin(Order, Order.id == Invoice.order_id)
    for row in db.session.execute(query):
        yield _invoice(row, Measure.MARGIN, f"margin:{row.id}", row.net - (row.cost or Decimal(0)))


def _invoice(row: Any, measure: Measure, key: str, amount: Decimal) -> Document:
    return Document(
        key, measure, "invoices", row.id, row.number, row.issued_on, amount, row.owner_id, row.account_id,
        row.currency, row.opportunity_id, row.order_id, row.id,
    )  # fmt: skip


def _paid(window: Window) -> Iterator[Document]:
    """Each payment counts for its share of the invoice's net; the last one brings the sum to it."""
    until = func.sum(Payment.amount, type_=Exact()).over(partition_by=Payment.invoice_id, order_by=Payment.id)
    touched = select(Payment.invoice_id).where(window.days(Payment.received_on, Payment.recorded_at))
    received = (
        select(
            Payment.id,
            Payment.invoice_id,
            Payment.amount,
            Payment.received_on,
            Payment.recorded_at,
            until.label("until"),
        )
        .where(Payment.invoice_id.in_(touched))
        .subquery()
    )
    query = (
        select(*INVOICE[1:], Invoice.id.label("invoice_id"), Invoice.total)
        .add_columns(received.c.id, received.c.amount, received.c.received_on, received.c.until)
        .join(received, received.c.invoice_id == Invoice.id)
        .where(window.days(received.c.received_on, received.c.recorded_at))
        .order_by(received.c.received_on, received.c.id)
    )
    for row in db.session.execute(query):
        after, before = (round_to(row.net * x / row.total, row.currency) for x in (row.until, row.until - row.amount))
        yield Document(
            f"payments:{row.id}", Measure.PAID, "invoices", row.invoice_id, f"Payment of {row.number}", row.received_on,
            after - before, row.owner_id, row.account_id, row.currency, row.opportunity_id, row.order_id, row.invoice_id,
        )  # fmt: skip


READERS: Mapping[Measure, Callable[[Window], Iterator[Document]]] = {
    Measure.BOOKED: _booked,
    Measure.INVOICED: _invoiced,
    Measure.PAID: _paid,
    Measure.MARGIN: _margin,
}


def splits_of(opportunity_ids: ColumnElement[bool] | None = None) -> dict[int, list[Share]]:
    """Who shares which deal, by its id."""
    found: dict[int, list[Share]] = {}
    query = select(OpportunitySplit).order_by(OpportunitySplit.id)
    for one in db.session.scalars(query if opportunity_ids is None else query.where(opportunity_ids)):
        role = Role.DIRECT if one.kind == SplitKind.REVENUE else Role.OVERLAY
        found.setdefault(one.opportunity_id, []).append(Share(one.position_id, one.percent, role))
    return found


def held_over(since: date) -> dict[int, list[HoldOver]]:
    """Accounts whose former position is still credited on that day or later, by account."""
    A, found = AccountAssignment, dict[int, list[HoldOver]]()
    rows = db.session.execute(
        select(A.account_id, A.owner_id, A.ends_on, A.hold_over_until).where(A.hold_over_until > since).order_by(A.id)
    )
    for account_id, owner_id, ends_on, until in rows:
        if owner_id is not None and ends_on and until:
            found.setdefault(account_id, []).append(HoldOver(owner_id, ends_on, until))
    return found
