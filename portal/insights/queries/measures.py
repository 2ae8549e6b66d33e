"""What each metric of a target counts, said once: by position, in the company's currency, on the company's days.

Bookings: net of orders, cancelled ones left out, on the day they were placed; a credit note does not undo an order.
Invoiced: net of issued invoices less credit notes, each on its day of issue. Margin: the same less what the goods cost by
the catalog on the day of the order; returned goods bring theirs back. Collected: payments on the day received less refunds
on the day they went out, of the owner of the invoice. New customers: accounts by the day of their first order. Deals: won
ones by the moment of closing. Pipeline: estimated revenue of open deals by the day they are to close.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, type_coerce

from portal.invoices.models import Invoice, Payment
from portal.kernel.db import db
from portal.kernel.money import Exact
from portal.opportunities.models import Opportunity
from portal.opportunities.states import OpportunityState
from portal.orders.models import Order
from portal.orders.queries import FIRST
from portal.orders.states import OrderState
from portal.targets.queries import currency, placed
from portal.targets.rules import PIPELINE, Documents, Period, register_measure
from portal.targets.states import Metric

Counted = Iterable[tuple[int | None, int, Decimal]]
BOOKED = Order.state != OrderState.CANCELLED


def _counted(
    owner: Any,
    day: Any,
    what: ColumnElement[Any],
    periods: Sequence[Period],
    narrow: Callable[[Select[Any]], Select[Any]],
) -> Counted:
    place, within = placed(day, periods)
    query = narrow(select(owner, place.label("place"), what.label("what")).where(within)).group_by(owner, "place")
    return [(position_id, at, Decimal(n)) for position_id, at, n in db.session.execute(query) if n is not None]


def bookings(periods: Sequence[Period]) -> Counted:
    own = (BOOKED, Order.currency == currency())
    return _counted(Order.owner_id, Order.placed_at, func.sum(Order.net), periods, lambda query: query.where(*own))


def invoiced(periods: Sequence[Period]) -> Counted:
    return _issued(func.sum(Invoice.net), periods)


def _issued(what: ColumnElement[Any], periods: Sequence[Period]) -> Counted:
    """Of invoices and credit notes: the sums of these are below zero. Drafts have no day of issue."""
    own = Invoice.currency == currency()
    return _counted(Invoice.owner_id, Invoice.issued_on, what, periods, lambda query: query.where(own))


def collected(periods: Sequence[Period]) -> Counted:
    def narrow(query: Select[Any]) -> Select[Any]:
        return query.join(Invoice, Invoice.id == Payment.invoice_id).where(Invoice.currency == currency())

    return _counted(Invoice.owner_id, Payment.received_on, func.sum(Payment.amount), periods, narrow)


def margin(periods: Sequence[Period]) -> Counted:
    return _issued(type_coerce(func.sum(Invoice.net - Invoice.cost), Exact()), periods)


def new_customers(periods: Sequence[Period]) -> Counted:
    """Of the owner of that first order."""
    return _counted(Order.owner_id, Order.placed_at, func.count(), periods, lambda query: query.where(FIRST))


def deals(periods: Sequence[Period]) -> Counted:
    won = Opportunity.state == OpportunityState.WON
    return _counted(Opportunity.owner_id, Opportunity.closed_at, func.count(), periods, lambda query: query.where(won))


def pipeline(periods: Sequence[Period]) -> Counted:
    own = (Opportunity.state == OpportunityState.OPEN, Opportunity.currency == currency())
    amount = func.sum(Opportunity.amount)
    return _counted(Opportunity.owner_id, Opportunity.close_on, amount, periods, lambda query: query.where(*own))


def _listed(noun: str, day: str, **fixed: str) -> Callable[[Period, Collection[int]], Documents]:
    """The list of a noun: of the days of the period, and of some owners or of everybody."""

    def documents(period: Period, position_ids: Collection[int]) -> Documents:
        days = {f"{day}_from": str(period.starts_on), f"{day}_until": str(period.last_day)}
        owner = {"owner": ",".join(map(str, sorted(position_ids)))} if position_ids else {}
        return Documents(noun, fixed | days | owner)

    return documents


ORDERED = ",".join(state for state in OrderState if state != OrderState.CANCELLED)
register_measure(Metric.BOOKINGS, bookings, _listed("orders", "placed_at", state=ORDERED))
register_measure(Metric.NEW_CUSTOMERS, new_customers, _listed("orders", "placed_at", state=ORDERED, first="1"))
register_measure(Metric.INVOICED, invoiced, _listed("invoices", "issued_on"))
register_measure(Metric.MARGIN, margin, _listed("invoices", "issued_on"))
register_measure(Metric.COLLECTED, collected, _listed("payments", "received_on"))
register_measure(Metric.DEALS, deals, _listed("opportunities", "closed", state="won"))
register_measure(PIPELINE, pipeline, _listed("opportunities", "close_on", state="open"))
