"""Orders, invoices and payments of a time, and what cancellations, credit notes and refunds take back of them, as documents
that credit somebody, in one statement per measure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, or_, select

from portal.accounts.models import AccountAssignment
from portal.invoices.models import Invoice, Payment
from portal.kernel.db import db
from portal.kernel.money import round_to
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
    Invoice.opportunity_id, Invoice.order_id, Invoice.issued_on, Invoice.credits_id,
)  # fmt: skip


def _issued(window: Window) -> Any:
    wanted = window.days(Invoice.issued_on, Invoice.issued_at)
    return select(*INVOICE).where(Invoice.number.is_not(None), wanted).order_by(Invoice.issued_on, Invoice.id)


def _invoiced(window: Window) -> Iterator[Document]:
    for row in db.session.execute(_issued(window)):
        yield _invoice(row, Measure.INVOICED, "invoices", row.net)


def _margin(window: Window) -> Iterator[Document]:
    """Net less what its order cost on the day it was placed."""
    for row in db.session.execute(_issued(window).add_columns(Invoice.cost)):
        yield _invoice(row, Measure.MARGIN, "margin", row.net - row.cost)


def _invoice(row: Any, measure: Measure, key: str, amount: Decimal) -> Document:
    """A credit note takes back a part of its invoice; its amount is below zero."""
    reverses = f"{key}:{row.credits_id}" if row.credits_id else ""
    return Document(
        f"{key}:{row.id}", measure, "invoices", row.id, row.number, row.issued_on, amount, row.owner_id, row.account_id,
        row.currency, row.opportunity_id, row.order_id, row.id, reverses,
    )  # fmt: skip


def _paid(window: Window) -> Iterator[Document]:
    """Each payment counts for its share of the invoice's net; the last one brings the sum to it."""
    counts = window.days(Payment.received_on, Payment.recorded_at)
    query = (
        select(*INVOICE[1:], Invoice.total, Payment.id, Payment.invoice_id, Payment.amount, Payment.received_on)
        .add_columns(counts.label("counts"))
        .join(Payment, Payment.invoice_id == Invoice.id)
        .where(Payment.invoice_id.in_(select(Payment.invoice_id).where(counts)))
        .order_by(Payment.invoice_id, Payment.id)
    )
    by_invoice = groupby(db.session.execute(query), lambda row: row.invoice_id)
    found = [one for _, rows in by_invoice for one in _payments(rows)]
    yield from sorted(found, key=lambda one: one.day)


def _payments(rows: Iterable[Any]) -> Iterator[Document]:
    """Of one invoice. A refund takes back the latest payments first."""
    kept: list[tuple[Any, Decimal, Decimal]] = []  # payments, each from one sum received to the next
    for row in rows:
        if row.amount > 0:
            start = kept[-1][2] if kept else Decimal(0)
            kept.append((row, start, start + row.amount))
            yield from _payment(row, start, start + row.amount, f"Payment of {row.number}")
        rest = -row.amount
        while rest > 0:
            first, start, end = kept.pop()
            left = max(start, end - rest)
            rest -= end - left
            if left > start:
                kept.append((first, start, left))
            yield from _payment(row, end, left, f"Refund of {row.number}", f"payments:{first.id}")


def _payment(row: Any, start: Decimal, end: Decimal, label: str, reverses: str = "") -> Iterator[Document]:
    """From one sum received to another, as a part of the invoice's net."""
    if row.counts:
        before, after = (round_to(row.net * x / row.total, row.currency) for x in (start, end))
        yield Document(
            f"payments:{row.id}{reverses and ':' + reverses}", Measure.PAID, "invoices", row.invoice_id, label,
            row.received_on, after - before, row.owner_id, row.account_id, row.currency, row.opportunity_id, row.order_id,
            row.invoice_id, reverses,
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
